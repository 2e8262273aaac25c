/**
 * What every schedule store must do, said twice: each sentence of the port as a case, and random
 * command sequences that run on the model and the adapter and must agree after every step.
 */
import { describe, expect, test, type TestContext } from 'vitest'
import type { TaskId } from '../core/ids.ts'
import { LANE_NAMES } from '../core/lanes.ts'
import type { Reason } from '../core/reasons.ts'
import { A, B, compareWithModel, everything, heldOf, listed, memories, task, type Subject } from './schedule-random.contract.ts'
import { addressKey } from './schedule-store.ts'
import type { Completion, Failure, ReserveAsk, ScheduleOptions, ScheduleStore, TaskRecord } from './schedule-store.ts'
import type { Lease, NewTask, TaskEnd } from './task.ts'

export interface ScheduleContract {
  readonly name: string
  /** Starts the engine, once; skips the test, visibly, when there is none. */
  prepare?(context: TestContext): Promise<void>
  /** Empty data each time. */
  readonly open: (options: ScheduleOptions) => Promise<Subject>
  /** Random sequences to run. */
  readonly runs: number
}

const HOST = 'https://a.example'
const KEPT: TaskEnd = { outcome: 'kept', reason: null }

const ask = (now: number, more: Partial<ReserveAsk> = {}): ReserveAsk =>
  ({ owner: 'worker', count: 10, perHost: 10, busy: {}, leaseMs: 1000, now, ...more })

const names = (leases: readonly Lease[]): string[] => leases.map((lease) => lease.task.id)
const done = (lease: Lease | undefined, spawn: readonly NewTask[] = [], end: TaskEnd = KEPT): Completion =>
  ({ ...heldOf(lease), end, spawn })
const failed = (lease: Lease | undefined, retryAt: number | null, reason: Reason = 'timeout'): Failure =>
  ({ ...heldOf(lease), reason, retryAt })

const record = async (store: ScheduleStore, name: string): Promise<TaskRecord | undefined> =>
  (await listed(store, { ids: [name as TaskId] }))[0]

export const describeScheduleStore = (contract: ScheduleContract): void => {
  const check = (title: string, pace: number | ScheduleOptions, body: (store: ScheduleStore, subject: Subject) => Promise<void>) =>
    test(title, async (context) => {
      await contract.prepare?.(context)
      const subject = await contract.open(typeof pace === 'number' ? { delayMs: pace } : pace)
      try {
        await body(subject.store, subject)
      } finally {
        await subject.dispose()
      }
    })

  describe(`schedule store on ${contract.name}`, () => {
    check('admits a batch in order and gives the tasks back as they were', 0, async (store) => {
      const tasks = [task('one'), task('two', { kind: 'page', weight: 7 })]
      expect(await store.add({ request: A, sequence: 1, tasks })).toEqual(['queued', 'queued'])
      const records = await everything(store)
      expect(records.map((one) => one.state)).toEqual(['waiting', 'waiting'])
      expect(records.map((one) => one.task)).toEqual(
        tasks.map((one, index) => ({ ...one, request: A, attempts: 0, sequence: index + 1 })),
      )
    })

    check('ignores a batch delivered before, and says so', 0, async (store) => {
      const tasks = [task('one'), task('two', { refused: 'robots-denied' })]
      await store.add({ request: A, sequence: 3, tasks })
      const tally = await store.tally([A])
      expect(await store.add({ request: A, sequence: 3, tasks })).toEqual(['repeated', 'repeated'])
      expect(await store.add({ request: A, sequence: 2, tasks: [task('three')] })).toEqual(['repeated'])
      expect(await store.tally([A])).toEqual(tally)
      expect(tally.sequence).toBe(3)
      expect(await everything(store)).toHaveLength(store.can.listsEnded ? 2 : 1)
    })

    check('refuses a known task with the reason that fits', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      expect(await store.add({ request: A, sequence: 2, tasks: [task('one')] })).toEqual(['duplicate-url'])
      expect(await store.add({ request: B, sequence: 1, tasks: [task('one')] })).toEqual(['duplicate-url'])
      const { leases } = await store.reserve(ask(0))
      await store.complete([done(leases[0])])
      expect(await store.add({ request: A, sequence: 3, tasks: [task('one')] })).toEqual(['duplicate-url'])
      expect(await store.add({ request: B, sequence: 2, tasks: [task('one')] })).toEqual(['already-done'])
    })

    check('counts refused images in the request that asked, and no refused pages', 0, async (store) => {
      const tasks = [task('one'), task('page', { kind: 'page' })]
      await store.add({ request: A, sequence: 1, tasks })
      const denied = task('denied', { refused: 'robots-denied' })
      const deniedPage = task('denied page', { kind: 'page', refused: 'robots-denied' })
      await store.add({ request: B, sequence: 1, tasks: [...tasks, task('one'), denied, deniedPage] })
      expect(await store.tally([B])).toEqual({
        ended: [
          { kind: 'image', outcome: 'refused', reason: 'duplicate-url', count: 2 },
          { kind: 'image', outcome: 'refused', reason: 'robots-denied', count: 1 },
        ],
        pending: { page: 0, image: 0, process: 0 },
        sums: {},
        sequence: 1,
      })
      const ended = (await record(store, 'denied page'))?.end
      expect(ended).toEqual(store.can.listsEnded ? { outcome: 'refused', reason: 'robots-denied' } : undefined)
      expect((await store.tally([A])).pending).toEqual({ page: 1, image: 1, process: 0 })
      expect((await store.tally([A, B, A])).ended).toHaveLength(2)
      expect(await store.tally('all')).toEqual(await store.tally([A, B]))
    })

    check('serves hosts in the order in which their first tasks arrived, the heavier sooner', 0, async (store) => {
      const hosts = ['https://c.example', 'https://a.example', 'https://b.example']
      await store.add({ request: A, sequence: 1, tasks: hosts.map((host) => task(host, { host })) })
      await store.add({ request: A, sequence: 2, tasks: [task('heavy', { host: 'https://d.example', weight: 4 })] })
      const { leases } = await store.reserve(ask(100))
      expect(leases.map((lease) => lease.task.host)).toEqual(['https://d.example', ...hosts])
    })

    check('lets no weight starve: each is served in proportion', 0, async (store) => {
      const tasks = Array.from({ length: 40 }, (_, n) => task(`${n % 2 ? 'light' : 'heavy'} ${n}`, { weight: n % 2 ? 1 : 3 }))
      await store.add({ request: A, sequence: 1, tasks })
      const { leases } = await store.reserve(ask(0, { count: 16, perHost: 16 }))
      expect(names(leases).filter((name) => name.startsWith('light'))).toHaveLength(4)
    })

    check('takes turns between hosts without a delay', 0, async (store) => {
      const tasks = ['1', '2'].flatMap((n) => [task(`a${n}`), task(`b${n}`, { host: 'https://b.example' })])
      await store.add({ request: A, sequence: 1, tasks })
      const order: string[] = []
      for (let now = 1; now <= 4; now += 1) {
        order.push(...names((await store.reserve(ask(now, { count: 1, perHost: 1 }))).leases))
      }
      expect(order).toEqual(['a1', 'b1', 'a2', 'b2'])
    })

    check('serves the heavier task of a host first, then the earlier', 0, async (store) => {
      const tasks = [task('light'), task('heavy', { weight: 9 }), task('light too'), task('half', { weight: 2 })]
      await store.add({ request: A, sequence: 1, tasks })
      expect(names((await store.reserve(ask(0))).leases)).toEqual(['heavy', 'half', 'light', 'light too'])
    })

    check('keeps the place of a task that comes back', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one'), task('two')] })
      const { leases } = await store.reserve(ask(0, { count: 1 }))
      await store.fail([failed(leases[0], 0)])
      expect(names((await store.reserve(ask(0, { count: 1 }))).leases)).toEqual(['one'])
    })

    check('names what is due and leases it to whom it is assigned, who collects it', 500, async (store) => {
      const hosts = ['https://a.example', 'https://b.example']
      await store.add({ request: A, sequence: 1, tasks: hosts.flatMap((host) => [task(`${host} 1`, { host }), task(`${host} 2`, { host })]) })
      const due = await store.due({ limit: 9, now: 1000, requests: true })
      expect(due).toEqual({ hosts: hosts.map((host) => ({ host, count: 1, request: A })), nextAt: 1000 })
      expect(await store.due({ limit: 1, now: 1000 })).toMatchObject({ hosts: [{ host: hosts[0] }] })
      const assignments = [
        { host: hosts[0] as string, owner: 'me', count: 5 }, { host: hosts[0] as string, owner: 'you', count: 1 },
        { host: hosts[1] as string, owner: 'me', count: 1 }, { host: 'https://nobody.example', owner: 'me', count: 1 },
      ]
      expect(await store.assign({ assignments, leaseMs: 1000, now: 1000, fence: 0 })).toEqual([1, 0, 1, 0])
      expect((await store.due({ limit: 9, now: 1001 }))).toEqual({ hosts: [], nextAt: 1500 })
      expect(await store.collect({ owner: 'you', count: 9 })).toEqual([])
      expect(await store.uncollected()).toEqual({ me: 2 })
      const [first] = await store.collect({ owner: 'me', count: 1 })
      expect(first).toMatchObject({ task: { id: `${hosts[0]} 1` }, until: 2000, grant: { host: hosts[0], notBefore: 1000, intervalMs: 500 } })
      expect(names(await store.collect({ owner: 'me', count: 9 }))).toEqual([`${hosts[1]} 1`])
      expect(await store.collect({ owner: 'me', count: 9 })).toEqual([])
      expect(await store.complete([done(first)])).toEqual(['done'])
    })

    check('hands out no lease that was given back before it was collected', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one'), task('two')] })
      const assignments = [{ host: HOST, owner: 'me', count: 9 }]
      expect(await store.assign({ assignments, leaseMs: 1000, now: 0, fence: 0 })).toEqual([2])
      expect(await store.recover('me', [])).toBe(2)
      expect(await store.collect({ owner: 'me', count: 9 })).toEqual([])
      expect(await store.assign({ assignments: [{ host: HOST, owner: 'you', count: 1 }], leaseMs: 10, now: 0, fence: 0 })).toEqual([1])
      await store.due({ limit: 0, now: 10 })
      expect(await store.collect({ owner: 'you', count: 9 })).toEqual([])
      expect(await store.assign({ assignments, leaseMs: 1000, now: 10, fence: 0 })).toEqual([2])
      expect(names(await store.collect({ owner: 'me', count: 9 }))).toEqual(['one', 'two'])
    })

    check('takes no word from a dispatcher that another has followed', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      const assignments = [{ host: HOST, owner: 'me', count: 1 }]
      expect(await store.assign({ assignments: [], leaseMs: 1000, now: 0, fence: 2 })).toEqual([])
      expect(await store.assign({ assignments, leaseMs: 1000, now: 0, fence: 1 })).toBeNull()
      expect(await store.assign({ assignments, leaseMs: 1000, now: 0, fence: 2 })).toEqual([1])
    })

    check('lets what ended in any way wait again, where it lists them', 0, async (store) => {
      if (!store.can.listsEnded) return
      await store.add({ request: A, sequence: 1, tasks: [task('one'), task('two')] })
      const { leases } = await store.reserve(ask(0))
      const [one] = leases as [Lease, Lease]
      await store.complete([{ id: one.task.id, fence: one.fence, end: { outcome: 'rejected', reason: 'blurry' }, spawn: [] }])
      expect(await store.revive([one.task.id])).toEqual([false])
      expect(await store.revive(['one', 'two'] as TaskId[], 'ended')).toEqual([true, false])
      expect(await store.revive([one.task.id], 'ended')).toEqual([false])
      expect(await store.tally([A])).toMatchObject({ ended: [], pending: { image: 2 } })
      expect(await record(store, 'one')).toMatchObject({ state: 'waiting', end: null })
      expect(names((await store.reserve(ask(1))).leases)).toEqual(['one'])
    })

    check('lists what failed for good, lets it try again, or be forgotten', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one'), task('two'), task('three')] })
      const { leases } = await store.reserve(ask(0))
      await store.fail([failed(leases[0], null, 'http-status'), failed(leases[1], null), failed(leases[2], null, 'robots-denied')])
      const dead = await listed(store, { state: 'dead' })
      expect(dead.map((one) => [one.task.id, one.history])).toEqual([['one', ['http-status']], ['two', ['timeout']]])
      expect(await store.revive(['one', 'three', 'none'] as TaskId[])).toEqual([true, false, false])
      expect(await store.bury(['two', 'one'] as TaskId[])).toEqual([true, false])
      expect(await listed(store, { state: 'dead' })).toEqual([])
      expect(await record(store, 'one')).toMatchObject({ state: 'waiting', history: [], task: { attempts: 0 } })
      const { ended, pending } = await store.tally([A])
      expect(ended.map(({ reason, count }) => [reason, count])).toEqual([['timeout', 1], ['robots-denied', 1]])
      expect(pending.image).toBe(1)
      expect(names((await store.reserve(ask(1))).leases)).toEqual(['one'])
      expect(await store.add({ request: B, sequence: 1, tasks: [task('two')] })).toEqual(['already-done'])
    })

    check('yields one task a call and a delay from a host with a delay', 500, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one'), task('two'), task('three')] })
      const first = await store.reserve(ask(1000))
      expect(names(first.leases)).toEqual(['one'])
      expect(first.leases[0]?.grant).toMatchObject({ host: HOST, notBefore: 1000, count: 1, intervalMs: 500 })
      expect(first.nextAt).toBe(1500)
      expect((await store.reserve(ask(1499))).leases).toEqual([])
      expect(names((await store.reserve(ask(1700))).leases)).toEqual(['two'])
      expect((await store.reserve(ask(1701))).nextAt).toBe(2000)
    })

    check('keeps to perHost, less what is busy', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: ['1', '2', '3', '4'].map((name) => task(name)) })
      expect((await store.reserve(ask(0, { perHost: 2, busy: { [HOST]: 2 } }))).leases).toEqual([])
      expect(names((await store.reserve(ask(0, { perHost: 2, busy: { [HOST]: 1 } }))).leases)).toEqual(['1'])
      const rest = await store.reserve(ask(0, { perHost: 2 }))
      expect(names(rest.leases)).toEqual(['2', '3'])
      expect(rest.nextAt).toBe(0)
    })

    check('passes over busy hosts to the ones behind them', 500, async (store) => {
      const hosts = ['a', 'b', 'c'].map((name) => `https://${name}.example`)
      await store.add({ request: A, sequence: 1, tasks: hosts.map((host) => task(host, { host })) })
      const busy = { 'https://a.example': 1, 'https://b.example': 1 }
      const { leases } = await store.reserve(ask(0, { count: 1, perHost: 1, busy }))
      expect(leases.map((lease) => lease.task.host)).toEqual(['https://c.example'])
    })

    check('says null when nothing is pending, and else when to ask again', 0, async (store) => {
      expect(await store.reserve(ask(0))).toEqual({ leases: [], nextAt: null })
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      const { leases, nextAt } = await store.reserve(ask(10, { leaseMs: 90 }))
      expect(nextAt).toBe(100)
      await store.fail([failed(leases[0], 300)])
      expect((await store.reserve(ask(20))).nextAt).toBe(300)
      await store.pace([{ host: HOST, notBefore: 700 }])
      expect((await store.reserve(ask(20))).nextAt).toBe(700)
    })

    check('gives a lease that ran out to another, uncounted, and voids the late result', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      const late = (await store.reserve(ask(0, { leaseMs: 100 }))).leases[0]
      expect((await store.reserve(ask(99))).leases).toEqual([])
      const next = (await store.reserve(ask(100, { owner: 'other' }))).leases[0]
      expect(next?.task).toEqual(late?.task)
      expect(next?.fence).toBeGreaterThan(late?.fence ?? 0)
      expect(await store.complete([done(late, [task('spawned')])])).toEqual(['void'])
      expect(await store.fail([failed(late, null)])).toEqual(['void'])
      expect(await store.renew([heldOf(late)], 999)).toEqual([false])
      expect(await everything(store)).toHaveLength(1)
      expect(await store.complete([done(next)])).toEqual(['done'])
    })

    check('renews what is held, never shortening it', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      const lease = (await store.reserve(ask(0, { leaseMs: 100 }))).leases[0]
      expect(await store.renew([heldOf(lease), { id: 'none' as TaskId, fence: 1 }], 500)).toEqual([true, false])
      expect(await store.renew([heldOf(lease)], 50)).toEqual([true])
      expect((await store.reserve(ask(499))).leases).toEqual([])
      expect(names((await store.reserve(ask(500))).leases)).toEqual(['one'])
    })

    check('completes once: end, sums and spawn in one step', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('page', { kind: 'page' })] })
      const lease = (await store.reserve(ask(0))).leases[0]
      const end: TaskEnd = { outcome: 'read', reason: null, sums: { bytes: 70, 'odd name "': 0.5 } }
      const completion = done(lease, [task('image'), task('page', { kind: 'page' }), task('image')], end)
      expect(await store.complete([completion, completion])).toEqual(['done', 'done'])
      expect(await store.complete([completion])).toEqual(['done'])
      expect(await store.fail([failed(lease, null)])).toEqual(['done'])
      expect(await store.tally([A])).toEqual({
        ended: [
          { kind: 'image', outcome: 'refused', reason: 'duplicate-url', count: 1 },
          { kind: 'page', outcome: 'read', reason: null, count: 1 },
        ],
        pending: { page: 0, image: 1, process: 0 },
        sums: { bytes: 70, 'odd name "': 0.5 },
        sequence: 1,
      })
      expect((await record(store, 'image'))?.task.request).toBe(A)
    })

    check('counts a failure and lets the task wait until it may be tried again', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      const first = (await store.reserve(ask(0))).leases[0]
      const failure = { ...failed(first, 400, 'http-status'), sums: { bytes: 3 } }
      expect(await store.fail([failure, failure])).toEqual(['done', 'done'])
      expect(await record(store, 'one')).toMatchObject({ state: 'waiting', notBefore: 400, history: ['http-status'] })
      expect((await store.reserve(ask(399))).leases).toEqual([])
      const second = (await store.reserve(ask(400))).leases[0]
      expect(second?.task.attempts).toBe(1)
      expect(await store.fail([failed(second, null)])).toEqual(['done'])
      expect(await record(store, 'one')).toMatchObject({
        state: 'ended', end: { outcome: 'failed', reason: 'timeout' }, history: ['http-status', 'timeout'],
        task: { attempts: 2 },
      })
      const { ended, sums } = await store.tally([A])
      expect(ended).toEqual([{ kind: 'image', outcome: 'failed', reason: 'timeout', count: 1 }])
      expect(sums).toEqual({ bytes: 3 })
    })

    check('forgets when a task was to be tried again once it is tried', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      await store.fail([failed((await store.reserve(ask(0))).leases[0], 400)])
      const { leases } = await store.reserve(ask(400))
      await store.complete([done(leases[0])])
      await store.grant([{ host: HOST, count: 1, now: 400 }])
      expect(await store.reserve(ask(500))).toEqual({ leases: [], nextAt: null })
    })

    check('does not serve a caller whose clock is behind what is not due for it', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one', { weight: 9 }), task('two')] })
      await store.fail([failed((await store.reserve(ask(0, { count: 1 }))).leases[0], 400)])
      await store.reserve(ask(400, { count: 0 }))
      expect(names((await store.reserve(ask(399))).leases)).toEqual(['two'])
      expect(names((await store.reserve(ask(400))).leases)).toEqual(['one'])
    })

    check('lets a task wait for what was no failure of its own', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      const first = (await store.reserve(ask(0))).leases[0]
      expect(await store.fail([{ ...failed(first, 400, 'circuit-open'), uncounted: true }])).toEqual(['done'])
      expect(await record(store, 'one')).toMatchObject({ state: 'waiting', notBefore: 400, history: [], task: { attempts: 0 } })
    })

    check('remembers the last eight failures', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      for (let now = 1; now <= 10; now += 1) {
        const { leases } = await store.reserve(ask(now))
        await store.fail([failed(leases[0], now + 1, now <= 2 ? 'truncated' : 'timeout')])
      }
      const found = await record(store, 'one')
      expect(found?.task.attempts).toBe(10)
      expect(found?.history).toEqual(Array<Reason>(8).fill('timeout'))
    })

    check('ends a failure as its reason says', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      await store.fail([failed((await store.reserve(ask(0))).leases[0], null, 'undecodable')])
      expect((await store.tally([A])).ended).toEqual([{ kind: 'image', outcome: 'rejected', reason: 'undecodable', count: 1 }])
      expect(await listed(store, { state: 'dead' })).toEqual([])
    })

    check("recovers an owner's lost leases at once and uncounted, and no one else's", 0, async (store) => {
      const tasks = ['1', '2', '3'].map((name) => task(name))
      await store.add({ request: A, sequence: 1, tasks })
      const mine = (await store.reserve(ask(0, { owner: 'me', count: 2 }))).leases
      await store.reserve(ask(0, { owner: 'you' }))
      const stale = { ...heldOf(mine[1]), fence: 1000 }
      expect(await store.recover('me', [heldOf(mine[0]), stale])).toBe(1)
      expect(await store.recover('me', [heldOf(mine[0])])).toBe(0)
      expect(await store.complete([done(mine[0]), done(mine[1])])).toEqual(['done', 'void'])
      const again = (await store.reserve(ask(0, { owner: 'me' }))).leases
      expect(again.map((lease) => [lease.task.id, lease.task.attempts])).toEqual([['2', 0]])
    })

    check('lists tasks in pages, by state and by id', 0, async (store) => {
      const all = ['1', '2', '3', '4', '5']
      await store.add({ request: A, sequence: 1, tasks: all.map((name) => task(name)) })
      const { leases } = await store.reserve(ask(0, { count: 2 }))
      await store.complete([done(leases[0])])
      const named = async (narrow: Parameters<typeof listed>[1]) => (await listed(store, narrow, 2)).map((one) => one.task.id)
      expect(await named({ state: 'waiting' })).toEqual(['3', '4', '5'])
      expect(await named({ state: 'leased' })).toEqual(['2'])
      const ids = ['5', '1', 'none'] as TaskId[]
      expect(await named({ ids })).toEqual(store.can.listsEnded ? ['1', '5'] : ['5'])
      expect(await named({ ids, state: 'ended' })).toEqual(store.can.listsEnded ? ['1'] : [])
      expect(await named({ ids: ['2'] as TaskId[] })).toEqual(['2'])
    })

    check('grants visits one delay apart and lets tasks wait for them', 100, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      const [first, second] = await store.grant([
        { host: HOST, count: 3, now: 1000 },
        { host: HOST, count: 1, now: 1000 },
      ])
      expect(first).toMatchObject({ host: HOST, notBefore: 1000, count: 3, intervalMs: 100 })
      expect(second).toMatchObject({ notBefore: 1300, count: 1 })
      expect(second?.fence).toBeGreaterThan(first?.fence ?? 0)
      expect(await store.reserve(ask(1399))).toEqual({ leases: [], nextAt: 1400 })
      expect((await store.reserve(ask(1400))).leases[0]?.fence).toBeGreaterThan(second?.fence ?? 0)
    })

    check('paces a host: its delay above the floor only, its block until lifted', 100, async (store) => {
      await store.pace([{ host: HOST, delayMs: 30 }])
      expect((await store.grant([{ host: HOST, count: 1, now: 1000 }]))[0]?.intervalMs).toBe(100)
      await store.pace([{ host: HOST, delayMs: 400, notBefore: 5000 }])
      expect((await store.grant([{ host: HOST, count: 1, now: 1000 }]))[0]).toMatchObject({
        notBefore: 5000, intervalMs: 400,
      })
      await store.pace([{ host: HOST, notBefore: 0 }])
      expect((await store.grant([{ host: HOST, count: 1, now: 1000 }]))[0]?.notBefore).toBe(5400)
    })

    check('lets a host have more than the others where its busy is below 0', 0, async (store) => {
      await store.add({ request: A, sequence: 1, tasks: ['1', '2', '3', '4'].map((name) => task(name)) })
      expect((await store.reserve(ask(0, { perHost: 1, busy: { [HOST]: -2 } }))).leases).toHaveLength(3)
    })

    const NEIGHBOUR = 'https://b.example'
    const ADDRESS = '203.0.113.7'
    const share = (store: ScheduleStore): Promise<void> =>
      store.pace([HOST, NEIGHBOUR].map((host) => ({ host, address: ADDRESS })))

    check('keeps visits to the hosts of one address its delay apart', { delayMs: 0, addressDelayMs: 40 }, async (store) => {
      await share(store)
      const elsewhere = { host: 'https://c.example', count: 1, now: 1000 }
      const grants = await store.grant([
        { host: HOST, count: 1, now: 1000 }, { host: NEIGHBOUR, count: 2, now: 1000 }, { host: HOST, count: 1, now: 1000 }, elsewhere,
      ])
      expect(grants.map((grant) => grant?.notBefore)).toEqual([1000, 1040, 1120, 1000])
      await store.pace([{ host: addressKey(ADDRESS), delayMs: 500, notBefore: 3000 }])
      expect((await store.grant([{ host: NEIGHBOUR, count: 1, now: 1000 }]))[0]?.notBefore).toBe(3000)
      expect((await store.grant([{ host: HOST, count: 1, now: 1000 }]))[0]?.notBefore).toBe(3500)
      await store.pace([{ host: HOST, address: null }])
      expect((await store.grant([{ host: HOST, count: 1, now: 1000 }]))[0]?.notBefore).toBe(3500)
      expect((await store.grant([{ host: NEIGHBOUR, count: 1, now: 1000 }]))[0]?.notBefore).toBe(4000)
    })

    check("does not hold up a blocked host's neighbours", { delayMs: 0, addressDelayMs: 40 }, async (store) => {
      await share(store)
      await store.pace([{ host: HOST, notBefore: 9000 }])
      await store.grant([{ host: HOST, count: 1, now: 1000 }])
      expect((await store.grant([{ host: NEIGHBOUR, count: 1, now: 1000 }]))[0]?.notBefore).toBe(1040)
    })

    check('leases to a crowd at one address one by one, and to others meanwhile', { delayMs: 0, addressDelayMs: 100 }, async (store) => {
      const crowd = ['1', '2', '3', '4'].map((name) => `https://${name}.example`)
      await store.pace(crowd.map((host) => ({ host, address: ADDRESS })))
      await store.add({ request: A, sequence: 1, tasks: [...crowd, 'https://z.example'].map((host) => task(host, { host })) })
      const first = await store.reserve(ask(1000, { count: 2 }))
      expect(first.leases.map((lease) => lease.task.host)).toEqual([crowd[0], 'https://z.example'])
      expect(first.nextAt).toBe(1100)
      const starts: number[] = []
      for (let now = 1050; now <= 1300; now += 50) {
        for (const lease of (await store.reserve(ask(now))).leases) {
          expect(lease.grant.notBefore).toBe(now)
          starts.push(now)
        }
      }
      expect(starts).toEqual([1100, 1200, 1300])
    })

    check('hands out the tasks of a lane at once, whatever the floors, and names lanes besides the limit', { delayMs: 100, addressDelayMs: 40 }, async (store) => {
      const [first = '', second = ''] = LANE_NAMES
      const lined = ['1', '2', '3'].map((name) => task(name, { kind: 'process', host: second }))
      const other = 'https://z.example'
      await store.add({ request: A, sequence: 1, tasks: [...lined, task('4', { host: first }), task('5', { host: other }), task('6', { host: other }), task('7')] })
      const lanes = [{ host: second, count: 3, request: null }, { host: first, count: 1, request: null }]
      expect((await store.due({ limit: 1, now: 1000 })).hosts).toEqual([{ host: other, count: 1, request: null }, ...lanes])
      expect((await store.due({ limit: 0, now: 1000 })).hosts).toEqual(lanes)
      const assignments = [{ host: second, owner: 'w', count: 2 }, { host: other, owner: 'w', count: 2 }]
      expect(await store.assign({ assignments, leaseMs: 1000, now: 1000, fence: 1 })).toEqual([2, 1])
      expect((await store.due({ limit: 9, now: 1000 })).hosts.map(({ host, count }) => [host, count])).toEqual([[HOST, 1], [second, 1], [first, 1]])
      const { leases } = await store.reserve(ask(1000))
      expect(names(leases)).toEqual(['3', '4', '7'])
      expect(leases[0]?.grant).toMatchObject({ notBefore: 1000, intervalMs: 0 })
    })

    check('remembers what the policy gives it', 100, async (store, subject) => {
      await store.pace([{ host: HOST, memory: '{"a":1}' }, { host: NEIGHBOUR, delayMs: 5, memory: 'b' }, { host: 'https://c.example', delayMs: 5 }])
      await store.pace([{ host: HOST, memory: '{"a":2}' }, { host: NEIGHBOUR, delayMs: 9 }])
      const expected = [{ host: HOST, memory: '{"a":2}' }, { host: NEIGHBOUR, memory: 'b' }]
      expect(await memories(store, 1)).toEqual(expected)
      const again = (await subject.reopen?.()) ?? store
      expect(await memories(again, 10)).toEqual(expected)
      await again.pace([{ host: HOST, memory: null }])
      expect(await memories(again, 10)).toEqual(expected.slice(1))
    })

    check('lets nobody visit a paused host until it may go on, whatever its pace says', 0, async (store, subject) => {
      await store.add({ request: A, sequence: 1, tasks: [task('one'), task('two'), task('b', { host: NEIGHBOUR })] })
      const [before] = (await store.reserve(ask(1000, { perHost: 1, count: 1 }))).leases
      expect(await store.pause([HOST, 'https://unknown.example'], true)).toEqual([true, true])
      expect(await store.pause([HOST], true)).toEqual([false])
      await store.pace([{ host: HOST, notBefore: 5000 }, { host: HOST, notBefore: 0, delayMs: 0 }])
      const due = await store.due({ limit: 9, now: 1000 })
      expect(due.hosts.map(({ host }) => host)).toEqual([NEIGHBOUR])
      expect(await store.assign({ assignments: [{ host: HOST, owner: 'w', count: 1 }], leaseMs: 1000, now: 1000, fence: 0 })).toEqual([0])
      expect(await store.grant([{ host: HOST, count: 1, now: 1000 }, { host: NEIGHBOUR, count: 1, now: 1000 }])).toMatchObject([null, { notBefore: 1000 }])
      expect(names((await store.reserve(ask(1000))).leases)).toEqual(['b'])
      // What is under way ends; what comes back, or comes in, waits with the rest.
      expect(await store.fail([failed(before, 1100)])).toEqual(['done'])
      await store.add({ request: A, sequence: 2, tasks: [task('three')] })
      const again = (await subject.reopen?.()) ?? store
      const { leases, nextAt } = await again.reserve(ask(1200))
      expect([names(leases), nextAt]).toEqual([[], 2000])
      expect(await again.pausedHosts({ after: null, limit: 1 })).toEqual({ items: [HOST], next: HOST })
      expect(await again.pausedHosts({ after: HOST, limit: 1 })).toEqual({ items: ['https://unknown.example'], next: null })
      expect((await again.overview({ top: 5, now: 1200 }))).toMatchObject({ paused: 2, deepest: [{ host: HOST, waiting: 3, paused: true }] })
      expect(await again.pause([HOST, HOST], false)).toEqual([true, false])
      expect(names((await again.reserve(ask(1200))).leases)).toEqual(['one', 'two', 'three'])
    })

    check('says nothing of a next time while all that waits is paused', 0, async (store) => {
      await store.pause([HOST], true)
      await store.add({ request: A, sequence: 1, tasks: [task('one')] })
      expect(await store.reserve(ask(1000))).toEqual({ leases: [], nextAt: null })
      await store.pause([HOST], false)
      expect((await store.due({ limit: 0, now: 1000 })).nextAt).toBe(1000)
    })

    check('tells at a glance what waits, is out and has ended, of all requests together', 0, async (store, subject) => {
      const tasks = ['1', '2', '3'].flatMap((n) => [task(`a${n}`, { weight: 7 }), task(`b${n}`, { host: NEIGHBOUR, kind: 'page' })])
      await store.add({ request: A, sequence: 1, tasks, now: 1000 })
      await store.add({ request: B, sequence: 1, tasks: [task('denied', { refused: 'robots-denied' }), task('c', { weight: 7 })], now: 1000 })
      const empty = { page: 0, image: 0, process: 0 }
      expect(await store.overview({ top: 1, now: 1000 })).toEqual({
        waiting: [{ weight: 7, kind: 'image', count: 4 }, { weight: 1, kind: 'page', count: 3 }], leased: 0, pending: { ...empty, image: 4, page: 3 },
        ended: [{ kind: 'image', outcome: 'refused', reason: 'robots-denied', count: 1 }],
        accepted: 7, dispatched: 0, dead: 0, hosts: 2, deepest: [{ host: HOST, waiting: 4, paused: false }], oldestAt: 1000, paused: 0,
      })
      const { leases } = await store.reserve(ask(1000, { perHost: 2 }))
      await store.complete([done(leases[0], [task('d', { weight: 7 })])])
      await store.fail([failed(leases[1], null), failed(leases[2], 9000)])
      const again = (await subject.reopen?.()) ?? store
      expect(await again.overview({ top: 0, now: 1000 })).toMatchObject({
        waiting: [{ weight: 7, kind: 'image', count: 3 }, { weight: 1, kind: 'page', count: 2 }], pending: { ...empty, image: 3, page: 3 },
        accepted: 8, dispatched: 4, leased: 1, dead: 1, deepest: [], oldestAt: null,
      })
      expect((await again.overview({ top: 9, now: 1000 })).deepest).toEqual([
        { host: HOST, waiting: 3, paused: false }, { host: NEIGHBOUR, waiting: 2, paused: false },
      ])
      await again.revive([leases[1]?.task.id as TaskId])
      // Nothing takes an end back.
      expect(await again.overview({ top: 0, now: 1000 })).toMatchObject({
        dead: 0, waiting: [{ weight: 7, kind: 'image', count: 4 }, { weight: 1, kind: 'page', count: 2 }],
        ended: [
          { outcome: 'failed', reason: 'timeout', count: 1 }, { outcome: 'kept', reason: null, count: 1 },
          { outcome: 'refused', reason: 'robots-denied', count: 1 },
        ],
      })
    })

    check('knows to a second when the oldest waiting task arrived', 0, async (store, subject) => {
      const add = (sequence: number, now?: number) =>
        store.add({ request: A, sequence, tasks: [task(`t${sequence}`)], ...(now === undefined ? {} : { now }) })
      const oldest = async (on: ScheduleStore, now: number) => (await on.overview({ top: 1, now })).oldestAt ?? NaN
      await add(1, 10_000)
      await add(2, 10_700)
      await add(3, 60_000)
      // This one's time is what the store is told next.
      await add(4)
      expect(await oldest(store, 99_000)).toBe(10_000)
      const lease = async (on: ScheduleStore, now: number) => (await on.reserve(ask(now, { count: 1, leaseMs: 1e6 }))).leases[0]?.task.id
      expect(await lease(store, 90_000)).toBe('t1')
      const again = (await subject.reopen?.()) ?? store
      for (const [id, at] of [['t2', 10_700], ['t3', 60_000], ['t4', 90_000]] as const) {
        expect(Math.abs((await oldest(again, 99_000)) - at)).toBeLessThanOrEqual(1000)
        expect(await lease(again, 91_000)).toBe(id)
      }
      expect(await oldest(again, 99_000)).toBeNaN()
    })

    check('remembers arrivals in bounded room, the coarser the farther back', 0, async (store) => {
      for (let n = 1; n <= 1200; n++) await store.add({ request: A, sequence: n, tasks: [task(`t${n}`)], now: n * 2000 })
      const age = async () => 2_400_000 - ((await store.overview({ top: 1, now: 2_400_000 })).oldestAt ?? 0)
      expect(await age()).toBeGreaterThan(2_398_000 * 0.7)
      for (let n = 0; n < 1199; n++) await store.reserve(ask(2_400_000, { count: 1, leaseMs: 1e9 }))
      expect(await age()).toBe(0)
    })

    check('knows its state after it was closed and opened', 100, async (store, subject) => {
      if (!subject.reopen) return
      await store.add({ request: A, sequence: 4, tasks: [task('one'), task('two'), task('three')] })
      const lease = (await store.reserve(ask(1000))).leases[0]
      await store.fail([failed((await store.reserve(ask(1100))).leases[0], 9000)])
      const [before, tally] = [await everything(store), await store.tally([A])]
      const again = await subject.reopen()
      expect(await everything(again)).toEqual(before)
      expect(await again.tally([A])).toEqual(tally)
      expect((await again.reserve(ask(1150))).nextAt).toBe(1200)
      const fresh = (await again.reserve(ask(1200))).leases[0]
      expect(fresh?.task.id).toBe('three')
      expect(fresh?.fence).toBeGreaterThan(lease?.fence ?? 0)
      expect(await again.complete([done(lease)])).toEqual(['done'])
    })

    test('agrees with the model on random commands', async (context) => {
      await contract.prepare?.(context)
      await compareWithModel(contract.open, contract.runs)
    })
  })
}

