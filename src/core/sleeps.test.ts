import { describe, expect, it } from 'vitest'
import { ASLEEP_MS, countSleeps } from './sleeps.ts'

describe('sleeps', () => {
  it('are counted once each, whichever clock went on meanwhile', () => {
    const time = { wall: 1_000_000, monotonic: 10 }
    const sleeps = countSleeps(() => time.wall, () => time.monotonic)
    const pass = (wall: number, monotonic = wall): number => {
      time.wall += wall
      time.monotonic += monotonic
      return sleeps()
    }
    expect([pass(0), pass(500), pass(ASLEEP_MS)]).toEqual([0, 0, 0])
    // Stopped; suspended, with its monotonic clock; and the wall's clock set back while it was stopped.
    expect([pass(9_000), pass(500), pass(60_000, 5), pass(-3_600_000, 9_000)]).toEqual([1, 1, 2, 3])
    expect(pass(-3_600_000, 500)).toBe(3)
  })
})
