import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../core/clock.ts'
import type { HostObservation } from '../fetch/visit.ts'
import { createHostPolicy, createScheduleModel, type HostPolicy } from '../schedule/index.ts'
import { createVisits } from './visits.ts'

/** Time that moves on, to whoever waits for the earliest, once nothing else is left to be done. */
const simulate = (): Clock & { run(done: Promise<unknown>): Promise<void> } => {
  let now = 1_000_000
  const waiting: { at: number; wake: () => void }[] = []
  return {
    now: () => now,
    until: (at) => (at <= now ? Promise.resolve() : new Promise((wake) => void waiting.push({ at, wake }))),
    async run(done) {
      let over = false
      void done.finally(() => (over = true))
      for (;;) {
        await new Promise(setImmediate)
        if (over) return
        const [next] = waiting.sort((a, b) => a.at - b.at).splice(0, 1)
        if (!next) throw new Error('everything waits, and nothing for the clock')
        now = Math.max(now, next.at)
        next.wake()
      }
    },
  }
}

const ADDRESSES = ['203.0.113.1', '203.0.113.2'] as const
const PER_HOST = 4
const CONCURRENCY = 6

const visit = fc.record({
  host: fc.nat(4), begun: fc.boolean(), tookMs: fc.constantFrom(0, 5, 40, 900), after: fc.constantFrom(0, 0, 10, 300),
  status: fc.constantFrom(200, 200, 200, 200, 404, 403, 429, 503, null), retryAfterMs: fc.constantFrom(null, null, null, 700, 5000),
})

interface Start {
  readonly host: string
  readonly address: string
  readonly at: number
  readonly intervalMs: number
}

const crawlOf = async (visits: readonly (typeof visit extends fc.Arbitrary<infer V> ? V : never)[], delayMs: number, addressDelayMs: number) => {
  const clock = simulate()
  const store = createScheduleModel({ delayMs, addressDelayMs })
  const policy: HostPolicy = createHostPolicy({
    floorMs: delayMs, perHost: PER_HOST, addresses: { floorMs: addressDelayMs, has: () => true }, openAfter: 1000, openAfterErrors: 1000,
  })
  const known = new Set<string>()
  const blocked = new Map<string, number>()
  const running = new Map<string, number>()
  const starts: Start[] = []
  const wrong: string[] = []
  const all = createVisits({
    hosts: store, policy, clock, concurrency: CONCURRENCY, perHost: PER_HOST, signal: new AbortController().signal,
    onFree: () => undefined, onBytes: () => undefined, onPace: () => undefined, onNote: () => undefined,
  })
  const done = visits.map(async ({ host: at, begun, tookMs, after, status, retryAfterMs }) => {
    await clock.until(clock.now() + after)
    const host = `https://${at}.example`
    const address = ADDRESSES[at % 2] as string
    const [grant = null] = begun ? [] : await store.grant([{ host, count: 1, now: clock.now() }])
    await all.visit(host, grant, async (held) => {
      const now = clock.now()
      if (now < held.notBefore) wrong.push(`${host} before its grant`)
      if (now < (blocked.get(host) ?? 0)) wrong.push(`${host} before its Retry-After`)
      running.set(host, (running.get(host) ?? 0) + 1)
      if ((running.get(host) ?? 0) > policy.allowance(host)) wrong.push(`${host} more often than it is allowed`)
      if ([...running.values()].reduce((sum, count) => sum + count, 0) > CONCURRENCY) wrong.push('too many in all')
      // Before its first answer nobody knows where a host lies.
      starts.push({ host, address: known.has(host) ? address : '', at: now, intervalMs: held.intervalMs })
      await clock.until(now + tookMs)
      running.set(host, (running.get(host) ?? 1) - 1)
      known.add(host)
      const seen: HostObservation = { host, address, latencyMs: status === null ? null : tookMs, status, retryAfterMs }
      if (retryAfterMs !== null) blocked.set(host, Math.max(blocked.get(host) ?? 0, clock.now() + retryAfterMs))
      return { observations: [seen], wireBytes: 0 }
    })
  })
  await clock.run(Promise.all(done))
  return { starts, wrong, visits: starts.length }
}

const closest = (starts: readonly Start[], key: (start: Start) => string, least: (start: Start) => number): string[] => {
  const last = new Map<string, number>()
  return starts.flatMap((start) => {
    const before = last.get(key(start)) ?? -Infinity
    last.set(key(start), start.at)
    return key(start) !== '' && start.at - before < least(start) ? [`${key(start)}: ${start.at - before} ms apart, not ${least(start)}`] : []
  })
}

describe('the pace of visits', () => {
  it('holds whatever hosts answer: delay, Retry-After, allowance, address', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(visit, { minLength: 1, maxLength: 40 }), fc.constantFrom(0, 20, 500), fc.constantFrom(0, 50, 200),
        async (visits, delayMs, addressDelayMs) => {
          const { starts, wrong } = await crawlOf(visits, delayMs, addressDelayMs)
          expect(wrong).toEqual([])
          expect(starts.length).toBe(visits.length)
          expect(closest(starts, ({ host }) => host, ({ intervalMs }) => intervalMs)).toEqual([])
          expect(closest(starts, ({ address }) => address, () => addressDelayMs)).toEqual([])
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)

  it('of a host that has answered are not held up by a thousand dead ones, which are tried a few times and left alone', async () => {
    const clock = simulate()
    const policy = createHostPolicy({ floorMs: 0, perHost: 10 })
    const visits = createVisits({
      hosts: createScheduleModel({ delayMs: 0 }), policy, clock, concurrency: 50, perHost: 10, signal: new AbortController().signal,
      onFree: () => undefined, onBytes: () => undefined, onPace: () => undefined, onNote: () => undefined,
    })
    const grant = (host: string) => ({ host, notBefore: 0, count: 1, intervalMs: 0, fence: 1 })
    const call = (host: string, tookMs: number, status: number | null) => visits.visit(host, grant(host), async () => {
      await clock.until(clock.now() + tookMs)
      return { observations: [{ host, latencyMs: status === null ? null : tookMs, status, retryAfterMs: null }], wireBytes: 0 }
    })
    await clock.run(call('https://live.example', 20, 200))
    const began = clock.now()
    let tries = 0
    const dead = Array.from({ length: 1000 }, async (_, at) => {
      await call(`https://dead-${at}.example`, 10_000, null)
      tries++
    })
    const ends = Array.from({ length: 500 }, () => call('https://live.example', 20, 200).then(() => clock.now() - began))
    const again = Array.from({ length: 30 }, () => call('https://dead-0.example', 10_000, null))
    await clock.run(Promise.all([...dead, ...ends, ...again]))
    // The first room comes free when the first of the dead time out; then the live host keeps what it gets.
    expect(Math.max(...await Promise.all(ends))).toBeLessThan(40_000)
    expect(tries).toBe(1000)
    expect((await Promise.all(again)).filter((one) => one === null).length).toBeGreaterThanOrEqual(25)
  })
})
