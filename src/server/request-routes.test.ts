import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAdmission } from '../app/admission.ts'
import { systemClock } from '../core/clock.ts'
import { GannetError } from '../core/errors.ts'
import { taskId, type RequestId } from '../core/ids.ts'
import { createRequestDesk, type RequestDesk, type RequestRow } from '../node/index.ts'
import { openSqliteOutbox } from '../schedule/adapters/sqlite-outbox.ts'
import { createScheduleModel, type Outbox, type ScheduleStore } from '../schedule/index.ts'
import { NO_COUNTS } from '../schedule/outbox/outbox.contract.ts'
import { createHttpServer } from './http-server.ts'
import { addRequestRoutes, type RequestRouteOptions } from './request-routes.ts'

const admits = createAdmission([])
const toTask = ({ kind, url }: RequestRow) => {
  const refused = admits(url)
  const sort = kind === 'page' ? ('page' as const) : ('image' as const)
  return { id: taskId(sort, url), kind: sort, host: 'https://h', url, weight: 1, payload: null, ...(refused ? { refused } : {}) }
}

interface ProblemBody {
  readonly code: string
  readonly status: number
  readonly detail: string
}

describe('the data interface', () => {
  let folder: string
  let outbox: Outbox
  let queue: ScheduleStore
  let server: FastifyInstance
  let troubles: unknown[]

  const build = async (more: Partial<RequestRouteOptions> = {}, on?: RequestDesk): Promise<void> => {
    troubles = []
    server = createHttpServer({ onTrouble: (error) => troubles.push(error) })
    const desk = on ?? createRequestDesk({ outbox, queue, clock: systemClock, toTask, admits, knowsRecipe: () => false })
    addRequestRoutes(server, { desk, clock: systemClock, eventsEveryMs: 5, heartbeatMs: 20, ...more })
    await server.ready()
  }
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gannet-server-'))
    outbox = await openSqliteOutbox({ path: path.join(folder, 'outbox.db') })
    queue = createScheduleModel({ delayMs: 0 })
    await build()
  })
  afterEach(async () => {
    await server.close()
    await outbox.close()
    await rm(folder, { recursive: true })
  })

  const post = (payload: string | Buffer | Readable, headers: Readonly<Record<string, string>> = {}) =>
    server.inject({ method: 'POST', url: '/v1/requests', payload, headers: { 'content-type': 'application/json', ...headers } })
  const postJson = (body: unknown, headers = {}) => post(JSON.stringify(body), headers)
  const postLines = (lines: readonly unknown[], headers = {}) =>
    post(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { 'content-type': 'application/x-ndjson', ...headers })
  const problem = async (answer: ReturnType<typeof post>): Promise<ProblemBody> => {
    const { headers, statusCode, body } = await answer
    const parsed = JSON.parse(body) as ProblemBody
    expect([headers['content-type'], statusCode]).toEqual(['application/problem+json', parsed.status])
    return parsed
  }
  const taken = async (): Promise<number> => (await outbox.list({ state: 'any', after: null, limit: 99 })).items.length

  test('takes a request, says what was accepted and what refused and why, and where it stands', async () => {
    const answer = await postJson({
      urls: ['https://h/1.jpg', 'https://h/1.jpg', 'http://10.0.0.1/x.jpg', 'ftp://h/x', 'https://h/2.jpg'], pages: ['https://h/'],
      weight: 70, category: 'cats', renditions: [{ name: 'small', width: 320 }], callback: 'https://c.example/hook',
    })
    const { id, ...rest } = answer.json<{ id: RequestId }>()
    expect([answer.statusCode, answer.headers['location']]).toEqual([202, `/v1/requests/${id}`])
    expect(rest).toEqual({
      accepted: 3,
      refused: [
        { url: 'https://h/1.jpg', reason: 'duplicate-url' }, { url: 'http://10.0.0.1/x.jpg', reason: 'blocked-address' },
        { url: 'ftp://h/x', reason: 'unsupported-scheme' },
      ],
    })
    expect((await outbox.find(id))?.options).toEqual({
      weight: 70, category: 'cats', recipe: null, callback: 'https://c.example/hook', attempts: null,
      renditions: [{ name: 'small', crop: null, width: 320, height: null, fit: 'inside', format: 'jpeg', quality: null }],
    })
    const standing = await server.inject(`/v1/requests/${id}`)
    expect(standing.json()).toEqual({
      id, state: 'running', accepted: 3, ended: 0, pending: 3, kept: 0, refused: 3, rejected: 0, duplicates: 0, failed: 0,
      reasons: { 'duplicate-url': 1, 'blocked-address': 1, 'unsupported-scheme': 1 },
    })
  })

  test('answers a repeated key as the first time, in whatever form, and another request under it with 422', async () => {
    const body = { urls: ['https://h/1.jpg', 'nonsense'], weight: 7 }
    const first = await postJson(body, { 'idempotency-key': '"a \\"key\\""' })
    expect((await postJson(body, { 'idempotency-key': 'a "key"' })).json()).toEqual(first.json())
    expect((await postLines([{ weight: 7 }, 'https://h/1.jpg', { url: 'nonsense' }], { 'idempotency-key': 'a "key"' })).json()).toEqual(first.json())
    expect(await problem(postJson({ ...body, weight: 8 }, { 'idempotency-key': 'a "key"' }))).toMatchObject({ status: 422, code: 'key-reused' })
    expect(await taken()).toBe(1)
    expect(await problem(postJson(body, { 'idempotency-key': 'ü' }))).toMatchObject({ status: 400 })
    expect(await problem(postJson(body, { 'idempotency-key': 'x'.repeat(256) }))).toMatchObject({ status: 400 })
  })

  test('takes streams of any length, a bounded part of them at a time', async () => {
    let held = 0
    let most = 0
    const rows = function* () {
      yield Buffer.from('{"category":"many"}\n')
      for (let n = 0; n < 30_000; n++) {
        held++
        yield Buffer.from(`"https://h/${n}.jpg"\n`)
      }
    }
    const append = outbox.append.bind(outbox)
    await build({}, createRequestDesk({
      queue, clock: systemClock, toTask, admits, knowsRecipe: () => false,
      outbox: {
        ...outbox,
        append(draft, chunk) {
          most = Math.max(most, held - (chunk.sequence - 1) * 500)
          return append(draft, chunk)
        },
      },
    }))
    const answer = await post(Readable.from(rows()), { 'content-type': 'application/x-ndjson; charset=utf-8' })
    const { id, accepted } = answer.json<{ id: RequestId; accepted: number }>()
    expect(accepted).toBe(30_000)
    // Two buffers of 16 KB, on this side and the other, and a chunk.
    expect(most).toBeLessThan(4000)
    expect(await outbox.find(id)).toMatchObject({ chunksLeft: 60, options: { category: 'many' } })
  })

  test('takes a hundred thousand URLs of one host, and tells of refusals without end only the first', async () => {
    const rows = Array.from({ length: 100_000 }, (_, n) => (n < 20_000 ? 'nonsense' : { url: `https://h/${n}.jpg` }))
    const answer = await postLines([{}, ...rows])
    const { accepted, refused, refusedMore } = answer.json<{ accepted: number; refused: unknown[]; refusedMore: number }>()
    expect([accepted, refused.length, refusedMore]).toEqual([80_000, 10_000, 10_000])
  })

  test.each<[string, unknown, RegExp]>([
    ['an unknown field', { urls: ['https://h/'], wieght: 5 }, /no field "wieght"; did you mean weight\?/],
    ['a __proto__ field', JSON.parse('{"urls":["https://h/"],"__proto__":{"weight":1}}'), /no field "__proto__"/],
    ['a negative weight', { urls: ['https://h/'], weight: -1 }, /weight: .*1/],
    ['a weight between two', { urls: ['https://h/'], weight: 1.5 }, /weight: a whole number from 1 to 100/],
    ['a weight in words', { urls: ['https://h/'], weight: '50' }, /weight: a whole number from 1 to 100/],
    ['a weight too large', { urls: ['https://h/'], weight: 101 }, /weight: .*100/],
    ['urls that are none', { urls: 'https://h/' }, /urls: a list of strings/],
    ['a URL that is none', { pages: ['https://h/', 7] }, /pages\[1\]: a string/],
    ['no URLs', { urls: [], pages: [] }, /names no URL/],
    ['no object', ['https://h/'], /an object is needed/],
    ['null', null, /an object is needed/],
    ['a callback that is no URL', { urls: ['https://h/'], callback: 'h/hook' }, /callback: an http or https URL/],
    ['a callback with credentials', { urls: ['https://h/'], callback: 'https://u:p@h/' }, /callback: .*credentials/],
    ['a callback into the network', { urls: ['https://h/'], callback: 'http://[::1]:9/' }, /callback leads to an address inside the network/],
    ['a callback to this machine by name', { urls: ['https://h/'], callback: 'http://localhost/' }, /callback leads to an address inside/],
    ['a recipe nobody has', { urls: ['https://h/'], recipe: 'x' }, /no recipe "x"/],
    ['a rendition without a size', { urls: ['https://h/'], renditions: [{ name: 'a' }] }, /renditions\[0\]: a width, a height or a crop/],
    ['a crop without a size', { urls: ['https://h/'], renditions: [{ name: 'a', crop: { x: 1, y: 1, width: 0, height: 2 } }] }, /renditions\[0\]\.crop\.width/],
    ['a crop with an unknown field', { urls: ['https://h/'], renditions: [{ name: 'a', crop: { x: 1, y: 1, width: 1, hight: 2 } }] }, /renditions\[0\]\.crop: .*did you mean height/],
    ['a rendition of more pixels than are made', { urls: ['https://h/'], renditions: [{ name: 'a', width: 9000, height: 9000, fit: 'cover' }] }, /renditions\[0\]: no more than 50000000 pixels/],
    ['a quality of what loses nothing', { urls: ['https://h/'], renditions: [{ name: 'a', width: 1, format: 'png', quality: 9 }] }, /renditions\[0\]: png loses nothing/],
    ['a rendition with an unknown field', { urls: ['https://h/'], renditions: [{ name: 'a', width: 1, qualty: 3 }] }, /renditions\[0\]: there is no field "qualty"; did you mean quality/],
    ['renditions of one name', { urls: ['https://h/'], renditions: [{ name: 'a', width: 1 }, { name: 'a', width: 2 }] }, /no two/],
  ])('turns back %s with a clear word, and takes nothing', async (_what, body, words) => {
    const { status, detail } = await problem(postJson(body))
    expect(status).toBe(400)
    expect(detail).toMatch(words)
    expect(await taken()).toBe(0)
  })

  test.each<[string, Buffer | string, number, RegExp]>([
    ['nothing', '', 400, /not JSON/],
    ['half of JSON', '{"urls":["https://h/"', 400, /not JSON/],
    ['what is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400, /not UTF-8/],
    ['a nest of millions', '['.repeat(4_000_000), 400, /nested deeper/],
    ['brackets in a string, which are no nest', `{"urls":["${'[\\"'.repeat(20)}"],"x":1}`, 400, /no field "x"/],
    ['50 MB', Buffer.alloc(50 * 1024 * 1024, 'x'), 413, /application\/x-ndjson/],
    ['more URLs than JSON may hold', JSON.stringify({ urls: Array.from({ length: 10_001 }, () => 'https://h/') }), 413, /application\/x-ndjson/],
  ])('survives %s', async (_what, body, status, words) => {
    const told = await problem(post(body))
    expect([told.status, words.test(told.detail)]).toEqual([status, true])
    expect((await postJson({ urls: ['https://h/'] })).statusCode).toBe(202)
    expect(troubles).toEqual([])
  })

  test.each<[string, string, RegExp]>([
    ['nothing', '', /body is empty/],
    ['no options on its first line', '"https://h/"\n"https://h/2"\n', /line 1 holds the options/],
    ['an unknown option', '{"urls":[]}\n', /line 1: there is no field "urls"/],
    ['no rows', '{}\n\n \n', /names no URL/],
    ['a broken row', '{}\n"https://h/"\n{"url":\n', /line 3 is not JSON/],
    ['a row of another kind', '{}\n{"url":"https://h/","page":"https://h/"}\n', /line 2: a string/],
    ['a row with an unknown field', '{}\n\n{"uri":"https://h/"}\n', /line 3: there is no field "uri"; did you mean url\?/],
    ['a line without end', `{}\n"https://h/${'a'.repeat(300_000)}"\n`, /line 2 is longer than 256 KB/],
  ])('turns back a stream with %s, whole', async (_what, body, words) => {
    const { status, detail } = await problem(post(body, { 'content-type': 'application/x-ndjson' }))
    expect(status).toBe(400)
    expect(detail).toMatch(words)
    expect(await taken()).toBe(0)
  })

  test('refuses a URL of 100 KB by itself, and takes the others', async () => {
    const long = `https://h/${'a'.repeat(100_000)}`
    for (const answer of [await postJson({ urls: [long, 'https://h/1.jpg'] }), await postLines([{}, long, 'https://h/2.jpg'])]) {
      const { accepted, refused } = answer.json<{ accepted: number; refused: { url: string; reason: string }[] }>()
      expect([accepted, refused[0]?.reason, refused[0]?.url.length]).toEqual([1, 'invalid-url', 401])
    }
  })

  test('says which kinds of body it takes', async () => {
    expect(await problem(post('urls=x', { 'content-type': 'application/x-www-form-urlencoded' }))).toMatchObject({ status: 415, code: 'media-type-unknown' })
    expect(await problem(post('{}', { 'content-encoding': 'gzip' }))).toMatchObject({ status: 415 })
    expect(await problem(server.inject('/v1/nothing'))).toMatchObject({ status: 404 })
    expect(await problem(server.inject('/v1/requests/none'))).toMatchObject({ status: 404, code: 'not-found' })
    expect(await problem(server.inject('/v1/requests/none/events'))).toMatchObject({ status: 404 })
  })

  test('sends away for a moment whom it cannot serve now', async () => {
    await build({ mostUploads: 1 })
    const slow = new Readable({ read: () => undefined })
    const first = post(slow, { 'content-type': 'application/x-ndjson' })
    await new Promise((resolve) => setTimeout(resolve, 30))
    const second = await postJson({ urls: ['https://h/'] })
    expect([second.statusCode, second.headers['retry-after']]).toEqual([503, '1'])
    slow.push('{}\n"https://h/"\n')
    slow.push(null)
    expect((await first).statusCode).toBe(202)
    expect((await postJson({ urls: ['https://h/'] })).statusCode).toBe(202)
  })

  test('names what is wrong with the node itself, and when to come again', async () => {
    const failing = (error: Error): RequestDesk => ({ accept: () => Promise.reject(error), progress: () => Promise.reject(error) })
    await build({}, failing(new GannetError('engine-unreachable', 'the queue is away')))
    const away = await server.inject('/v1/requests/x')
    expect([away.statusCode, away.headers['retry-after'], away.json<ProblemBody>().code]).toEqual([503, '5', 'engine-unreachable'])
    await build({}, failing(Object.assign(new Error('full'), { code: 'SQLITE_FULL' })))
    expect(await problem(postJson({ urls: ['https://h/'] }))).toMatchObject({ status: 507, code: 'disk-full' })
    await build({}, failing(new Error('secret words')))
    expect(await problem(postJson({ urls: ['https://h/'] }))).toMatchObject({ status: 500, detail: expect.not.stringContaining('secret') as string })
    expect(troubles).toHaveLength(1)
  })

  test('tells progress as it happens, until the end', async () => {
    const { id } = (await postJson({ urls: ['https://h/1.jpg'] })).json<{ id: RequestId }>()
    const listening = server.inject(`/v1/requests/${id}/events`)
    await new Promise((resolve) => setTimeout(resolve, 60))
    await outbox.settle(id, 1, [])
    await new Promise((resolve) => setTimeout(resolve, 20))
    await outbox.mark(id, { kind: 'ended', now: 1, counts: { ...NO_COUNTS, ended: 1, kept: 1 } })
    const { headers, body } = await listening
    expect(headers['content-type']).toBe('text/event-stream')
    const events = body.split('\n\n').filter((event) => event !== '')
    expect(events.filter((event) => event === ':').length).toBeGreaterThan(0)
    const told = events.filter((event) => event !== ':').map((event) => {
      const [name, data = ''] = event.split('\n')
      return [name, (JSON.parse(data.replace('data: ', '')) as { pending: number }).pending]
    })
    expect(told).toEqual([['event: progress', 1], ['event: progress', 0], ['event: ended', 0]])
  })

  describe('on a socket', () => {
    const listen = async (more: Partial<RequestRouteOptions> = {}): Promise<number> => {
      await build(more)
      await server.listen({ host: '127.0.0.1', port: 0 })
      return (server.server.address() as AddressInfo).port
    }
    const head = (length: string) =>
      `POST /v1/requests HTTP/1.1\r\nhost: h\r\ncontent-type: application/x-ndjson\r\n${length}\r\n\r\n`
    const answerTo = async (port: number, text: string): Promise<string> => {
      const socket = connect(port, '127.0.0.1')
      socket.write(text)
      let answer = ''
      socket.on('data', (part) => (answer += String(part)))
      await once(socket, 'close')
      return answer
    }

    test('gives up an upload that stalls', async () => {
      const port = await listen({ uploadPace: { idleMs: 40, graceMs: 1000, bytesPerSecond: 1024 } })
      const answer = await answerTo(port, `${head('content-length: 1000')}{}\n"https://h/"\n`)
      expect(answer).toMatch(/^HTTP\/1.1 408 [\s\S]*connection: close[\s\S]*"upload-timeout"/i)
      expect(await taken()).toBe(0)
    })

    test('counts nothing of an upload that breaks off, and serves the next', async () => {
      const port = await listen()
      const socket = connect(port, '127.0.0.1')
      socket.write(`${head('transfer-encoding: chunked')}3\r\n{}\n\r\n10\r\n"https://h/1.jpg\r\n`)
      await new Promise((resolve) => setTimeout(resolve, 30))
      socket.destroy()
      const answer = await fetch(`http://127.0.0.1:${port}/v1/requests`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"urls":["https://h/2.jpg"]}',
      })
      expect(answer.status).toBe(202)
      expect(await taken()).toBe(1)
      expect(troubles).toEqual([])
    })

    test('answers 50 MB so that the sender sees it', async () => {
      const port = await listen()
      const answer = await fetch(`http://127.0.0.1:${port}/v1/requests`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: Buffer.alloc(50 * 1024 * 1024, 'x'),
      })
      expect(answer.status).toBe(413)
      expect(((await answer.json()) as ProblemBody).detail).toContain('application/x-ndjson')
    })

    test('answers what is no HTTP', async () => {
      const port = await listen()
      expect(await answerTo(port, 'hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [\s\S]*problem\+json/)
      expect(await answerTo(port, `GET / HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /)
    })

    test('stops telling whoever has left', async () => {
      let looks = 0
      const port = await listen()
      const { id } = (await postJson({ urls: ['https://h/1.jpg'] })).json<{ id: RequestId }>()
      const find = outbox.find.bind(outbox)
      Object.assign(outbox, { find: (of: RequestId) => (looks++, find(of)) })
      const socket = connect(port, '127.0.0.1')
      socket.write(`GET /v1/requests/${id}/events HTTP/1.1\r\nhost: h\r\n\r\n`)
      await once(socket, 'data')
      socket.destroy()
      await new Promise((resolve) => setTimeout(resolve, 50))
      const before = looks
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(looks - before).toBeLessThanOrEqual(1)
    })
  })

  test('takes any bytes at all without failing', async () => {
    for (let n = 0; n < 300; n++) {
      const noise = createHash('sha512').update(String(n)).digest()
      const lines = Buffer.concat([Buffer.from('{}\n'), noise, Buffer.from('\n"https://h/"\n')])
      const { statusCode } = await (n % 2 ? post(noise) : post(lines, { 'content-type': 'application/x-ndjson' }))
      expect(statusCode).toBe(400)
    }
    expect(troubles).toEqual([])
  })
})
