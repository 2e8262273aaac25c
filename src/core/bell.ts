/** Wakes whoever waits; a wait without a ring ends by itself. */
export interface Bell {
  ring(): void
  wait(atMostMs: number): Promise<void>
}

export const createBell = (): Bell => {
  const sleepers = new Set<() => void>()
  return {
    ring() {
      for (const wake of sleepers) wake()
    },
    wait: (atMostMs) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          sleepers.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, atMostMs)
        sleepers.add(wake)
      }),
  }
}
