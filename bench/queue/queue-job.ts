/** What a process of the queue benchmark is told to do, and what it answers. */
export interface QueueJob {
  readonly dist: string
  readonly url: string
  readonly how: 'accept' | 'work' | 'dispatch' | 'bullmq-accept' | 'bullmq-work'
  /** Which of the processes that do the same it is, from 0, and how many there are. */
  readonly nth: number
  readonly of: number
  /** Tasks of all of them together. */
  readonly tasks: number
  readonly hosts: number
  readonly delayMs: number
}

/** Times are milliseconds of the same machine's clock. */
export interface QueueOutcome {
  readonly first: number
  readonly last: number
  readonly done: number
  /** Processor seconds. */
  readonly processor: number
}

/** Tasks that one call brings. */
export const BATCH = 100
export const QUEUE = 'bench'
/** Bytes of a task's own words, its URL among them. */
export const PAYLOAD_BYTES = 300
