import { describe, expect, it } from 'vitest'
import { createRobotsBook, type RobotsBook } from './robots.ts'
import { refusal, type Answer, type ResponseHeaders, type Trip } from './visit-layer.ts'

const ORIGIN = 'https://site.example'
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const trip = { observations: [] } as unknown as Trip

const answer = (text: string, headers: ResponseHeaders = {}): Answer => {
  const bytes = new TextEncoder().encode(text)
  return {
    ok: true, status: 200, url: new URL(ORIGIN), headers, latencyMs: 1, address: null, head: bytes, bytes: bytes.length,
    body: { kind: 'inline', bytes },
  }
}
const failed = (status: number | null, headers: ResponseHeaders = {}): Answer => status === null
  ? refusal('timeout', 'no answer')
  : { ok: false, reason: 'http-status', detail: `status ${status}`, status, headers, latencyMs: 1, address: null }

/** A book on a clock of its own; `says` is what the origin answers from now on. */
const setUp = (kept = new Map<string, Uint8Array>()) => {
  const state = { now: 1_000_000, fetches: 0, says: answer('') as Answer }
  const book: RobotsBook = createRobotsBook({
    agent: 'gannet',
    clock: { now: () => state.now, until: async () => undefined },
    leave: {
      grant: async (host) => ({ host, notBefore: 0, count: 1, intervalMs: 0, fence: 1 }),
      recall: async (key) => kept.get(key) ?? null,
      remember: async (key, value) => void kept.set(key, value),
    },
    fetch: async () => {
      state.fetches++
      return state.says
    },
    read: async ({ body }) => body.kind === 'inline' ? body.bytes : new Uint8Array(),
  })
  const may = async (path = '/private'): Promise<boolean | string> => {
    const entry = book.known(ORIGIN) ?? (await book.of(ORIGIN, trip))
    return entry.kind === 'closed' ? entry.reason : entry.rules.allows(path)
  }
  return { state, book, may, kept }
}
const DENIES = 'user-agent: *\ndisallow: /private'

describe('the robots book', () => {
  it('asks once for all who want to know at the same time', async () => {
    const { state, book } = setUp()
    await Promise.all(Array.from({ length: 20 }, () => book.of(ORIGIN, trip)))
    expect(state.fetches).toBe(1)
  })

  it.each<[string | undefined, number]>([
    [undefined, DAY], ['max-age=3600', 60 * MINUTE], ['public, max-age="7200"', 120 * MINUTE], ['max-age=31536000', DAY],
    ['no-store', 10 * MINUTE], ['max-age=0', 10 * MINUTE],
  ])('with Cache-Control %s asks again after %i ms', async (control, freshMs) => {
    const { state, may } = setUp()
    state.says = answer('', control === undefined ? {} : { 'cache-control': control })
    await may()
    state.now += freshMs - 1
    await may()
    expect(state.fetches).toBe(1)
    state.now += 1
    await may()
    expect(state.fetches).toBe(2)
  })

  it.each([401, 403, 404, 410, 451])('takes %i for leave to fetch everything', async (status) => {
    const { state, may } = setUp()
    state.says = failed(status)
    expect(await may()).toBe(true)
  })

  it.each([[429, 'http-status'], [500, 'http-status'], [503, 'http-status'], [null, 'timeout']] as const)(
    'takes %s for no, asks again soon, and allows all after thirty days of it', async (status, reason) => {
      const { state, may } = setUp()
      state.says = failed(status)
      expect(await may()).toBe(reason)
      expect(await may()).toBe(reason)
      expect(state.fetches).toBe(1)
      for (let day = 0; day < 29; day++) {
        state.now += DAY
        expect(await may()).toBe(reason)
      }
      expect(state.fetches).toBe(30)
      state.now += DAY
      expect(await may()).toBe(true)
      state.says = answer(DENIES)
      state.now += MINUTE
      expect(await may()).toBe(false)
    },
  )

  it('is not told no for longer than a Retry-After says, or else a back-off that doubles up to a minute', async () => {
    const { state, book } = setUp()
    const closedFor = async (): Promise<readonly [ms: number, asks: number]> => {
      const entry = await book.of(ORIGIN, trip)
      if (entry.kind !== 'closed') throw new Error('it is open')
      const now = state.now
      state.now = entry.until - 1
      expect(book.known(ORIGIN)).toBe(entry)
      state.now = entry.until
      expect(book.known(ORIGIN)).toBeUndefined()
      return [entry.until - now, entry.asks]
    }
    state.says = failed(503, { 'retry-after': '7' })
    expect(await closedFor()).toEqual([7_000, 1])
    state.says = failed(429, { 'retry-after': '0' })
    expect(await closedFor()).toEqual([1_000, 2])
    state.says = failed(null)
    for (const [asks, ms] of [[3, 8_000], [4, 16_000], [5, 32_000], [6, MINUTE], [7, MINUTE]]) {
      expect(await closedFor()).toEqual([ms, asks])
    }
    state.says = failed(404)
    expect(await book.of(ORIGIN, trip)).toMatchObject({ kind: 'rules' })
  })

  it('holds to the last copy while the origin errs, in another process too, and for thirty days', async () => {
    const { state, may, kept } = setUp()
    state.says = answer(DENIES)
    expect(await may()).toBe(false)
    const again = setUp(kept)
    again.state.says = failed(503)
    again.state.now = state.now + 2 * DAY
    expect(await again.may()).toBe(false)
    expect(await again.may('/open')).toBe(true)
    expect(again.state.fetches).toBe(1)
    again.state.now = state.now + 30 * DAY
    expect(await again.may()).toBe(true)
  })
})
