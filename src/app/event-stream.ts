/** Events from the run to whoever reads them: bounded, and nothing is kept when nobody does. */
import type { Emit, GannetEvent } from '../core/events.ts'

export interface EventStream {
  readonly emit: Emit
  /** Resolves when the reader has caught up. */
  readonly ready: () => Promise<void>
  end(): void
  /** One reader. @param outcome its rejection is thrown once all events are read */
  read(outcome: Promise<unknown>): AsyncIterator<GannetEvent>
}

/** Unread events at which the crawl takes no new work. */
const FULL = 4_096

export const createEventStream = (): EventStream => {
  let queue: GannetEvent[] | null = null
  let ended = false
  let wakeReader: () => void = () => undefined
  let wakeWriter: () => void = () => undefined
  return {
    emit(event) {
      queue?.push(event)
      wakeReader()
    },
    async ready() {
      while (queue !== null && queue.length >= FULL && !ended) await new Promise<void>((resolve) => (wakeWriter = resolve))
    },
    end() {
      ended = true
      wakeReader()
      wakeWriter()
    },
    async *read(outcome) {
      queue = []
      try {
        for (;;) {
          const batch: GannetEvent[] = queue.splice(0)
          wakeWriter()
          yield* batch
          if (batch.length > 0) continue
          if (ended) break
          await new Promise<void>((resolve) => (wakeReader = resolve))
        }
        await outcome
      } finally {
        queue = null
        wakeWriter()
      }
    },
  }
}
