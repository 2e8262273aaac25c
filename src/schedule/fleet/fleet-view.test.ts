import { describe, expect, test } from 'vitest'
import type { RequestId, TaskId } from '../../core/ids.ts'
import { report } from '../fleet-ledger.contract.ts'
import { createMemoryFleet } from '../memory-fleet.ts'
import { createScheduleModel } from '../schedule-model.ts'
import { addressKey } from '../schedule-store.ts'
import { giveOrder } from './fleet-control.ts'
import { createFleetView } from './fleet-view.ts'
import { standingOf } from './host-standing.ts'
import { createRateMeter } from './rate-meter.ts'

const A = 'https://a.example'
const task = (name: string, weight: number, kind: 'image' | 'page' = 'image', host = A) =>
  ({ id: name as TaskId, kind, host, url: `${host}/${name}`, weight, payload: null })

const world = () => {
  const queue = createScheduleModel({ delayMs: 0 })
  const ledger = createMemoryFleet(() => performance.now())
  const clock = { time: 1_000_000, now: () => clock.time, until: async () => undefined }
  return { queue, ledger, clock, view: createFleetView({ queue, ledger, clock, floorMs: 500 }) }
}

describe('the view of a fleet', () => {
  test('tells what waits by weight and host, since when, and how fast it goes', async () => {
    const { queue, ledger, clock, view } = world()
    await view.sample()
    await queue.add({ request: 'r' as RequestId, sequence: 1, tasks: [task('1', 9), task('2', 9, 'page'), task('3', 1), task('4', 1, 'image', 'https://b.example')], now: clock.time })
    clock.time += 10_000
    await ledger.report(report('n'), 60_000)
    await queue.assign({ assignments: [{ host: 'https://b.example', owner: 'n n-1', count: 1 }], leaseMs: 99_000, now: clock.time, fence: 0 })
    expect(await view.queues()).toEqual({
      waiting: 3, byWeight: [{ weight: 9, page: 1, image: 1, process: 0 }, { weight: 1, page: 0, image: 1, process: 0 }],
      leased: 1, uncollected: { n: 1 }, pending: { page: 1, image: 3, process: 0 }, ended: [], accepted: 4, dispatched: 1, dead: 0,
      oldest: { since: new Date(1_000_000).toISOString(), seconds: 10 }, hosts: { waiting: 1, deepest: [{ host: A, waiting: 3, paused: false }] },
      paused: { all: false, nodes: [], hosts: { count: 0, names: [] } }, circuits: { open: 0, blocked: 0, slowed: 0, hosts: [], more: false },
      rates: { seconds: 10, accepted: 0.4, dispatched: 0.1, ended: {} },
    })
  })

  test('tells of each node how idle it is, and what it was ordered', async () => {
    const { ledger, view } = world()
    await ledger.report(report('a', { runningProcesses: 1, runningThreads: 5, queued: 3 }), 60_000)
    await ledger.report(report('b'), 60_000)
    await ledger.order('pause', 'a')
    await ledger.order('drain', 'b')
    const { leader, nodes } = await view.nodes()
    expect(leader).toBeNull()
    expect(nodes).toMatchObject([
      { name: 'a', paused: true, draining: false, spareProcesses: 0, spareThreads: 12 }, { name: 'b', paused: false, draining: true, spareThreads: 0 },
    ])
  })

  test('tells which hosts are left alone, blocked or slowed, why and until when', async () => {
    const { queue, clock, view } = world()
    const until = clock.time + 5000
    const states = {
      'https://open.example': { delayMs: 500, openUntil: until, silences: 5 }, 'https://blocked.example': { delayMs: 500, blockedUntil: until },
      'https://slow.example': { delayMs: 4000, errors: 3 }, 'https://well.example': { delayMs: 500, blockedUntil: 7 },
    }
    await queue.pace([...Object.entries(states).map(([host, memory]) => ({ host, memory: JSON.stringify(memory) })), { host: addressKey('203.0.113.7'), memory: '800' }, { host: 'https://odd.example', memory: 'odd' }])
    const iso = new Date(until).toISOString()
    expect((await view.queues()).circuits).toEqual({
      open: 1, blocked: 1, slowed: 2, more: false,
      hosts: [
        { host: 'https://open.example', state: 'open', until: iso, delayMs: 500, reason: '5 visits in a row without an answer' },
        { host: 'https://blocked.example', state: 'blocked', until: iso, delayMs: 500, reason: 'Retry-After' },
        { host: 'address:203.0.113.7', state: 'slowed', until: null, delayMs: 800, reason: 'several of its hosts are overloaded' },
        { host: 'https://slow.example', state: 'slowed', until: null, delayMs: 4000, reason: '3 errors in a row' },
      ],
    })
    expect(standingOf({ host: A, memory: 'null' }, 0, 0)).toBeNull()
  })
})

describe('rates', () => {
  const counts = (accepted: number, kept = 0) => ({ accepted, dispatched: accepted, ended: { kept } })

  test('are differences over a window, from its oldest sample to the latest', () => {
    const meter = createRateMeter({ windowMs: 10_000 })
    meter.add(0, counts(0))
    expect(meter.rates).toBeNull()
    meter.add(5_000, counts(50, 20))
    expect(meter.rates).toEqual({ seconds: 5, accepted: 10, dispatched: 10, ended: { kept: 4 } })
    meter.add(15_000, counts(50, 20))
    expect(meter.rates).toEqual({ seconds: 10, accepted: 0, dispatched: 0, ended: { kept: 0 } })
  })

  test('hold through looks that crowd, and begin anew with another queue', () => {
    const meter = createRateMeter({ windowMs: 10_000 })
    for (let at = 0; at <= 1000; at++) meter.add(at, counts(at))
    expect(meter.rates).toMatchObject({ seconds: 1, accepted: 1000 })
    meter.add(2000, counts(3))
    expect(meter.rates).toBeNull()
  })
})

describe('orders', () => {
  test.each<[string, readonly string[]]>([
    ['example.org', ['https://example.org', 'http://example.org']],
    ['EXAMPLE.org:8080', ['https://example.org:8080', 'http://example.org:8080']],
    ['https://example.org:443/', ['https://example.org']],
    ['bücher.example', ['https://xn--bcher-kva.example', 'http://xn--bcher-kva.example']],
    ['[2001:db8::1]', ['https://[2001:db8::1]', 'http://[2001:db8::1]']],
  ])('take %s as the hosts it means', async (host, hosts) => {
    const { queue, ledger } = world()
    expect(await giveOrder({ queue, ledger }, 'pause', { kind: 'host', host })).toEqual({ order: 'pause', changed: true, hosts, node: null, member: null })
    expect((await giveOrder({ queue, ledger }, 'pause', { kind: 'host', host })).changed).toBe(false)
    expect([...(await queue.pausedHosts({ after: null, limit: 9 })).items].sort()).toEqual([...hosts].sort())
  })

  test.each(['', ' ', 'https://a.example/page', 'ftp://a.example', 'a.example?x', 'u:p@a.example', 'a b'])('turn back %j, which names no host', async (host) => {
    const { queue, ledger } = world()
    await expect(giveOrder({ queue, ledger }, 'pause', { kind: 'host', host })).rejects.toMatchObject({ code: 'usage' })
    expect((await queue.pausedHosts({ after: null, limit: 9 })).items).toEqual([])
  })

  test('to drain need somebody who can; a pause may be ahead of its node', async () => {
    const { queue, ledger } = world()
    await expect(giveOrder({ queue, ledger }, 'drain', { kind: 'host', host: 'a.example' })).rejects.toMatchObject({ code: 'usage' })
    await expect(giveOrder({ queue, ledger }, 'drain', { kind: 'node', node: 'x' })).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('none is there') as string })
    expect(await giveOrder({ queue, ledger }, 'pause', { kind: 'node', node: 'x' })).toMatchObject({ changed: true, member: false })
  })
})
