/**
 * The port of the vector index: nearest neighbours by cosine, one space at a time. It is a
 * projection: it follows the catalogue's sequence, says how far it has come, and can be cleared
 * and rebuilt at any time. Vectors of different spaces never mix.
 * Semantics: `vector-index.contract.ts` against its model.
 */
import type { AssetId, SpaceId } from '../core/ids.ts'
import type { StoredVector } from './asset.ts'

export type VectorChange =
  | { readonly kind: 'put'; readonly sequence: number; readonly id: AssetId; readonly vectors: readonly StoredVector[] }
  | { readonly kind: 'drop'; readonly sequence: number; readonly id: AssetId }

export interface Neighbour {
  readonly id: AssetId
  /** Cosine, −1 to 1. */
  readonly score: number
}

export interface VectorIndex {
  readonly capabilities: {
    /** Whether `search` finds every true neighbour. */
    readonly exact: boolean
  }
  /** In order of sequence; steps at or below `position` are ignored. */
  apply(changes: readonly VectorChange[]): Promise<void>
  /** Sequence number of the last step applied and durable after `flush`; 0 when empty. */
  position(): Promise<number>
  /**
   * The `top` nearest with a score of at least `threshold`, best first (ties by id).
   * An unknown space yields nothing; a query of another length is an error (`usage`).
   */
  search(space: SpaceId, query: Float32Array, ask: { readonly top: number; readonly threshold: number }): Promise<readonly Neighbour[]>
  spaces(): Promise<readonly { readonly space: SpaceId; readonly vectors: number; readonly bytes: number }[]>
  /** Makes what was applied durable, so that a restart need not follow from the start. */
  flush(): Promise<void>
  clear(): Promise<void>
  close(): Promise<void>
}
