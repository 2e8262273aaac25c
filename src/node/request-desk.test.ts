import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { taskId } from '../core/ids.ts'
import type { Reason } from '../core/reasons.ts'
import { openSqliteOutbox } from '../schedule/adapters/sqlite-outbox.ts'
import { createForwarder, createScheduleModel, type Outbox, type ScheduleStore } from '../schedule/index.ts'
import { createQuickClock } from '../schedule/outbox/quick-clock.fixture.ts'
import { OPTIONS } from '../schedule/outbox/outbox.contract.ts'
import type { NewTask } from '../schedule/task.ts'
import type { RequestRow } from './door.ts'
import { createRequestDesk, type Answer, type RequestDesk } from './request-desk.ts'
import { watchEnds } from './watch-ends.ts'

const admits = (url: string): Reason | null => {
  if (!URL.canParse(url)) return 'invalid-url'
  const { protocol, hostname } = new URL(url)
  return protocol !== 'http:' && protocol !== 'https:' ? 'unsupported-scheme' : hostname === '127.0.0.1' ? 'blocked-address' : null
}
const toTask = ({ kind, url }: RequestRow): NewTask => {
  const refused = admits(url)
  const task = kind === 'page' ? 'page' : 'image'
  return { id: taskId(task, url), kind: task, host: 'https://h', url, weight: 1, payload: null, ...(refused ? { refused } : {}) }
}
const urls = (...list: readonly string[]): RequestRow[] => list.map((url) => ({ kind: 'url', url }))
const many = (count: number): RequestRow[] => urls(...Array.from({ length: count }, (_, n) => `https://h/${n}.jpg`))
const accepted = (answer: Answer): Answer & { kind: 'accepted' } => {
  if (answer.kind !== 'accepted') throw new TypeError(`it was answered ${answer.kind}`)
  return answer
}

describe('the desk of a task server', () => {
  let folder: string
  let outbox: Outbox
  let queue: ScheduleStore
  let desk: RequestDesk
  const deskOn = (on: Outbox): RequestDesk =>
    createRequestDesk({ outbox: on, queue, clock: createQuickClock().clock, toTask, admits, knowsRecipe: (name) => name === 'known' })
  const open = (name: string): Promise<Outbox> => openSqliteOutbox({ path: path.join(folder, name) })
  const forward = async (from: Outbox): Promise<void> => {
    const stop = new AbortController()
    const { clock } = createQuickClock()
    const running = createForwarder({ outbox: from, queue, clock, random: Math.random }).run(stop.signal)
    while ((await from.heads(1)).length > 0) await new Promise(setImmediate)
    stop.abort()
    await running
  }

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gannet-desk-'))
    queue = createScheduleModel({ delayMs: 0 })
    outbox = await open('outbox.db')
    desk = deskOn(outbox)
  })
  afterEach(async () => {
    await outbox.close()
    await rm(folder, { recursive: true })
  })

  test('lets in what can be fetched and turns the rest away, each with its reason', async () => {
    const answer = accepted(await desk.accept({
      key: null, options: { ...OPTIONS, weight: 7 },
      rows: urls(
        'https://h/1.jpg', 'https://h/1.jpg', 'ftp://h/1.jpg', 'http://127.0.0.1/', 'https://', 'http:///?x', '/a.jpg', 'h/a.jpg', '',
        'https://exa mple/', `https://h/${'a'.repeat(100_000)}`, 'data:image/png;base64,AA', '\ud800',
      ),
    }))
    expect(answer.accepted).toBe(1)
    expect(answer.refused.map(({ reason }) => reason)).toEqual([
      'duplicate-url', 'unsupported-scheme', 'blocked-address', 'incomplete', 'incomplete', 'incomplete', 'incomplete', 'incomplete',
      'invalid-url', 'invalid-url', 'unsupported-scheme', 'incomplete',
    ])
    expect(Math.max(...answer.refused.map(({ url }) => url.length))).toBe(401)
    const [head] = await outbox.heads(1)
    expect(head).toMatchObject({ id: answer.id, weight: 7 })
    expect(await outbox.chunk(answer.id, 1)).toMatchObject([{ url: 'https://h/1.jpg', weight: 7 }])
  })

  test('answers a repeated key as the first time, and says when the content is another', async () => {
    const rows = urls('https://h/1.jpg', 'nonsense')
    const first = await desk.accept({ key: 'k', options: OPTIONS, rows })
    expect(await desk.accept({ key: 'k', options: OPTIONS, rows })).toEqual(first)
    expect(await desk.accept({ key: 'k', options: OPTIONS, rows: urls('https://h/2.jpg') })).toEqual({ kind: 'key-reused' })
    expect(await desk.accept({ key: 'k', options: { ...OPTIONS, category: 'cats' }, rows })).toEqual({ kind: 'key-reused' })
    expect((await outbox.list({ state: 'any', after: null, limit: 9 })).items).toHaveLength(1)
    const [a, b] = [await desk.accept({ key: null, options: OPTIONS, rows }), await desk.accept({ key: null, options: OPTIONS, rows })]
    expect(accepted(a).id).not.toBe(accepted(b).id)
  })

  test('serves a requester that retries at another task server once', async () => {
    const other = await open('other.db')
    const rows = many(1200)
    const first = accepted(await desk.accept({ key: 'k', options: OPTIONS, rows }))
    await forward(outbox)
    const second = accepted(await deskOn(other).accept({ key: 'k', options: OPTIONS, rows }))
    expect(second).toEqual(first)
    await forward(other)
    expect((await queue.tally([first.id])).pending.image).toBe(1200)
    expect(await deskOn(other).progress(first.id)).toMatchObject({ accepted: 1200, pending: 1200, refused: 0 })
    await other.close()
  })

  test('reads a stream no faster than the outbox takes it, and counts nothing of one that breaks off', async () => {
    let read = 0
    const stream = async function* () {
      for (const row of many(1500)) {
        read++
        yield row
        if (read === 1400) throw new Error('the line is cut')
      }
    }
    await expect(desk.accept({ key: 'k', options: OPTIONS, rows: stream() })).rejects.toThrow('the line is cut')
    expect((await outbox.list({ state: 'any', after: null, limit: 9 })).items).toEqual([])
    const answer = accepted(await desk.accept({ key: 'k', options: OPTIONS, rows: many(1500) }))
    expect(answer.accepted).toBe(1500)
    expect(await outbox.chunk(answer.id, 3)).toHaveLength(500)
  })

  test('does not take the same key twice at a time', async () => {
    let go = (): void => undefined
    const gate = new Promise<void>((resolve) => (go = resolve))
    const slow = async function* () {
      await gate
      yield* many(1)
    }
    const first = desk.accept({ key: 'k', options: OPTIONS, rows: slow() })
    expect(await desk.accept({ key: 'k', options: OPTIONS, rows: many(1) })).toEqual({ kind: 'key-in-use' })
    go()
    expect((await first).kind).toBe('accepted')
  })

  test('takes no request whose report could go nowhere, or whose recipe is unknown', async () => {
    const ask = (more: object) => desk.accept({ key: null, options: { ...OPTIONS, ...more }, rows: many(1) })
    expect(await ask({ callback: 'http://127.0.0.1/hook' })).toMatchObject({ kind: 'refused', field: 'callback' })
    expect(await ask({ recipe: 'unknown' })).toMatchObject({ kind: 'refused', field: 'recipe' })
    expect((await ask({ recipe: 'known', callback: 'https://c.example/' })).kind).toBe('accepted')
  })

  test('tells how far a request is, from its first moment to its end, and then without the queue', async () => {
    await queue.add({ request: taskId('x', 'x') as never, sequence: 1, tasks: [toTask({ kind: 'page', url: 'https://h/old' })] })
    const rows: RequestRow[] = [...many(3), { kind: 'page', url: 'https://h/old' }, { kind: 'url', url: 'bad' }]
    const { id } = accepted(await desk.accept({ key: null, options: OPTIONS, rows }))
    expect(await desk.progress(id)).toMatchObject({ state: 'running', accepted: 4, pending: 4, ended: 0, refused: 1 })
    await forward(outbox)
    expect(await desk.progress(id)).toMatchObject({ pending: 3, ended: 1, refused: 2, reasons: { incomplete: 1, 'duplicate-url': 1 } })
    const lease = async () => {
      const { leases } = await queue.reserve({ owner: 'w', count: 9, perHost: 9, busy: {}, leaseMs: 1000, now: 0 })
      return leases.filter(({ task }) => task.request === id)
    }
    const [one, two, three] = (await lease()).map(({ task, fence }) => ({ id: task.id, fence, spawn: [] }))
    if (!one || !two || !three) throw new TypeError('there are three')
    await queue.complete([{ ...one, end: { outcome: 'kept', reason: null } }, { ...two, end: { outcome: 'rejected', reason: 'blurry' } }])
    await queue.fail([{ id: three.id, fence: three.fence, reason: 'timeout', retryAt: null }])
    const stop = new AbortController()
    await watchEnds({ outbox, queue, clock: createQuickClock().clock, random: Math.random, onEnded: () => stop.abort() }, stop.signal)
    const end = {
      id, state: 'ended', accepted: 4, ended: 4, pending: 0, kept: 1, refused: 2, rejected: 1, duplicates: 0, failed: 1,
      reasons: { blurry: 1, timeout: 1, incomplete: 1, 'duplicate-url': 1 },
    }
    expect(await desk.progress(id)).toEqual(end)
    const away = createRequestDesk({
      outbox, clock: createQuickClock().clock, toTask, admits, knowsRecipe: () => true, queue: { tally: () => Promise.reject(new Error('away')) },
    })
    expect(await away.progress(id)).toEqual(end)
    expect(await desk.progress(taskId('no', 'such') as never)).toBeNull()
  })
})
