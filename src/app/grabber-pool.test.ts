import { setTimeout as pass } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GannetError } from '../core/errors.ts'
import type { VisitAsk } from '../fetch/visit.ts'
import { createGrabberPool, type GrabberPool } from './grabber-pool.ts'
import type { StandingRole } from './role-process.ts'

interface Fake extends StandingRole {
  killed: number
  stopped: number
}
/** A process that makes no visit: it ends as it is told to, or does not answer. */
const fake = (visitImage: () => Promise<unknown>, exit: { signal: string | null; code: number | null } | null): Fake => ({
  killed: 0,
  stopped: 0,
  once: () => ({ health: () => new Promise(() => undefined), visitImage }) as never,
  again: () => undefined as never,
  pid: () => 1,
  lastExit: () => exit && { ...exit, words: '' },
  kill() {
    this.killed++
  },
  async stop() {
    this.stopped++
  },
})
const ask = { url: 'https://a.example/a.jpg', alone: true } as VisitAsk

describe('grabber processes', () => {
  let pool: GrabberPool | null = null
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'clearTimeout', 'clearInterval'] }))
  afterEach(async () => {
    vi.useRealTimers()
    await pool?.stop()
  })

  it('that do not answer are killed, but not for the time in which this process slept', async () => {
    const role = fake(async () => undefined, null)
    let sleeps = 0
    pool = createGrabberPool({ size: 1, raise: () => role, stallMs: 20, sleeps: () => sleeps })
    vi.advanceTimersByTime(5_000)
    sleeps++
    await pass(100)
    expect(role.killed).toBe(0)
    vi.advanceTimersByTime(5_000)
    await pass(100)
    expect(role.killed).toBe(1)
  })

  it('are one more for a visit that is to be alone, and for those that follow it', async () => {
    const raised: Fake[] = []
    const visits: number[] = []
    pool = createGrabberPool({ size: 2, raise: () => {
      const nth = raised.length
      const role = fake(async () => void visits.push(nth), null)
      raised.push(role)
      return role
    } })
    await pool.api.visitImage({ ...ask, alone: false })
    await pool.api.visitImage(ask)
    await pool.api.visitImage(ask)
    expect([visits.slice(1), raised.length, pool.size]).toEqual([[2, 2], 3, 2])
    vi.advanceTimersByTime(10_000)
    expect(raised.map(({ stopped }) => stopped)).toEqual([0, 0, 1])
    await pool.api.visitImage(ask)
    expect([visits.at(-1), raised.length]).toEqual([3, 4])
  })

  it('name the visit that a process had to itself as the cause of its end, unless it was killed', async () => {
    const died = async () => {
      throw new GannetError('role-died', 'the grabber process died')
    }
    for (const [exit, code] of [
      [{ signal: 'SIGSEGV', code: null }, 'worker-died'], [{ signal: null, code: 134 }, 'worker-died'], [{ signal: 'SIGKILL', code: null }, 'role-died'],
    ] as const) {
      const one = createGrabberPool({ size: 1, raise: () => fake(died, exit) })
      await expect(one.api.visitImage(ask)).rejects.toMatchObject({ code })
      await expect(one.api.visitImage({ ...ask, alone: false })).rejects.toMatchObject({ code: 'role-died' })
      await one.stop()
    }
    // Killed because it did not answer.
    let die: (error: Error) => void = () => undefined
    pool = createGrabberPool({ size: 1, stallMs: 20, sleeps: () => 0, raise: () => fake(() => new Promise((_, refuse) => (die = refuse)), { signal: 'SIGKILL', code: null }) })
    const visit = expect(pool.api.visitImage(ask)).rejects.toMatchObject({ code: 'worker-died', message: expect.stringContaining('no answer') })
    vi.advanceTimersByTime(5_000)
    await pass(100)
    die(new GannetError('role-died', 'the grabber process died'))
    await visit
  })
})
