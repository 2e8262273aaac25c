/**
 * Random command sequences for the schedule's contract. Each runs on the model and on an adapter,
 * and both must answer alike and stand alike after every step. Leases are named by their place in
 * the list of all ever given, so that stale fences and repeated deliveries come up by themselves.
 */
import * as fc from 'fast-check'
import { expect } from 'vitest'
import type { RequestId, TaskId } from '../core/ids.ts'
import { LANE_NAMES } from '../core/lanes.ts'
import type { Reason } from '../core/reasons.ts'
import { MARK_MS } from './marks.ts'
import { createScheduleModel } from './schedule-model.ts'
import { addressKey, isAddressKey } from './schedule-store.ts'
import type { PageOf } from '../core/page-of.ts'
import type { HostMemory, HostPace, ScheduleOptions, ScheduleStore, Settled, TaskFilter, TaskRecord } from './schedule-store.ts'
import type { Held, Lease, NewTask, TaskEnd } from './task.ts'

export interface Subject {
  readonly store: ScheduleStore
  /** Closes the store and opens the same data again; null when it keeps none. */
  readonly reopen: (() => Promise<ScheduleStore>) | null
  dispose(): Promise<void>
}

const request = (name: string): RequestId => name as RequestId
export const A = request('request-a')
export const B = request('request-b')
const HOST = 'https://a.example'

export const task = (name: string, more: Partial<NewTask> = {}): NewTask => ({
  id: name as TaskId,
  kind: 'image',
  host: HOST,
  url: `${more.host ?? HOST}/${name}`,
  weight: 1,
  payload: { name, empty: [], nothing: {}, one: [1.5, null, true, 'ü'] },
  ...more,
})

export const heldOf = (lease: Lease | undefined): Held => ({ id: lease?.task.id as TaskId, fence: lease?.fence ?? -1 })

type Narrow = Omit<Parameters<ScheduleStore['tasks']>[0], 'after' | 'limit'>

/** All that is listed, page by page, in order of sequence. */
export const listed = async (store: ScheduleStore, narrow: Narrow = {}, limit = 1000): Promise<readonly TaskRecord[]> => {
  const found: TaskRecord[] = []
  let after: string | null = null
  do {
    const page: PageOf<TaskRecord> = await store.tasks({ after, limit, ...narrow })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    found.push(...page.items)
    after = page.next
  } while (after !== null)
  if (store.can.ordered) expect(found.map(({ task: { sequence } }) => sequence)).toEqual(found.map(({ task: { sequence } }) => sequence).sort((a, b) => a - b))
  return found.sort((a, b) => a.task.sequence - b.task.sequence)
}

export const everything = (store: ScheduleStore): Promise<readonly TaskRecord[]> => listed(store)

/** What the model says a store of such capabilities lists. */
const expectedOf = async (model: ScheduleStore, { listsEnded }: ScheduleStore['can'], narrow: Narrow, limit: number): Promise<readonly TaskRecord[]> => {
  const all = await listed(model, narrow, limit)
  if (listsEnded) return all
  const dead = new Set((await listed(model, { state: 'dead' })).map((one) => one.task.id))
  return all.filter((one) => one.state !== 'ended' || dead.has(one.task.id))
}

/** All memories, page by page. */
export const memories = async (store: ScheduleStore, limit: number): Promise<readonly HostMemory[]> => {
  const found: HostMemory[] = []
  let after: string | null = null
  do {
    const page: PageOf<HostMemory> = await store.memories({ after, limit })
    found.push(...page.items)
    after = page.next
  } while (after !== null)
  return found
}

const NAMES = Array.from({ length: 15 }, (_, n) => `task-${n}` as TaskId)
const REASONS = ['timeout', 'http-status', 'undecodable', 'robots-denied', 'copy-duplicate'] as const
const KINDS = ['page', 'image', 'process'] as const
const host = fc.constantFrom('https://a.example', 'https://b.example', 'http://b.example:8080', ...LANE_NAMES.slice(0, 2))
const owner = fc.constantFrom('w1', 'w2')
const ADDRESSES = ['203.0.113.7', '2001:db8::7'] as const
const when = fc.constantFrom(0, 40, 100, 300)
const sums = fc.option(fc.dictionary(fc.constantFrom('bytes', 'saved'), fc.integer({ min: -4, max: 999 })))

/** A task's id says its kind, as in life, where it is derived from kind and URL. */
const newTask: fc.Arbitrary<NewTask> = fc
  .record({
    n: fc.nat(14), host, weight: fc.constantFrom(1, 2, 100),
    refused: fc.option(fc.constantFrom('robots-denied', 'too-small'), { freq: 6 }),
  })
  .map(({ n, refused, ...rest }) =>
    task(`task-${n}`, { ...rest, kind: KINDS[n % 3] ?? 'page', ...(refused ? { refused: refused as Reason } : {}) }))

/** Counted from the latest lease back: the late ones are those that still hold. */
const pick = fc.record({
  lease: fc.oneof({ weight: 4, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(30) }),
  stale: fc.constantFrom(0, 0, 0, 0, 0, 0, 1),
})
const picks = fc.array(pick, { maxLength: 3 })
const end: fc.Arbitrary<TaskEnd> = fc
  .record({ reason: fc.option(fc.constantFrom(...REASONS)), sums })
  .map(({ reason, sums: amounts }) => ({
    outcome: reason === null ? 'kept' : 'rejected', reason, ...(amounts ? { sums: amounts } : {}),
  }))
const pace: fc.Arbitrary<HostPace> = fc
  .record({
    host: fc.oneof({ weight: 3, arbitrary: host }, { weight: 1, arbitrary: fc.constantFrom(...ADDRESSES.map(addressKey)) }),
    delayMs: fc.option(fc.constantFrom(0, 30, 120)), block: fc.option(when),
    address: fc.option(fc.constantFrom(null, ...ADDRESSES), { nil: undefined }),
    memory: fc.option(fc.constantFrom(null, '{"one":1}', 'two'), { nil: undefined }),
  })
  .map(({ host: name, delayMs, block, address, memory }) => ({
    host: name, ...(delayMs === null ? {} : { delayMs }), ...(block === null ? {} : { notBefore: 1000 + block }),
    ...(address === undefined || isAddressKey(name) ? {} : { address }), ...(memory === undefined ? {} : { memory }),
  }))

const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const), request: fc.constantFrom(A, B),
      step: fc.constantFrom(1, 1, 1, 1, 2, 0, -1), tasks: fc.array(newTask, { maxLength: 6 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('reserve' as const), owner, count: fc.nat(5), perHost: fc.constantFrom(0, 1, 1, 2, 2, 3),
      busy: fc.dictionary(host, fc.integer({ min: -2, max: 2 })), leaseMs: fc.constantFrom(30, 150, 5000), skew: fc.constantFrom(0, 0, 0, 60),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('due' as const), limit: fc.nat(3), requests: fc.boolean(), skew: fc.constantFrom(0, 0, 0, 60) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('assign' as const), leaseMs: fc.constantFrom(30, 150, 5000), skew: fc.constantFrom(0, 0, 0, 60),
      assignments: fc.array(fc.record({ host, owner, count: fc.nat(3) }), { maxLength: 4 }), fence: fc.constantFrom(0, 0, 0, 1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('collect' as const), owner, count: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revive' as const), which: fc.constantFrom('dead' as const, 'ended' as const), ids: fc.array(fc.constantFrom(...NAMES), { maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('bury' as const), ids: fc.array(fc.constantFrom(...NAMES), { maxLength: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: when }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('complete' as const),
      of: fc.array(fc.record({ pick, end, spawn: fc.array(newTask, { maxLength: 3 }) }), { maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      of: fc.array(
        fc.record({ pick, reason: fc.constantFrom(...REASONS), retryIn: fc.option(when), uncounted: fc.boolean(), sums }), { maxLength: 3 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('renew' as const), of: picks, leaseMs: when }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('recover' as const), owner, of: picks }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('grant' as const),
      of: fc.array(fc.record({ host, count: fc.integer({ min: 1, max: 3 }) }), { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), hosts: fc.array(host, { maxLength: 2 }), paused: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pace' as const), of: fc.array(pace, { maxLength: 3 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('list' as const), limit: fc.integer({ min: 1, max: 4 }),
      state: fc.option(fc.constantFrom<TaskFilter[]>('waiting', 'leased', 'ended', 'dead')),
      ids: fc.option(fc.array(fc.constantFrom(...NAMES), { maxLength: 6 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat' as const) }) },
)
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never

type Call = (store: ScheduleStore) => Promise<unknown>

const compare = async (model: ScheduleStore, subject: Subject, commands: readonly Command[]): Promise<void> => {
  let { store } = subject
  let now = 1000
  let last: Call = (on) => on.tally([A])
  const given: Held[] = []
  const settled = new Set<string>()
  const sequences = new Map<RequestId, number>()
  const heldAt = ({ lease, stale }: { lease: number; stale: number }): Held => {
    const held = given[given.length - 1 - (lease % Math.max(1, given.length))] ?? { id: 'task-0' as TaskId, fence: 1 }
    return { id: held.id, fence: held.fence + stale }
  }

  const callOf = (one: Command): Call => {
    switch (one.do) {
      case 'add': {
        const sequence = (sequences.get(one.request) ?? 0) + one.step
        sequences.set(one.request, Math.max(sequences.get(one.request) ?? 0, sequence))
        return (on) => on.add({ request: one.request, sequence, tasks: one.tasks })
      }
      case 'reserve': {
        const { do: _do, skew, ...rest } = one
        const at = now - skew
        return (on) => on.reserve({ ...rest, now: at })
      }
      case 'complete': {
        const of = one.of.map(({ pick: which, ...rest }) => ({ ...heldAt(which), ...rest }))
        return (on) => on.complete(of)
      }
      case 'fail': {
        const of = one.of.map(({ pick: which, reason, retryIn, uncounted, sums: amounts }) => ({
          ...heldAt(which), reason, retryAt: retryIn === null ? null : now + retryIn,
          ...(uncounted ? { uncounted } : {}), ...(amounts ? { sums: amounts } : {}),
        }))
        return (on) => on.fail(of)
      }
      case 'renew': {
        const [held, until] = [one.of.map(heldAt), now + one.leaseMs]
        return (on) => on.renew(held, until)
      }
      case 'recover': {
        const held = one.of.map(heldAt)
        return (on) => on.recover(one.owner, held)
      }
      case 'grant': {
        const asks = one.of.map((grant) => ({ ...grant, now }))
        return (on) => on.grant(asks)
      }
      case 'pause':
        return (on) => on.pause(one.hosts, one.paused)
      case 'pace':
        return (on) => on.pace(one.of)
      case 'due': {
        const at = now - one.skew
        return (on) => on.due({ limit: one.limit, requests: one.requests, now: at })
      }
      case 'assign': {
        const { do: _do, skew, ...rest } = one
        const at = now - skew
        return (on) => on.assign({ ...rest, now: at })
      }
      case 'collect': {
        const { do: _do, ...rest } = one
        return (on) => on.collect(rest)
      }
      case 'revive':
        return (on) => on.revive(one.ids, store.can.listsEnded ? one.which : 'dead')
      case 'bury':
        return (on) => on.bury(one.ids)
      case 'list': {
        const narrow = { ...(one.state ? { state: one.state } : {}), ...(one.ids ? { ids: one.ids } : {}) }
        return (on) => (on === model ? expectedOf(model, store.can, narrow, one.limit) : listed(on, narrow, one.limit))
      }
      case 'pass':
        now += one.ms
        return async () => null
      case 'repeat':
        return last
      case 'reopen':
        return async (on) => {
          if (on !== model && subject.reopen) store = await subject.reopen()
          return null
        }
      default:
        throw new TypeError(`unknown command ${JSON.stringify(one satisfies never)}`)
    }
  }

  for (const one of commands) {
    last = callOf(one)
    const expected = await last(model)
    const answer = await last(store)
    // Of fences before a task's last one a store may know that they were settled, and may not.
    const settles = one.do === 'complete' || one.do === 'fail' ? one.of.map(({ pick: which }) => heldAt(which)) : []
    if (settles.length === 0) expect(answer).toEqual(expected)
    for (const [index, { id, fence }] of settles.entries()) {
      const [theirs, ours] = [(answer as readonly Settled[])[index], (expected as readonly Settled[])[index]]
      const key = `${id} ${fence}`
      if (ours === 'done') settled.add(key)
      if (theirs !== ours) expect([theirs, settled.has(key)]).toEqual(['done', true])
    }
    const { leases = Array.isArray(expected) && one.do === 'collect' ? expected : [] } = (expected ?? {}) as { leases?: readonly Lease[] }
    for (const lease of leases) given.push(heldOf(lease))
    expect(await everything(store)).toEqual(await expectedOf(model, store.can, {}, 1000))
    expect(await store.tally([A, B])).toEqual(await model.tally([A, B]))
    expect(await store.tally('all')).toEqual(await model.tally('all'))
    expect(await memories(store, 2)).toEqual(await memories(model, 9))
    const [{ oldestAt: theirs, ...overview }, { oldestAt: ours, ...expectedOverview }] = [await store.overview({ top: 2, now }), await model.overview({ top: 2, now })]
    expect(overview).toEqual(expectedOverview)
    // Marks are coarse, and only the first of a host's tasks are looked at.
    if (theirs !== null) expect([ours === null, theirs >= (ours ?? 0) - MARK_MS]).toEqual([false, true])
  }
  expect(await store.tally([B])).toEqual(await model.tally([B]))
}

/** @param runs random sequences to run, of up to 60 commands each */
export const compareWithModel = (
  open: (options: ScheduleOptions) => Promise<Subject>,
  runs: number,
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.nat(2), fc.nat(2), fc.array(command, { maxLength: 60, size: 'max' }), async (delay, ofAddress, commands) => {
      const options = { delayMs: delay * 50, addressDelayMs: ofAddress * 35 }
      const subject = await open(options)
      try {
        await compare(createScheduleModel(options), subject, commands)
      } finally {
        await subject.dispose()
      }
    }),
    { numRuns: runs },
  )
