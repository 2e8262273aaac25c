/** What a requester wishes beside URLs: plain values, which travel from the data interface to whoever makes and processes tasks. */

/** One processed copy of each picture, stored beside the original. */
export interface Rendition {
  readonly name: string
  /** Pixels; at least one of the two is set. */
  readonly width: number | null
  readonly height: number | null
  readonly fit: 'cover' | 'contain' | 'inside'
  readonly format: 'jpeg' | 'png' | 'webp' | 'avif'
  /** 1 to 100; null for the format's own default. */
  readonly quality: number | null
}

export interface RequestOptions {
  /** A whole number from 1 to 100 (fair-share.ts). */
  readonly weight: number
  readonly category: string | null
  /** Name of a recipe that the task servers have. */
  readonly recipe: string | null
  readonly renditions: readonly Rendition[]
  /** Where the report goes when every task has ended. */
  readonly callback: string | null
  /** Failures at which a task ends, from 1; null for the crawler's own threshold. */
  readonly attempts: number | null
}
