import { setTimeout as pass } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createGrabberPool } from './grabber-pool.ts'
import type { StandingRole } from './role-process.ts'

/** Never answers. */
const silent = (kill: () => void): StandingRole => {
  const never = { health: () => new Promise(() => undefined) }
  return { once: () => never, kill, stop: async () => undefined } as unknown as StandingRole
}

describe('a grabber that does not answer', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval'] }))
  afterEach(() => void vi.useRealTimers())

  it('is killed, but not for the time in which this process slept', async () => {
    let killed = 0
    let sleeps = 0
    const pool = createGrabberPool({ size: 1, raise: () => silent(() => killed++), stallMs: 20, sleeps: () => sleeps })
    vi.advanceTimersByTime(5_000)
    sleeps++
    await pass(100)
    expect(killed).toBe(0)
    vi.advanceTimersByTime(5_000)
    await pass(100)
    expect(killed).toBe(1)
    await pool.stop()
  })
})
