import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { createFleetView, createMemoryFleet, createScheduleModel, giveOrder, type FleetLedger, type ScheduleStore } from '../schedule/index.ts'
import { report } from '../schedule/fleet-ledger.contract.ts'
import { addFleetRoutes } from './fleet-routes.ts'
import { createHttpServer } from './http-server.ts'

describe('orders over HTTP', () => {
  let server: FastifyInstance
  let queue: ScheduleStore
  let ledger: FleetLedger
  beforeEach(() => {
    queue = createScheduleModel({ delayMs: 0 })
    ledger = createMemoryFleet(() => performance.now())
    server = createHttpServer({ onTrouble: () => undefined })
    // As on a task server, where requests are read as streams.
    server.removeAllContentTypeParsers()
    addFleetRoutes(server, {
      view: createFleetView({ queue, ledger, clock: systemClock, floorMs: 0 }), order: (what, target) => giveOrder({ queue, ledger }, what, target),
    })
  })
  afterEach(() => server.close())

  const order = (what: string, payload: string, type = 'application/json') =>
    server.inject({ method: 'POST', url: `/v1/${what}`, payload, headers: { 'content-type': type } })

  test('are carried out and answered with all that is paused', async () => {
    const paused = await order('pause', '{"host":"a.example"}')
    expect([paused.statusCode, paused.json()]).toEqual([200, {
      order: 'pause', changed: true, hosts: ['https://a.example', 'http://a.example'], node: null, member: null,
      paused: { all: false, nodes: [], hosts: { count: 2, names: ['http://a.example', 'https://a.example'] } },
    }])
    await ledger.report(report('n'), 60_000)
    expect((await order('drain', '{"node":"n"}')).json()).toMatchObject({ changed: true, member: true })
    expect((await order('pause', '{"all":true}')).json()).toMatchObject({ changed: true, paused: { all: true } })
    expect((await order('resume', '{"all":true}')).json()).toMatchObject({ changed: true, paused: { all: false, hosts: { count: 2 } } })
    expect((await server.inject('/v1/nodes')).json()).toMatchObject({ leader: null, nodes: [{ name: 'n', draining: true, spareThreads: 0 }] })
  })

  test.each<[string, string, string, number, RegExp]>([
    ['nothing', 'pause', '{}', 400, /say what is meant/],
    ['two things', 'pause', '{"host":"a.example","all":true}', 400, /and nothing else/],
    ['a field of another name', 'pause', '{"hots":"a.example"}', 400, /"host": "example.org"/],
    ['all that is not', 'pause', '{"all":false}', 400, /"all": true/],
    ['what is no JSON', 'pause', '{"all":', 400, /not JSON/],
    ['a list', 'resume', '[]', 400, /say what is meant/],
    ['an empty name', 'pause', '{"node":""}', 400, /say what is meant/],
    ['more than an order can be', 'pause', `{"host":"${'a'.repeat(20_000)}"}`, 413, /larger/],
    ['no host', 'pause', '{"host":"https://a.example/page"}', 400, /names no host/],
    ['a host to drain', 'drain', '{"host":"a.example"}', 400, /pause it/],
    ['nobody', 'drain', '{"node":"x"}', 404, /none is there/],
  ])('that name %s are turned back, and change nothing', async (_what, what, body, status, words) => {
    const answer = await order(what, body)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json'])
    expect(answer.json<{ detail: string }>().detail).toMatch(words)
    expect([(await ledger.orders()).allPaused, (await queue.overview({ top: 0, now: 0 })).paused]).toEqual([false, 0])
  })

  test('are not taken in a form that a page elsewhere can send', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect((await order('pause', '{"all":true}', type)).statusCode).toBe(415)
    }
    expect((await server.inject({ method: 'OPTIONS', url: '/v1/pause' })).statusCode).toBe(404)
    expect((await ledger.orders()).allPaused).toBe(false)
  })
})
