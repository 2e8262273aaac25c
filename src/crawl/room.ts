/** Room for visits: so many in all, so many a host, and who goes first when some becomes free. */
export interface RoomOptions {
  readonly concurrency: number
  /** Visits to the host that may be under way at a time, as of now. */
  readonly allowed: (host: string) => number
  /** The lowest goes first; of equals the first come. */
  readonly rank: (host: string, begun: boolean) => number
  /** Aborts those who wait. */
  readonly signal: AbortSignal
  readonly drained: () => Error
}

export interface Room {
  /** Resolves when there is room, which is then taken. @throws what `drained` makes, when the crawl stops */
  enter(host: string, begun: boolean): Promise<void>
  leave(host: string): void
  readonly underWay: number
}

interface Waiting {
  readonly host: string
  readonly rank: number
  start(): void
}

export const createRoom = ({ concurrency, allowed, rank, signal, drained }: RoomOptions): Room => {
  const running = new Map<string, number>()
  const waiting: Waiting[] = []
  let underWay = 0

  const hasRoom = (host: string): boolean => underWay < concurrency && (running.get(host) ?? 0) < allowed(host)
  const take = (host: string): void => {
    underWay++
    running.set(host, (running.get(host) ?? 0) + 1)
  }

  return {
    enter(host, begun) {
      if (signal.aborted) return Promise.reject(drained())
      const place = rank(host, begun)
      if (hasRoom(host)) {
        take(host)
        return Promise.resolve()
      }
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          const at = waiting.indexOf(entry)
          if (at >= 0) waiting.splice(at, 1)
          reject(drained())
        }
        const entry: Waiting = {
          host,
          rank: place,
          start: () => {
            signal.removeEventListener('abort', abort)
            resolve()
          },
        }
        signal.addEventListener('abort', abort, { once: true })
        const before = waiting.findIndex((other) => other.rank > place)
        waiting.splice(before < 0 ? waiting.length : before, 0, entry)
      })
    },
    leave(host) {
      underWay--
      const left = (running.get(host) ?? 1) - 1
      if (left > 0) running.set(host, left)
      else running.delete(host)
      for (let at = 0; at < waiting.length && underWay < concurrency; ) {
        const next = waiting[at] as Waiting
        if (hasRoom(next.host)) {
          waiting.splice(at, 1)
          take(next.host)
          next.start()
        } else at++
      }
    },
    get underWay() {
      return underWay
    },
  }
}
