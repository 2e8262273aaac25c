import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serveHttp, type LocalServer } from '../../test/local-server.ts'
import { systemClock } from '../core/clock.ts'
import { createGuard, type Guard } from '../fetch/index.ts'
import { createOutboxModel, type Outbox } from '../schedule/index.ts'
import { NO_COUNTS, accepted, requestNamed } from '../schedule/outbox/outbox.contract.ts'
import { createCallbacks, type CallbackOptions } from './callbacks.ts'

interface Seen {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

describe('callbacks', () => {
  let server: LocalServer
  let answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void
  let seen: Seen[]
  let outbox: Outbox
  let stop: AbortController

  beforeEach(async () => {
    seen = []
    answer = (_request, response) => response.end('thanks')
    outbox = createOutboxModel()
    stop = new AbortController()
    server = await serveHttp(async (request, response) => {
      let body = ''
      for await (const part of request) body += String(part)
      seen.push({ url: request.url ?? '', headers: request.headers, body })
      answer(request, response, seen.length)
    })
  })
  afterEach(() => server.close())

  const ended = async (callback: string, name = 'r'): Promise<void> => {
    const id = await accepted(outbox, name, [], { callback })
    await outbox.mark(id, { kind: 'ended', now: systemClock.now(), counts: NO_COUNTS })
  }
  const allowed = (): Guard => createGuard({ allow: [`127.0.0.1:${server.port}`] })
  /** Runs until the report is taken or given up, or was tried so often. */
  const run = async (more: Partial<CallbackOptions> = {}, tries = 99): Promise<readonly string[]> => {
    const tried: string[] = []
    const callbacks = createCallbacks({
      outbox, guard: allowed(), secret: 'geheim', clock: systemClock, random: () => 0, everyMs: 5, backOff: { baseMs: 2, maxMs: 8 },
      report: async ({ id }) => JSON.stringify({ id, stored: ['ü'] }),
      onTried(_request, posted) {
        tried.push(posted.kind === 'failed' ? posted.detail : posted.kind)
        if (tried.length >= tries) stop.abort()
      },
      ...more,
    })
    const running = callbacks.run(stop.signal)
    const owed = async () => (await outbox.list({ state: 'any', after: null, limit: 9 })).items.some(({ delivery }) => delivery.state === 'waiting')
    while (!stop.signal.aborted && (await owed())) await new Promise((resolve) => setTimeout(resolve, 2))
    stop.abort()
    await running
    return tried
  }
  const delivery = async () => (await outbox.find(requestNamed('r')))?.delivery

  test('bring the report once, signed so that a receiver can check it', async () => {
    await ended(`${server.origin}/hook?a=1`)
    expect(await run()).toEqual(['delivered'])
    expect(seen).toHaveLength(1)
    const [{ url, headers, body }] = seen as [Seen]
    expect([url, headers['content-type'], body]).toEqual(['/hook?a=1', 'application/json', '{"id":"r","stored":["ü"]}'])
    const stamp = headers['webhook-timestamp'] as string
    expect(Math.abs(Number(stamp) - Date.now() / 1000)).toBeLessThan(10)
    const signature = createHmac('sha256', 'geheim').update(`r.${stamp}.${body}`).digest('base64')
    expect([headers['webhook-id'], headers['webhook-signature']]).toEqual(['r', `v1,${signature}`])
    expect(await delivery()).toMatchObject({ state: 'delivered' })
  })

  test('are not signed without a secret; one of base64 is read as such', async () => {
    await ended(server.origin)
    await run({ secret: null })
    expect(seen[0]?.headers['webhook-signature']).toBeUndefined()
    stop = new AbortController()
    await ended(server.origin, 's')
    await run({ secret: `whsec_${Buffer.from('geheim').toString('base64')}` })
    const { headers, body } = seen[1] as Seen
    const signature = createHmac('sha256', 'geheim').update(`s.${headers['webhook-timestamp'] as string}.${body}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
  })

  test('try again until the report is taken, and follow no redirect', async () => {
    answer = (_request, response, nth) => {
      if (nth === 1) response.writeHead(500).end()
      else if (nth === 2) response.writeHead(302, { location: `${server.origin}/elsewhere` }).end()
      else if (nth === 3) response.destroy()
      else response.writeHead(204).end()
    }
    await ended(`${server.origin}/hook`)
    const tried = await run()
    expect(tried.slice(0, 2)).toEqual(['answered with status 500', 'answered with status 302'])
    expect([tried.length, tried[3], seen.every(({ url }) => url === '/hook')]).toEqual([4, 'delivered', true])
    expect(await delivery()).toEqual({ state: 'delivered', attempts: 3, nextAt: null })
  })

  test('give up at once when the receiver is gone for good, and in the end when it never answers', async () => {
    answer = (_request, response) => response.writeHead(410).end()
    await ended(server.origin)
    expect(await run()).toEqual(['gone'])
    expect(await delivery()).toMatchObject({ state: 'given-up', attempts: 1 })
    answer = (_request, response) => response.writeHead(503).end()
    stop = new AbortController()
    let now = systemClock.now()
    await ended(server.origin, 's')
    const clock = { ...systemClock, now: () => (now += 5) }
    expect((await run({ clock, giveUpMs: 200 })).length).toBeGreaterThan(2)
    expect((await outbox.find(requestNamed('s')))?.delivery.state).toBe('given-up')
  })

  test('never reach an address inside the network: not literally, not by a name that leads there', async () => {
    await ended(server.origin)
    expect((await run({ guard: createGuard() }, 1))[0]).toContain('not an address of the public internet')
    outbox = createOutboxModel()
    stop = new AbortController()
    await ended(`http://rebound.example:${server.port}/`)
    const guard = createGuard({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
    expect((await run({ guard }, 1))[0]).toContain('127.0.0.1')
    expect(seen).toEqual([])
  })

  test('wait for no answer for ever, and read none to its end', async () => {
    answer = () => undefined
    await ended(server.origin)
    expect((await run({ timeoutMs: 50 }, 1))[0]).toMatch(/abort|timeout/i)
    outbox = createOutboxModel()
    stop = new AbortController()
    answer = (_request, response) => {
      const flood = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', flood)
      }
      flood()
    }
    await ended(server.origin)
    expect((await run({ timeoutMs: 5000 }, 1)).length).toBe(1)
  })

  test('of others are not held up by one that does not answer', async () => {
    answer = (request, response) => {
      if (request.url !== '/silent') response.end()
    }
    await ended(`${server.origin}/silent`, 'silent')
    await ended(`${server.origin}/fine`, 'fine')
    await run({ timeoutMs: 3000 }, 1)
    expect((await outbox.find(requestNamed('fine')))?.delivery.state).toBe('delivered')
    expect((await outbox.find(requestNamed('silent')))?.delivery).toMatchObject({ state: 'waiting', attempts: 0 })
  })
})
