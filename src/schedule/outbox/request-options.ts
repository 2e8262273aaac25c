/** What a requester wishes beside URLs: plain values, which travel from the data interface to whoever makes and processes tasks. */

import type { Rendition } from '../../core/rendition.ts'

export interface RequestOptions {
  /** A whole number from 1 to 100 (fair-share.ts). */
  readonly weight: number
  readonly category: string | null
  /** Name of a recipe that the task servers have. */
  readonly recipe: string | null
  /** Processed copies of each picture, stored beside the original; no two of one name. */
  readonly renditions: readonly Rendition[]
  /** Where the report goes when every task has ended. */
  readonly callback: string | null
  /** Failures at which a task ends, from 1; null for the crawler's own threshold. */
  readonly attempts: number | null
}
