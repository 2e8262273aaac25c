import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { samplesIn } from '../../test/exposition-text.ts'
import { GannetError } from '../core/errors.ts'
import type { RequestId, TaskId } from '../core/ids.ts'
import { createFleetView, createMemoryFleet, createScheduleModel, giveOrder, type FleetView } from '../schedule/index.ts'
import { report } from '../schedule/fleet-ledger.contract.ts'
import { addFleetRoutes } from './fleet-routes.ts'
import { createHttpServer } from './http-server.ts'
import { addMetrics, type MetricsOptions } from './metrics.ts'

const clock = { now: () => 90_000, until: async () => undefined }
const task = (n: number, weight: number) => ({ id: `t${n}` as TaskId, kind: 'image' as const, host: `https://${n}.example`, url: `https://${n}.example/`, weight, payload: null })

describe('metrics', () => {
  let server: FastifyInstance
  afterEach(() => server.close())

  const build = (more: Partial<MetricsOptions> = {}) => {
    const queue = createScheduleModel({ delayMs: 0 })
    const ledger = createMemoryFleet(() => performance.now())
    const view: FleetView = createFleetView({ queue, ledger, clock, floorMs: 0 })
    server = createHttpServer({ onTrouble: () => undefined })
    const metrics = addMetrics(server, { view, report: () => null, ...more })
    addFleetRoutes(server, { view, order: (order, target) => giveOrder({ queue, ledger }, order, target) })
    return { queue, ledger, metrics }
  }
  const scrape = async () => {
    const answer = await server.inject('/metrics')
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    return samplesIn(answer.body)
  }

  test('tell what the queue and the ledger hold', async () => {
    const { queue, ledger } = build({ leads: () => false })
    await queue.add({ request: 'r' as RequestId, sequence: 1, tasks: [task(1, 9), task(2, 9), task(3, 1)], now: 60_000 })
    const { leases } = await queue.reserve({ owner: 'w', count: 2, perHost: 1, busy: {}, leaseMs: 9e9, now: 80_000 })
    const [one, two] = leases.map((lease) => ({ id: lease.task.id, fence: lease.fence }))
    await queue.complete([{ ...one!, end: { outcome: 'kept', reason: null }, spawn: [] }])
    await queue.fail([{ ...two!, reason: 'timeout', retryAt: null }])
    await queue.pause(['https://3.example'], true)
    await ledger.report(report('ready'), 60_000)
    await ledger.report(report('full', { maxThreads: 0 }), 60_000)
    await ledger.order('pause', null)
    const found = await scrape()
    expect(Object.fromEntries([...found].filter(([name]) => /^gannet_(tasks|queue|fleet|hosts)/.test(name)))).toEqual({
      'gannet_fleet_reachable': 1, 'gannet_tasks_accepted_total': 3, 'gannet_tasks_dispatched_total': 2,
      'gannet_tasks_ended_total{kind="image",outcome="failed"}': 1, 'gannet_tasks_ended_total{kind="image",outcome="kept"}': 1,
      'gannet_queue_waiting{weight="1",kind="image"}': 1, 'gannet_queue_waiting{weight="1",kind="page"}': 0, 'gannet_queue_waiting{weight="1",kind="process"}': 0,
      'gannet_queue_leased': 0, 'gannet_queue_uncollected': 0, 'gannet_queue_dead': 1, 'gannet_queue_hosts': 1, 'gannet_queue_oldest_seconds': 30,
      'gannet_queue_paused{what="all"}': 1, 'gannet_queue_paused{what="node"}': 0, 'gannet_queue_paused{what="host"}': 1,
      'gannet_hosts_held_back{state="open"}': 0, 'gannet_hosts_held_back{state="blocked"}': 0, 'gannet_hosts_held_back{state="slowed"}': 0,
      'gannet_fleet_nodes{state="ready"}': 1, 'gannet_fleet_nodes{state="full"}': 1, 'gannet_fleet_nodes{state="paused"}': 0, 'gannet_fleet_nodes{state="draining"}': 0,
      'gannet_fleet_led': 0,
    })
    // A revived task takes no end back: a counter never falls.
    await queue.revive([two!.id])
    expect((await scrape()).get('gannet_tasks_ended_total{kind="image",outcome="failed"}')).toBe(1)
  })

  test('of a task server leave to dispatchers what the queue would have to look for', async () => {
    const { queue } = build()
    await queue.add({ request: 'r' as RequestId, sequence: 1, tasks: [task(1, 9)], now: 60_000 })
    const overview = queue.overview.bind(queue)
    const asked: number[] = []
    Object.assign(queue, { overview: (ask: { top: number; now: number }) => (asked.push(ask.top), overview(ask)) })
    const found = await scrape()
    expect([found.get('gannet_queue_waiting{weight="9",kind="image"}'), found.get('gannet_queue_hosts'), asked]).toEqual([1, 1, [0]])
    expect([...found.keys()].filter((name) => /oldest|held_back|uncollected|dispatcher_leading/.test(name))).toEqual([])
  })

  test('tell of this process: its room, its ends, its turns and the requests it answered', async () => {
    const { metrics } = build({ report: () => report('own', { runningThreads: 7, queued: 3 }), leads: () => true })
    metrics.ended('page', 'read')
    metrics.ended('page', 'read')
    metrics.turned(4)
    await server.inject('/v1/nodes')
    await server.inject('/v1/nowhere')
    await server.inject({ method: 'POST', url: '/v1/pause', payload: { everything: true } })
    const found = await scrape()
    expect(['gannet_node_threads', 'gannet_node_threads_running', 'gannet_node_queued', 'gannet_dispatcher_leading'].map((name) => found.get(name))).toEqual([20, 7, 3, 1])
    expect(found.get('gannet_node_tasks_ended_total{kind="page",outcome="read"}')).toBe(2)
    expect(found.get('gannet_dispatcher_turn_duration_seconds_bucket{le="0.005"}')).toBe(1)
    const requests = (method: string, route: string, status: number) =>
      found.get(`gannet_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`)
    expect([requests('GET', '/v1/nodes', 200), requests('GET', 'none', 404), requests('POST', '/v1/pause', 400)]).toEqual([1, 1, 1])
    expect(found.has('process_resident_memory_bytes')).toBe(true)
  })

  test.each<[string, () => Promise<never>]>([
    ['is away', () => Promise.reject(new GannetError('engine-unreachable', 'away'))], ['hangs', () => new Promise(() => undefined)],
  ])('leave the fleet out while its queue %s, and tell the rest', async (_what, look) => {
    build({ view: { nodes: look, queues: look, counts: look }, report: () => report('own'), patienceMs: 50 })
    const found = await scrape()
    expect([found.get('gannet_fleet_reachable'), found.get('gannet_node_threads')]).toEqual([0, 20])
    expect([...found.keys()].filter((name) => /^gannet_(tasks|queue|hosts)/.test(name))).toEqual([])
  })

  test('take no more labels than are listed, and are listed with their meaning', async () => {
    build({ report: () => report('own'), leads: () => false })
    const families = new Set([...(await server.inject('/metrics')).body.matchAll(/^# TYPE (gannet_\S+) /gm)].map(([, name]) => name as string))
    const page = await readFile(resolve(import.meta.dirname, '../../docs/metrics.md'), 'utf8')
    const listed = new Set([...page.matchAll(/^\| `(gannet_\w+)/gm)].map(([, name]) => name as string))
    expect([...families].sort()).toEqual([...listed].sort())
  })
})
