import { describe, expect, test } from 'vitest'
import { steadyTime, systemClock } from './clock.ts'
import { createServerClock } from './server-clock.ts'

describe('the time', () => {
  test('goes on where the clock on the wall is set back, and follows it forward', () => {
    const clocks = { wall: 1_000_000, monotonic: 0 }
    const now = steadyTime(() => clocks.wall, () => clocks.monotonic)
    const pass = (ms: number) => {
      clocks.wall += ms
      clocks.monotonic += ms
    }
    pass(100)
    expect(now()).toBe(1_000_100)
    clocks.wall -= 3_600_000
    pass(10)
    expect(now()).toBe(1_000_110)
    pass(10)
    expect(now()).toBe(1_000_120)
    clocks.wall += 7_200_000
    expect(now()).toBe(8_200_120)
  })

  test('is not pushed ahead by rounding', () => {
    let monotonic = 0
    const now = steadyTime(() => Math.floor(monotonic), () => monotonic)
    for (let n = 0; n < 1_000; n++) {
      monotonic += 0.7
      now()
    }
    expect(now()).toBe(Math.floor(monotonic))
  })

  test('is waited for no shorter than asked, and no longer than anybody wants', async () => {
    const before = performance.now()
    await systemClock.until(systemClock.now() + 30)
    expect(performance.now() - before).toBeGreaterThanOrEqual(29)
    await expect(systemClock.until(Infinity, AbortSignal.timeout(5))).rejects.toThrow()
  })

  test('of a server is never early by what the way to it took', async () => {
    let monotonic = 0
    const ways = [[40, 3], [1, 8], [10, 10]] as const
    let nth = 0
    const clock = await createServerClock(async () => {
      const [there, back] = ways[nth++ % ways.length] as (typeof ways)[number]
      monotonic += there
      const told = 5_000 + monotonic
      monotonic += back
      return told
    }, () => monotonic)
    clock.close()
    expect(clock.now() - (5_000 + monotonic)).toBe(-8)
  })
})
