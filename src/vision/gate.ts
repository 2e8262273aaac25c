/** Lets a bounded number in; the others wait in the order they came. What keeps a buffer bounded. */

export interface Gate {
  /**
   * Waits for room.
   * @returns leaves again; calling it twice leaves once
   * @throws the signal's reason when it aborts first, or what `close` was given
   */
  enter(signal?: AbortSignal): Promise<() => void>
  /** Turns away all who wait or come later. */
  close(reason: unknown): void
}

/** @param room how many may be inside, at least 1 */
export const createGate = (room: number): Gate => {
  let inside = 0
  let closed: { readonly reason: unknown } | null = null
  const waiting = new Set<{ admit(): void; refuse(reason: unknown): void }>()

  const admit = (): (() => void) => {
    inside++
    let left = false
    return () => {
      if (left) return
      left = true
      inside--
      const [next] = waiting
      if (next && inside < room) next.admit()
    }
  }

  return {
    async enter(signal) {
      signal?.throwIfAborted()
      if (closed) throw closed.reason
      if (inside < room) return admit()
      return await new Promise((resolve, reject) => {
        const stop = () => {
          waiting.delete(entry)
          signal?.removeEventListener('abort', abort)
        }
        const entry = {
          admit: () => {
            stop()
            resolve(admit())
          },
          refuse: (reason: unknown) => {
            stop()
            reject(reason)
          },
        }
        const abort = () => entry.refuse(signal?.reason)
        signal?.addEventListener('abort', abort, { once: true })
        waiting.add(entry)
      })
    },
    close(reason) {
      closed = { reason }
      for (const entry of waiting) entry.refuse(reason)
    },
  }
}
