/** What a benchmark is to the program that runs it, and what it answers. */
import type { Machine } from './machine.ts'

export interface Row {
  readonly what: string
  /** The product's. */
  readonly value: number
  readonly unit: string
  /** What it is compared with, in the same unit; null where the value stands alone. */
  readonly against: number | null
  /** `value / against`. */
  readonly ratio: number | null
  /** Said of the ratio where there is one, else of the value: `≥ 0.60`. Null where the row only informs. */
  readonly target: string | null
  readonly holds: boolean | null
}

export interface Result {
  readonly name: string
  readonly machine: Machine
  readonly rows: readonly Row[]
}

export interface Setting {
  /** Smaller and fewer: to see that it works, not for figures. */
  readonly quick: boolean
  /** Of each side. */
  readonly runs: number
  /** Folder of the build that is measured. */
  readonly dist: string
  /** For people, while it runs. */
  say(text: string): void
}

export interface Findings {
  readonly rows: readonly Row[]
  /** How it was measured, and what a reader must know to believe the rows: a sentence each. */
  readonly notes: readonly string[]
}

export type Benchmark = (setting: Setting) => Promise<Findings>

const round = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(4)))

/** @param target least or most that the ratio (or, with nothing to compare with, the value) may be */
export const row = (part: {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly against?: number
  readonly target?: { readonly least: number } | { readonly most: number }
}): Row => {
  const { what, value, unit, against, target } = part
  const ratio = against === undefined ? null : value / against
  const judged = ratio ?? value
  return {
    what, value: round(value), unit, against: against === undefined ? null : round(against), ratio: ratio === null ? null : round(ratio),
    target: !target ? null : 'least' in target ? `≥ ${target.least}` : `≤ ${target.most}`,
    holds: !target ? null : 'least' in target ? judged >= target.least : judged <= target.most,
  }
}
