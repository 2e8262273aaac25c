/** Examples of classes: what of them can be learned from, and which are kept back to measure by. */
import { sha256Of } from '../core/ids.ts'
import { seededRandom, shuffled } from '../core/seeded-random.ts'
import { GannetError } from '../core/errors.ts'
import { rooted } from './linear-head.ts'

export interface Example {
  readonly label: string
  readonly values: Float32Array
}

export interface UsableExamples {
  readonly examples: readonly Example[]
  /** Without a direction: all zero, or not finite. */
  readonly unusable: number
  /** The same vector again under the same label, which would be learned from and measured by at once. */
  readonly repeated: number
  /** Vectors that stand under more than one label; they are kept. */
  readonly contradictory: number
}

/** @throws usage where vectors differ in length */
export const usableExamples = (all: readonly Example[]): UsableExamples => {
  const seen = new Map<string, Set<string>>()
  const examples: Example[] = []
  let [unusable, repeated] = [0, 0]
  for (const example of all) {
    const { label, values } = example
    if (values.length !== all[0]?.values.length) throw new GannetError('usage', `vectors of ${all[0]?.values.length} and of ${values.length} values cannot be compared: take those of one embedder`)
    if (rooted(values) === null) {
      unusable++
      continue
    }
    const key = sha256Of(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    const labels = seen.get(key) ?? new Set()
    seen.set(key, labels)
    if (labels.has(label)) {
      repeated++
      continue
    }
    labels.add(label)
    examples.push(example)
  }
  return { examples, unusable, repeated, contradictory: [...seen.values()].filter(({ size }) => size > 1).length }
}

/** How many of each class are kept back: a share, a number, or all but a number. */
export type HoldOut = { readonly share: number } | { readonly number: number } | { readonly allBut: number }

/** At least one is learned from. Of two, a share keeps none back: half of what is known of a class is too much. */
const heldOutOf = (size: number, hold: HoldOut): number =>
  'share' in hold ? (size < 3 ? 0 : Math.min(size - 1, Math.max(1, Math.round(hold.share * size))))
  : 'number' in hold ? Math.min(size - 1, hold.number)
  : Math.max(0, size - hold.allBut)

/** Drawn class by class, the same for the same examples and seed. */
export const splitExamples = <One extends { readonly label: string }>(examples: readonly One[], hold: HoldOut, seed: number): { readonly training: readonly One[]; readonly heldOut: readonly One[] } => {
  const random = seededRandom(seed)
  const classes = new Map<string, One[]>()
  for (const example of examples) classes.set(example.label, [...(classes.get(example.label) ?? []), example])
  const [training, heldOut]: [One[], One[]] = [[], []]
  for (const [, all] of [...classes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const order = shuffled(all, random)
    const kept = heldOutOf(all.length, hold)
    heldOut.push(...order.slice(0, kept))
    training.push(...order.slice(kept))
  }
  return { training, heldOut }
}
