/**
 * Wakes whoever waits; a wait without a ring ends by itself. Rings are counted, so that one heard
 * between looking and waiting is not missed.
 */
export interface Bell {
  ring(): void
  /** Rings so far. */
  readonly rings: number
  /** @param since returns at once when it has rung since then */
  wait(atMostMs: number, since?: number): Promise<void>
}

export const createBell = (): Bell => {
  const sleepers = new Set<() => void>()
  let rings = 0
  return {
    get rings() {
      return rings
    },
    ring() {
      rings++
      for (const wake of sleepers) wake()
    },
    async wait(atMostMs, since = rings) {
      if (since !== rings) return
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          sleepers.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, atMostMs)
        sleepers.add(wake)
      })
    },
  }
}
