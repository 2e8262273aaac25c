/** The weights by which kinds are told, as bench/junk/fit-kinds.ts wrote them down. */
import type { SpaceId } from '../core/ids.ts'
import weights from './kind-weights.json' with { type: 'json' }

export interface KindWeights {
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
  /** A row a kind, in the order of `PICTURE_KINDS`. */
  readonly kinds: readonly (readonly number[])[]
  readonly bias: readonly number[]
}

export const KIND_WEIGHTS: {
  /** Over `KIND_FEATURES` alone. */
  readonly surface: KindWeights
  /** Over those, and behind them a vector of `space`. */
  readonly both: KindWeights
  readonly space: SpaceId
} = { ...weights, space: weights.space as SpaceId }
