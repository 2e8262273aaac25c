import { array, assert, constantFrom, nat, option, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HostObservation } from '../fetch/visit.ts'
import { createHostPolicy } from './host-book.ts'
import { HOST_POLICY_DEFAULTS as DEFAULTS, observeHost, type HostState } from './host-policy.ts'
import { addressKey, type HostMemory, type HostPace } from './schedule-store.ts'

const HOST = 'https://a.example'
const seen = (more: Partial<HostObservation> = {}): HostObservation =>
  ({ host: HOST, latencyMs: 20, status: 200, retryAfterMs: null, ...more })
const SILENT = seen({ status: null, latencyMs: null })

const delays = (policy: ReturnType<typeof createHostPolicy>, observations: readonly HostObservation[]) =>
  observations.map((one, index) => policy.observe([one], index * DEFAULTS.stepMs)[0]?.delayMs)

/** What a store would give back after a restart. */
const remembered = (paces: readonly HostPace[]): readonly HostMemory[] =>
  [...new Map(paces.flatMap(({ host, memory }) => (memory === undefined ? [] : [[host, memory]])))]
    .flatMap(([host, memory]) => (memory === null ? [] : [{ host, memory }]))

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
    expect(createHostPolicy({ floorMs: 0 }).observe([seen({ crawlDelayMs: 5000 })], 0)).toMatchObject([{ host: HOST, delayMs: 5000 }])
  })

  test('never speeds up on an error that came fast', () => {
    const policy = createHostPolicy()
    expect(delays(policy, [seen({ status: 429 }), seen({ status: 403 }), seen({ status: 404 })])).toEqual([
      1000, undefined, undefined,
    ])
  })

  test('slows down for errors that come in a row, and leaves a host alone that turns everything away', () => {
    for (const status of [403, 500, 502, 520]) {
      const policy = createHostPolicy()
      expect(delays(policy, Array<HostObservation>(6).fill(seen({ status })))).toEqual([
        undefined, undefined, 1000, 2000, 4000, undefined,
      ])
      const banned = createHostPolicy()
      delays(banned, Array<HostObservation>(DEFAULTS.openAfterErrors).fill(seen({ status })))
      expect(banned.isCircuitOpen(HOST, DEFAULTS.openAfterErrors * DEFAULTS.stepMs)).toBe(true)
      banned.observe([seen({ status: 404 })], 1e6)
      expect(banned.isCircuitOpen(HOST, 1e6)).toBe(false)
    }
    const mixed = createHostPolicy()
    const some = Array.from({ length: 60 }, (_, at) => seen({ status: at % 3 === 0 ? 200 : 403 }))
    expect(delays(mixed, some).filter(Boolean)).toEqual([])
  })

  test('doubles once for visits that were turned away together', () => {
    const policy = createHostPolicy()
    policy.observe(Array<HostObservation>(10).fill(seen({ status: 503 })), 5000)
    expect(policy.states()[0]?.[1].delayMs).toBe(1000)
  })

  test('begins with one visit at a time, allows one more with every answer, and falls back to one', () => {
    const policy = createHostPolicy({ perHost: 4 })
    const after = (...seenNow: HostObservation[]): number => {
      policy.observe(seenNow, 1e6)
      return policy.allowance(HOST)
    }
    expect(policy.allowance(HOST)).toBe(1)
    expect(after(seen())).toBe(2)
    expect(after(seen({ status: 404 }), seen())).toBe(4)
    expect(after(seen(), seen({ status: 500 }))).toBe(4)
    expect(after(seen({ status: 429 }))).toBe(1)
    expect(after(seen())).toBe(2)
    expect(after(SILENT)).toBe(1)
  })

  test('tries a host with an open circuit one visit at a time', () => {
    const policy = createHostPolicy()
    delays(policy, [seen(), seen(), ...Array<HostObservation>(5).fill(SILENT)])
    expect(policy.isCircuitOpen(HOST, 7000)).toBe(true)
    expect(policy.isCircuitOpen(HOST, 7000 + DEFAULTS.openMs)).toBe(false)
    expect(policy.allowance(HOST)).toBe(1)
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

  const broken = (more: Partial<HostObservation> = {}) => seen({ status: null, latencyMs: null, broken: true, ...more })

  test('counts a connection that is closed under the request as an error, and never twice for the same task', () => {
    const resets = createHostPolicy()
    delays(resets, Array<HostObservation>(DEFAULTS.openAfterErrors - 1).fill(broken()))
    expect(resets.isCircuitOpen(HOST, DEFAULTS.openAfterErrors * DEFAULTS.stepMs)).toBe(false)
    const again = createHostPolicy()
    expect(delays(again, Array<HostObservation>(40).fill(broken({ again: true }))).filter(Boolean)).toEqual([])
    expect(again.isCircuitOpen(HOST, 40_000)).toBe(false)
    const hanging = createHostPolicy()
    delays(hanging, Array.from({ length: 40 }, () => ({ ...SILENT, mute: true, again: true })))
    expect(hanging.isCircuitOpen(HOST, 40_000)).toBe(false)
    const gone = createHostPolicy()
    delays(gone, Array.from({ length: DEFAULTS.openAfter }, () => ({ ...SILENT, again: true })))
    expect(gone.isCircuitOpen(HOST, DEFAULTS.openAfter * DEFAULTS.stepMs)).toBe(true)
    const mended = createHostPolicy()
    delays(mended, [SILENT, SILENT, SILENT, SILENT, broken(), SILENT])
    expect(mended.isCircuitOpen(HOST, 5000)).toBe(false)
  })

  test('lets the tasks of a host wait for its circuit a few times, and no longer', () => {
    const policy = createHostPolicy()
    let now = 0
    const held = Array.from({ length: DEFAULTS.openAfter + DEFAULTS.patientOpenings }, () => {
      now = Math.max(now + DEFAULTS.stepMs, policy.holdUntil(HOST) ?? 0)
      const told = policy.observe([SILENT], now).at(-1)?.notBefore ?? 0
      return [told && told - now, (policy.holdUntil(HOST) ?? now) - now]
    })
    const { openMs } = DEFAULTS
    const waits = [0, 0, 0, 0, openMs, 2 * openMs, 4 * openMs, 0]
    expect(held).toEqual(waits.map((wait) => [wait, wait]))
    expect(policy.isCircuitOpen(HOST, now + 1)).toBe(true)
  })

  test('lifts the wait at the first answer', () => {
    const policy = createHostPolicy()
    for (let now = 1000; now <= 5000; now += 1000) policy.observe([SILENT], now)
    expect(policy.observe([seen()], 5001)).toMatchObject([{ host: HOST, notBefore: 0 }])
    expect(policy.holdUntil(HOST)).toBeNull()
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

  test('remembers only so many hosts', () => {
    const policy = createHostPolicy({ maxHosts: 2 })
    for (const host of ['one', 'two', 'three']) policy.observe([seen({ host, status: 429 })], 0)
    expect(policy.states().map(([host]) => host)).toEqual(['two', 'three'])
  })

  test('finds its hosts again after a restart: slow ones slow, dead ones to be tried once', () => {
    const policy = createHostPolicy()
    const told = [
      ...policy.observe([seen({ host: 'slow', status: 429 }), seen({ host: 'well' })], 1000),
      ...[1, 2, 3, 4, 5].flatMap((at) => policy.observe([{ ...SILENT, host: 'dead' }], at * 1000)),
      ...policy.observe([seen({ host: 'blocked', status: 503, retryAfterMs: 90_000 })], 1000),
    ]
    const memories = remembered(told)
    expect(memories.map(({ host }) => host)).toEqual(['slow', 'dead', 'blocked'])
    const again = createHostPolicy({ memories })
    expect(again.observe([seen({ host: 'slow', status: 429 })], 9000)).toMatchObject([{ host: 'slow', delayMs: 2000 }])
    expect(again.isCircuitOpen('dead', 9000)).toBe(false)
    expect(again.observe([{ ...SILENT, host: 'dead' }], 9000).length).toBe(1)
    expect(again.isCircuitOpen('dead', 9000 + 2 * DEFAULTS.openMs - 1)).toBe(true)
    const recovered = Array.from({ length: 12 }, (_, at) => again.observe([seen({ host: 'slow' })], 20_000 + at)).flat()
    expect(remembered([...told, ...recovered]).map(({ host }) => host)).toEqual(['dead', 'blocked'])
    const strange = ['', '{', 'null', '[]', '7', '{"delayMs":-9,"openUntil":"x"}', '{"__proto__":{"delayMs":1}}']
    const odd = createHostPolicy({ memories: strange.map((memory, at) => ({ host: String(at), memory })) })
    for (const [, state] of odd.states()) expect(state.delayMs).toBe(DEFAULTS.floorMs)
  })
})

describe('an address', () => {
  const ADDRESS = '203.0.113.7'
  const KEY = addressKey(ADDRESS)
  const at = (host: string, more: Partial<HostObservation> = {}) => seen({ host, address: ADDRESS, ...more })
  const make = (memories: readonly HostMemory[] = []) =>
    createHostPolicy({ memories, addresses: { floorMs: 50, has: (address) => address.startsWith('203.') } })

  test('is told to the store once, when it changes, and only where it has a pace of its own', () => {
    const policy = make()
    expect(policy.observe([at('a'), at('a'), seen({ host: 'b', address: '127.0.0.1' }), seen({ host: 'c' })], 0)).toEqual([
      { host: 'a', address: ADDRESS },
    ])
    expect(policy.addressPace('a')).toEqual({ key: KEY, delayMs: 50 })
    expect(policy.addressPace('b')).toBeNull()
    expect(policy.observe([seen({ host: 'a', address: null })], 1)).toEqual([])
    expect(policy.observe([seen({ host: 'a', address: '127.0.0.1' })], 1)).toEqual([{ host: 'a', address: null }])
  })

  test('is slowed when several of its hosts are overloaded, not when one is, and recovers', () => {
    const policy = make()
    const ofKey = (paces: readonly HostPace[]) => paces.filter(({ host }) => host === KEY)
    const busy = (host: string, now: number) => ofKey(policy.observe([at(host, { status: 503 })], now))
    for (let now = 0; now < 20_000; now += 1000) expect(busy('a', now)).toEqual([])
    expect(busy('b', 20_000)).toEqual([])
    expect(busy('c', 20_001)).toMatchObject([{ host: KEY, delayMs: 200 }])
    expect(busy('d', 20_002)).toEqual([])
    const told = busy('d', 22_000)
    expect(told).toMatchObject([{ delayMs: 400 }])
    expect(make(remembered(told)).observe([at('e')], 30_000)).toMatchObject([{ host: 'e' }, { host: KEY, delayMs: 225 }])
    for (let now = 23_000; now < 60_000; now += 1000) policy.observe([at('e')], now)
    expect(policy.addressPace('e')).toEqual({ key: KEY, delayMs: 50 })
  })
})
