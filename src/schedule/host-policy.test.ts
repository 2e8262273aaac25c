import { array, assert, constantFrom, nat, option, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HostObservation } from '../fetch/visit.ts'
import { HOST_POLICY_DEFAULTS as DEFAULTS, createHostPolicy, observeHost, type HostState } from './host-policy.ts'

const HOST = 'https://a.example'
const seen = (more: Partial<HostObservation> = {}): HostObservation =>
  ({ host: HOST, latencyMs: 20, status: 200, retryAfterMs: null, ...more })
const SILENT = seen({ status: null, latencyMs: null })

const delays = (policy: ReturnType<typeof createHostPolicy>, observations: readonly HostObservation[]) =>
  observations.map((one) => policy.observe([one], 0)[0]?.delayMs)

describe('host policy', () => {
  test('leaves a host that answers well at the floor, without a word to the store', () => {
    const policy = createHostPolicy()
    expect(policy.observe([seen(), seen(), seen({ status: 404 })], 0)).toEqual([])
  })

  test('backs off from 429, 503 and silence by doubling, and comes back by halves', () => {
    const policy = createHostPolicy()
    expect(delays(policy, [seen({ status: 429 }), seen({ status: 503 }), SILENT])).toEqual([1000, 2000, 4000])
    expect(delays(policy, [seen(), seen(), seen()])).toEqual([2250, 1375, 938])
    expect(delays(policy, Array<HostObservation>(10).fill(seen())).filter(Boolean).at(-1)).toBe(500)
  })

  test('slows down for a slow host at once', () => {
    expect(delays(createHostPolicy(), [seen({ latencyMs: 3000 }), seen()])).toEqual([3000, 1750])
  })

  test('takes the delay that robots.txt asks for as a floor', () => {
    const policy = createHostPolicy()
    expect(delays(policy, [seen({ crawlDelayMs: 5000 }), seen({ crawlDelayMs: 5000 })])).toEqual([5000, undefined])
    expect(createHostPolicy({ floorMs: 0 }).observe([seen({ crawlDelayMs: 5000 })], 0)).toEqual([{ host: HOST, delayMs: 5000 }])
  })

  test('never speeds up on an error that came fast', () => {
    const policy = createHostPolicy()
    expect(delays(policy, [seen({ status: 429 }), seen({ status: 403 }), seen({ status: 500 })])).toEqual([
      1000, undefined, undefined,
    ])
  })

  test('with no floor only errors slow a host, and it recovers fully', () => {
    const policy = createHostPolicy({ floorMs: 0 })
    expect(policy.observe([seen({ latencyMs: 9000 })], 0)).toEqual([])
    expect(delays(policy, [seen({ status: 503 })])).toEqual([1000])
    delays(policy, Array<HostObservation>(10).fill(seen()))
    expect(policy.states()[0]?.[1].delayMs).toBe(0)
  })

  test('blocks a host until the time its Retry-After names, within a day, and never sooner than said before', () => {
    const policy = createHostPolicy()
    const busy = (retryAfterMs: number) => seen({ status: 503, retryAfterMs })
    expect(policy.observe([busy(90_000)], 1000)[0]?.notBefore).toBe(91_000)
    expect(policy.observe([busy(5000)], 2000)[0]?.notBefore).toBeUndefined()
    expect(policy.observe([busy(1e15)], 2000)[0]?.notBefore).toBe(2000 + DEFAULTS.maxBlockMs)
  })

  test('opens the circuit of a silent host, tries it once later, and closes it at the first answer', () => {
    const policy = createHostPolicy()
    const opened = 1000 * DEFAULTS.openAfter
    let last
    for (let now = 1000; now <= opened; now += 1000) {
      expect(policy.isCircuitOpen(HOST, now)).toBe(false)
      last = policy.observe([SILENT], now).at(-1)
    }
    expect(last?.delayMs).toBe(DEFAULTS.floorMs)
    expect(policy.isCircuitOpen(HOST, opened)).toBe(true)
    expect(policy.observe([SILENT, SILENT], opened + 1)).toEqual([])
    const later = opened + DEFAULTS.openMs
    expect(policy.isCircuitOpen(HOST, later)).toBe(false)
    policy.observe([SILENT], later)
    expect(policy.isCircuitOpen(HOST, later + 2 * DEFAULTS.openMs - 1)).toBe(true)
    policy.observe([seen()], later + 2 * DEFAULTS.openMs)
    expect(policy.isCircuitOpen(HOST, later + 2 * DEFAULTS.openMs)).toBe(false)
  })

  test('takes visits that fall silent together for one silence', () => {
    const policy = createHostPolicy()
    policy.observe(Array<HostObservation>(40).fill(SILENT), 5000)
    expect(policy.isCircuitOpen(HOST, 5000)).toBe(false)
  })

  test('stays within its bounds whatever a host does', () => {
    const observation = record({
      status: option(constantFrom(200, 304, 404, 429, 500, 503)),
      latencyMs: option(nat(200_000)),
      retryAfterMs: option(nat(), { freq: 3 }),
    })
    assert(
      property(array(observation, { maxLength: 60 }), (observations) => {
        let state: HostState | null = null
        for (const [index, one] of observations.entries()) {
          state = observeHost(state, seen(one), index * 100).state
          expect(state.delayMs).toBeGreaterThanOrEqual(DEFAULTS.floorMs)
          expect(state.delayMs).toBeLessThanOrEqual(DEFAULTS.maxDelayMs)
          expect(Object.values(state).every(Number.isSafeInteger)).toBe(true)
        }
      }),
    )
  })

  test('remembers only so many hosts, and all of them over a snapshot', () => {
    const policy = createHostPolicy({ maxHosts: 2 })
    for (const host of ['one', 'two', 'three']) policy.observe([seen({ host, status: 429 })], 0)
    expect(policy.states().map(([host]) => host)).toEqual(['two', 'three'])
    const again = createHostPolicy({ states: JSON.parse(JSON.stringify(policy.states())) as typeof policy extends
      { states(): infer States } ? States : never })
    expect(again.observe([seen({ host: 'three', status: 429 })], 0)).toEqual([{ host: 'three', delayMs: 2000 }])
  })
})
