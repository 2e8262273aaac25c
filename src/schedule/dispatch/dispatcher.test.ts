import { setTimeout as pass } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import { GannetError } from '../../core/errors.ts'
import type { RequestId, TaskId } from '../../core/ids.ts'
import { LANE_NAMES } from '../../core/lanes.ts'
import { report } from '../fleet-ledger.contract.ts'
import { ownerOf, processorOwnerOf, type FleetLedger } from '../fleet-ledger.ts'
import { createMemoryFleet } from '../memory-fleet.ts'
import { createScheduleModel } from '../schedule-model.ts'
import type { ScheduleStore } from '../schedule-store.ts'
import { DISPATCHER_DEFAULTS, startDispatcher, type DispatchEvent, type Dispatcher, type DispatcherPorts } from './dispatcher.ts'
import { idlest } from './rules/idlest.ts'
import { localFirst } from './rules/local-first.ts'

const TTL = 60_000

const fill = (queue: ScheduleStore, hosts: number, each: number, sequence = 1): Promise<unknown> =>
  queue.add({
    request: 'r' as RequestId, sequence,
    tasks: Array.from({ length: hosts * each }, (_, n) => {
      const host = `https://${n % hosts}.example`
      return { id: `${sequence}-${n}` as TaskId, kind: 'image' as const, host, url: `${host}/${n}`, weight: 50, payload: null }
    }),
  })

/** Until it holds: what is awaited happens soon, or the test fails. */
const soon = async (holds: () => Promise<boolean> | boolean, within = 5_000): Promise<void> => {
  for (const until = Date.now() + within; ; await pass(5)) {
    if (await holds()) return
    if (Date.now() > until) throw new Error('it did not come to pass')
  }
}

describe('a dispatcher', () => {
  const running: Dispatcher[] = []
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop().catch(() => undefined)))
  })

  const raise = (name: string, queue: DispatcherPorts['queue'], fleet: FleetLedger, more = {}) => {
    const told: DispatchEvent[] = []
    const one = startDispatcher(
      { queue, fleet, clock: systemClock, tell: (event) => told.push(event) },
      { ...DISPATCHER_DEFAULTS, leadMs: 300, identity: { name, instance: `${name}-1`, url: `http://${name}` }, rule: idlest, ...more },
    )
    running.push(one)
    return { one, told, types: () => told.map((event) => event.type) }
  }
  const world = () => ({ queue: createScheduleModel({ delayMs: 0 }), fleet: createMemoryFleet(() => performance.now()) })

  test('hands out no more than the room that was reported, and the rest when there is room again', async () => {
    const { queue, fleet } = world()
    await fill(queue, 10, 5)
    const node = report('a', { maxThreads: 12 })
    await fleet.report(node, TTL)
    raise('d', queue, fleet)
    const owner = ownerOf(node)
    await soon(async () => (await queue.uncollected())[owner] === 12)
    await pass(80)
    const first = await queue.collect({ owner, count: 99 })
    expect(first).toHaveLength(12)
    await fleet.report({ ...node, received: 12, runningThreads: 9, queued: 1 }, TTL)
    await soon(async () => (await queue.uncollected())[owner] === 2)
    await pass(80)
    expect(await queue.uncollected()).toEqual({ [owner]: 2 })
  })

  test('gives work to the server that took the request, where the rule looks at that', async () => {
    const { queue, fleet } = world()
    await fill(queue, 6, 1)
    await fleet.tookRequest('r' as RequestId, 'b', TTL)
    for (const name of ['a', 'b', 'c']) await fleet.report(report(name, { maxThreads: name === 'b' ? 10 : 99, maxProcesses: 9 }), TTL)
    raise('d', queue, fleet, { rule: localFirst })
    await soon(async () => (await queue.uncollected())[ownerOf(report('b'))] === 6)
  })

  test('gives work to the idlest', async () => {
    const { queue, fleet } = world()
    await fill(queue, 6, 1)
    await fleet.report(report('busy', { runningProcesses: 2, runningThreads: 10 }), TTL)
    await fleet.report(report('idle', { maxProcesses: 8 }), TTL)
    raise('d', queue, fleet)
    await soon(async () => (await queue.uncollected())['idle idle-1'] === 6)
  })

  test('hands visits and processing out apart: what waits for one sort of room holds up nothing of the other', async () => {
    const { queue, fleet } = world()
    const [lane = ''] = LANE_NAMES
    const tasks = Array.from({ length: 5 }, (_, n) => ({ id: `p${n}` as TaskId, kind: 'process' as const, host: lane, url: `https://a/${n}`, weight: 50, payload: null }))
    await queue.add({ request: 'q' as RequestId, sequence: 1, tasks })
    await fill(queue, 30, 1)
    const grabs = report('grabs', { maxThreads: 4 })
    await fleet.report(grabs, TTL)
    const { told } = raise('d', queue, fleet)
    await soon(async () => (await queue.uncollected())['grabs grabs-1'] === 4)
    const sees = report('sees', { maxThreads: 0, maxProcessing: 3 })
    await fleet.report(sees, TTL)
    await soon(async () => (await queue.uncollected())[processorOwnerOf(sees)] === 3)
    await fleet.report({ ...grabs, received: 4, runningThreads: 4 }, TTL)
    await pass(80)
    expect(await queue.uncollected()).toEqual({ 'grabs grabs-1': 4, [processorOwnerOf(sees)]: 3 })
    await fleet.leave('sees', 'sees-1')
    await soon(() => told.some((event) => event.type === 'node-left' && event.tasks === 3))
  })

  test('rests while what is due finds no room of its sort', async () => {
    const { queue, fleet } = world()
    const [lane = ''] = LANE_NAMES
    await queue.add({ request: 'q' as RequestId, sequence: 1, tasks: [{ id: 'p' as TaskId, kind: 'process', host: lane, url: 'https://a/', weight: 50, payload: null }] })
    await fleet.report(report('grabs'), TTL)
    let looks = 0
    raise('d', { ...queue, due: (ask) => (looks++, queue.due(ask)) }, fleet)
    await pass(300)
    expect(looks).toBeGreaterThan(0)
    expect(looks).toBeLessThan(40)
  })

  test('knows what its predecessor handed out of either sort', async () => {
    const { queue, fleet } = world()
    const [lane = ''] = LANE_NAMES
    const tasks = Array.from({ length: 5 }, (_, n) => ({ id: `p${n}` as TaskId, kind: 'process' as const, host: lane, url: `https://a/${n}`, weight: 50, payload: null }))
    await queue.add({ request: 'q' as RequestId, sequence: 1, tasks })
    await fill(queue, 9, 1)
    const both = report('both', { maxThreads: 2, maxProcessing: 3 })
    await fleet.report(both, TTL)
    const first = raise('first', queue, fleet)
    const all = { [ownerOf(both)]: 2, [processorOwnerOf(both)]: 3 }
    await soon(async () => Object.values(await queue.uncollected()).reduce((sum, n) => sum + n, 0) === 5)
    await first.one.stop()
    const second = raise('second', queue, fleet)
    await soon(() => second.one.leads)
    await pass(80)
    expect(await queue.uncollected()).toEqual(all)
  })

  test('gives nothing to a server that drains', async () => {
    const { queue, fleet } = world()
    await fill(queue, 6, 1)
    await fleet.report(report('a', { draining: true }), TTL)
    raise('d', queue, fleet)
    await pass(100)
    expect(await queue.uncollected()).toEqual({})
  })

  test('gives nothing to a server that is paused, nor to any while all are, and goes on when they may', async () => {
    const { queue, fleet } = world()
    await fleet.order('pause', 'a')
    await fill(queue, 30, 1)
    for (const name of ['a', 'b']) await fleet.report(report(name, { maxThreads: 10 }), TTL)
    raise('d', queue, fleet)
    await soon(async () => (await queue.uncollected())['b b-1'] === 10)
    await pass(80)
    expect(await queue.uncollected()).toEqual({ 'b b-1': 10 })
    await fleet.order('pause', null)
    await fleet.order('resume', 'a')
    // A turn may be under way.
    await pass(80)
    const given = await queue.uncollected()
    await fleet.report(report('c', { maxThreads: 5 }), TTL)
    await pass(80)
    expect(await queue.uncollected()).toEqual(given)
    await fleet.order('resume', null)
    await soon(async () => (await queue.uncollected())['a a-1'] === 10 && (await queue.uncollected())['c c-1'] === 5)
  })

  test('puts back what a server held that has left, and says so', async () => {
    const { queue, fleet } = world()
    await fill(queue, 4, 1)
    await fleet.report(report('a'), TTL)
    const { told } = raise('d', queue, fleet)
    await soon(async () => (await queue.uncollected())['a a-1'] === 4)
    await fleet.leave('a', 'a-1')
    await soon(() => told.some((event) => event.type === 'node-left' && event.tasks === 4))
    await fleet.report(report('b'), TTL)
    await soon(async () => (await queue.collect({ owner: 'b b-1', count: 9 })).length === 4)
  })

  test('is followed by its standby when it falls silent, and its late word is void', async () => {
    const { queue, fleet } = world()
    let cut = false
    const cutOff: FleetLedger = {
      ...fleet,
      lead: (ask) => (cut ? Promise.reject(new GannetError('engine-unreachable', 'cut off')) : fleet.lead(ask)),
    }
    const first = raise('first', queue, cutOff)
    await soon(() => first.one.leads)
    const second = raise('second', queue, fleet)
    await soon(() => second.types().includes('standing-by'))
    await fleet.report(report('a', { maxThreads: 5 }), TTL)
    await fill(queue, 10, 1)
    await soon(async () => (await queue.uncollected())['a a-1'] === 5)
    cut = true
    await soon(() => second.one.leads)
    expect(first.types()).toContain('trouble')
    expect(await queue.assign({ assignments: [{ host: 'https://9.example', owner: 'late', count: 1 }], leaseMs: 1, now: Date.now(), fence: 1 })).toBeNull()
    await pass(80)
    // It knows of what the first had handed out.
    expect(await queue.uncollected()).toEqual({ 'a a-1': 5 })
    cut = false
    await soon(() => first.types().includes('standing-by'))
    expect(first.one.leads).toBe(false)
  })

  test('passes the lead on at once when it is stopped', async () => {
    const { queue, fleet } = world()
    const first = raise('first', queue, fleet, { leadMs: 60_000 })
    await soon(() => first.one.leads)
    const second = raise('second', queue, fleet, { leadMs: 600 })
    await soon(() => second.types().includes('standing-by'))
    await first.one.stop()
    await soon(() => second.one.leads, 1_000)
  })

  test('goes on through a queue that is away, and ends on what will not pass', async () => {
    const { queue, fleet } = world()
    await fill(queue, 3, 1)
    await fleet.report(report('a'), TTL)
    let why: GannetError | null = new GannetError('engine-unreachable', 'away')
    const flaky: ScheduleStore = { ...queue, due: (ask) => (why === null ? queue.due(ask) : Promise.reject(why)) }
    const { one, told } = raise('d', flaky, fleet)
    await soon(() => told.filter((event) => event.type === 'trouble').length >= 2)
    why = null
    await soon(async () => (await queue.uncollected())['a a-1'] === 3)
    why = new GannetError('data-corrupt', 'beyond repair')
    await expect(one.ended).rejects.toMatchObject({ code: 'data-corrupt' })
  })
})
