/**
 * What is fuzzed: a source of inputs made of what the format is made of, and what must hold of each. A target is
 * plain data, so that the run (run-target.ts), its children and its tests share one list of them.
 */
import type { Arbitrary } from 'fast-check'

export interface Target {
  readonly name: string
  /** What is tried, for a person. */
  readonly what: string
  /** Share of the time, against 1 for the others. */
  readonly weight?: number
  /** With check and arbitrary bound together, whatever the type of the input. */
  readonly start: () => Trial | Promise<Trial>
}

/** A target made ready: its servers run, its files lie where they must. */
export interface Trial {
  readonly arbitrary: Arbitrary<unknown>
  /** Throws where something does not hold. Synchronous ones are cut off in the middle when they hang. */
  readonly check: (input: unknown) => unknown
  readonly isAsync: boolean
  /** Milliseconds of the processor that an input may take. */
  readonly mostMs: number
  /** Proof that the inputs reach deep enough: what came of them so far, by name. */
  readonly yields: Readonly<Record<string, number>>
  readonly close?: () => Promise<void>
}

export interface TrialParts<Input> {
  readonly arbitrary: Arbitrary<Input>
  readonly check: (input: Input) => unknown
  readonly isAsync?: boolean
  readonly mostMs?: number
  readonly yields?: Readonly<Record<string, number>>
  readonly close?: () => Promise<void>
}

/** The one place where the type of a target's input is let go of: its check only ever sees what its arbitrary made. */
export const trial = <Input>({ arbitrary, check, isAsync = false, mostMs = 1000, yields = {}, close }: TrialParts<Input>): Trial => ({
  arbitrary, check: (input) => check(input as Input), isAsync, mostMs, yields, ...(close && { close }),
})

/** Says what does not hold, in words: the shrunk input is printed beside it. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

export const hold = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new Broken(otherwise)
}
