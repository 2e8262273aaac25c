/**
 * Gathers single things into batches, by number or by the age of the oldest, one batch under way
 * at a time. What comes while a batch runs forms the next one, so that batches grow with the load.
 */
import type { Clock } from '../core/clock.ts'

export interface BatcherOptions<Item, Answer> {
  /** Most items a batch. */
  readonly max: number
  /** Longest that an item waits for company, in milliseconds. */
  readonly ageMs: number
  readonly clock: Clock
  /** Answers in the order of the items. */
  run(items: readonly Item[]): Promise<readonly Answer[]>
  /** While true nothing is sent; `kick` when it may have changed. */
  held(): boolean
}

export interface Batcher<Item, Answer> {
  /** Rejects as the batch it was sent in does. */
  add(item: Item): Promise<Answer>
  kick(): void
  /** Items waiting or under way. */
  readonly size: number
}

interface Entry<Item, Answer> {
  readonly item: Item
  readonly due: number
  resolve(answer: Answer): void
  reject(error: unknown): void
}

export const createBatcher = <Item, Answer>(options: BatcherOptions<Item, Answer>): Batcher<Item, Answer> => {
  const { max, ageMs, clock } = options
  const queue: Entry<Item, Answer>[] = []
  let running = 0
  let timer: AbortController | null = null

  const send = async (entries: readonly Entry<Item, Answer>[]): Promise<void> => {
    running = entries.length
    try {
      const answers = await options.run(entries.map((entry) => entry.item))
      for (const [i, entry] of entries.entries()) entry.resolve(answers[i] as Answer)
    } catch (error) {
      for (const entry of entries) entry.reject(error)
    } finally {
      running = 0
      kick()
    }
  }

  const wait = (due: number): void => {
    timer = new AbortController()
    const { signal } = timer
    clock.until(due, signal).then(() => {
      timer = null
      kick()
    }, () => undefined)
  }

  const kick = (): void => {
    const [oldest] = queue
    if (!oldest || running > 0 || options.held()) return
    if (queue.length < max && clock.now() < oldest.due) {
      if (!timer) wait(oldest.due)
      return
    }
    timer?.abort()
    timer = null
    void send(queue.splice(0, max))
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, due: clock.now() + ageMs, resolve, reject })
        kick()
      }),
    kick,
    get size() {
      return queue.length + running
    },
  }
}
