/**
 * One general queue over many, each with hosts of its own: so it has room beyond one Redis. A host's tasks, pace and
 * leases are one shard's business, and each step on them is atomic there; what spans shards is not, and is put together
 * here so that it errs on the safe side:
 * - A lease's fence, and a task's sequence, tell the shard they are from (n × shards + shard): they are unique over all,
 *   and increase host by host.
 * - What a task found elsewhere is admitted there before the task ends; should its process die in between, it is done
 *   again, and what it had brought is known as brought by it.
 * - An address has its pace in each shard: the shards share it, so that together they keep to it.
 * - Nothing is pending only where two looks in a row saw nothing pending and nothing ended in between.
 * - Weights hold within a shard; the dispatcher takes from the shards in turn.
 * - Where a shard does not answer, what the others hand out is handed out all the same; what must be told, waits for it.
 */
import type { RequestId, TaskId } from '../core/ids.ts'
import type { PageOf } from '../core/page-of.ts'
import {
  compareDepths, compareLines, compareTallyRows, isAddressKey,
  type Admission, type Completion, type Depth, type Due, type DueHost, type HostMemory, type HostPace, type Overview, type ScheduleStore, type Settled, type Tally, type TaskRecord,
} from './schedule-store.ts'
import type { Grant, Held, Lease, NewTask, TaskKind } from './task.ts'

/** A queue that can take in what a task of another one found. */
export interface ScheduleShard extends ScheduleStore {
  /**
   * Admits what a task found, under its request. Idempotent by `by`: what is known already is counted as refused only the
   * first time that this task brings anything here.
   */
  spawn(finding: { readonly request: RequestId; readonly by: TaskId; readonly tasks: readonly NewTask[] }): Promise<void>
  /** Whose request each task is that is leased under this fence; null for the others. */
  requestsOf(held: readonly Held[]): Promise<readonly (RequestId | null)[]>
}

/** FNV-1a: which of so many shards a host belongs to. Fixed for as long as the queue lives. */
export const shardOf = (host: string, shards: number): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < host.length; at++) hash = Math.imul(hash ^ host.charCodeAt(at), 0x01000193)
  return ((hash ^ (hash >>> 15)) >>> 0) % shards
}

/** Where items belong, and how to put answers back into the order of the questions. */
const part = <Item, Answer>(items: readonly Item[], shards: number, of: (item: Item) => number) => {
  const parts: Item[][] = Array.from({ length: shards }, () => [])
  const places = items.map((item): readonly [shard: number, at: number] => {
    const shard = of(item)
    return [shard, (parts[shard] as Item[]).push(item) - 1]
  })
  return { parts, join: (answers: readonly (readonly Answer[])[]): Answer[] => places.map(([shard, at]) => answers[shard]?.[at] as Answer) }
}

const sumInto = (total: Record<string, number>, more: Readonly<Record<string, number>>): void => {
  for (const [name, amount] of Object.entries(more)) total[name] = (total[name] ?? 0) + amount
}

/** Rows that are alike but for their counts become one. */
const sumRows = <Row extends { readonly count: number }>(rows: readonly Row[]): Row[] => {
  const sums = new Map<string, Row>()
  for (const row of rows) {
    const key = JSON.stringify({ ...row, count: 0 })
    sums.set(key, { ...row, count: row.count + (sums.get(key)?.count ?? 0) })
  }
  return [...sums.values()]
}

/** Of `Overview` and `Tally`. */
const sumEnds = (all: readonly Pick<Tally, 'ended' | 'pending'>[]): Pick<Tally, 'ended' | 'pending'> => {
  const pending: Record<TaskKind, number> = { page: 0, image: 0, process: 0 }
  for (const one of all) sumInto(pending, one.pending)
  return { ended: sumRows(all.flatMap(({ ended }) => ended)).sort(compareTallyRows), pending }
}

const sumOverviews = (all: readonly Overview[], top: number): Overview => {
  const sum = (of: (one: Overview) => number): number => all.reduce((total, one) => total + of(one), 0)
  const oldest = all.flatMap(({ oldestAt }) => oldestAt ?? [])
  return {
    ...sumEnds(all),
    waiting: sumRows<Depth>(all.flatMap(({ waiting }) => waiting)).sort(compareDepths),
    leased: sum(({ leased }) => leased), accepted: sum(({ accepted }) => accepted), dispatched: sum(({ dispatched }) => dispatched),
    dead: sum(({ dead }) => dead), hosts: sum(({ hosts }) => hosts), paused: sum(({ paused }) => paused),
    deepest: all.flatMap(({ deepest }) => deepest).sort(compareLines).slice(0, top),
    oldestAt: oldest.length === 0 ? null : Math.min(...oldest),
  }
}

const sumTallies = (tallies: readonly Tally[]): Tally => {
  const sums: Record<string, number> = {}
  for (const tally of tallies) {
    sumInto(sums, tally.sums)
  }
  return {
    ...sumEnds(tallies), sums,
    // Every shard is told of every batch: one that a shard has not seen is not wholly admitted.
    sequence: Math.min(...tallies.map(({ sequence }) => sequence)),
  }
}

const isPending = ({ pending }: Tally): boolean => Object.values(pending).some((count) => count > 0)

/** Of those asked the answers that came; what the rest say is thrown where none came. */
const answers = async <Answer>(asks: readonly (() => Promise<Answer>)[], how: 'together' | 'one after another' = 'together'): Promise<Answer[]> => {
  const came: Answer[] = []
  let failure: unknown = null
  const note = (asked: Promise<Answer>): Promise<void> => asked.then((answer) => void came.push(answer), (error: unknown) => void (failure ??= error))
  if (how === 'together') await Promise.all(asks.map((ask) => note(ask())))
  else for (const ask of asks) await note(ask())
  if (came.length === 0 && failure !== null) throw failure
  return came
}

/** One page of the pages of all shards, each in order of its items' names. */
const byName = <Item>(pages: readonly PageOf<Item>[], limit: number, nameOf: (item: Item) => string): PageOf<Item> => {
  const all = pages.flatMap(({ items }) => items).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0))
  const items = all.slice(0, limit)
  const last = items.at(-1)
  const isLast = all.length <= limit && pages.every(({ next }) => next === null)
  return { items, next: isLast || last === undefined ? null : nameOf(last) }
}

/** `shards` in an order that is always the same: their number and order are part of the queue. */
export const createShardedSchedule = (shards: readonly ScheduleShard[]): ScheduleStore => {
  const count = shards.length
  const at = (index: number): ScheduleShard => shards[index] as ScheduleShard
  const each = <Result>(ask: (shard: ScheduleShard, index: number) => Promise<Result>): Promise<Result[]> => Promise.all(shards.map(ask))
  const eachPart = async <Item, Answer>(
    items: readonly Item[], of: (item: Item) => number, ask: (shard: ScheduleShard, items: readonly Item[], index: number) => Promise<readonly Answer[]>,
  ): Promise<Answer[]> => {
    const { parts, join } = part<Item, Answer>(items, count, of)
    return join(await each((shard, index) => ((parts[index] as Item[]).length === 0 ? Promise.resolve([]) : ask(shard, parts[index] as Item[], index))))
  }
  const ofHost = ({ host }: { readonly host: string }): number => shardOf(host, count)
  const outward = (inner: number, shard: number): number => inner * count + shard
  const inward = (outer: number): number => Math.floor(outer / count)
  const ofFence = ({ fence }: Held): number => fence % count
  const held = <Of extends Held>(one: Of): Of => ({ ...one, fence: inward(one.fence) })
  const leased = (index: number) => (lease: Lease): Lease => ({
    ...lease, fence: outward(lease.fence, index),
    task: { ...lease.task, sequence: outward(lease.task.sequence, index) },
    grant: { ...lease.grant, fence: outward(lease.grant.fence, index) },
  })
  const earliest = (times: readonly (number | null)[]): number | null => {
    const known = times.filter((time) => time !== null)
    return known.length === 0 ? null : Math.min(...known)
  }
  /** Where the next look begins, so that no shard always comes last. */
  let turn = 0
  const inTurn = (): readonly number[] => {
    turn = (turn + 1) % count
    return shards.map((_, index) => (turn + index) % count)
  }
  /** So many of them for each shard, the first ones one more where it does not divide. */
  const share = (total: number): readonly (readonly [index: number, count: number])[] =>
    inTurn().map((index, nth): readonly [number, number] => [index, Math.floor(total / count) + (nth < total % count ? 1 : 0)])
  /** Of each shard in turn one, until none has any left. */
  const interleave = <Item>(lists: readonly (readonly Item[])[]): Item[] => {
    const all: Item[] = []
    for (let nth = 0; lists.some((list) => nth < list.length); nth++) for (const list of lists) if (nth < list.length) all.push(list[nth] as Item)
    return all
  }
  const once = (requests: readonly RequestId[] | 'all') => each((shard) => shard.tally(requests)).then(sumTallies)

  return {
    can: { ordered: false, listsEnded: shards.every(({ can }) => can.listsEnded) },

    async add({ tasks, ...batch }) {
      const { parts, join } = part<NewTask, Admission>(tasks, count, ofHost)
      // To those without a task of it, too: that is how each knows how far the request has come.
      return join(await each((shard, index) => shard.add({ ...batch, tasks: parts[index] as NewTask[] })))
    },

    async reserve(ask) {
      const leases: Lease[] = []
      const answered = await answers(inTurn().map((index) => async () => {
        const found = await at(index).reserve({ ...ask, count: ask.count - leases.length })
        leases.push(...found.leases.map(leased(index)))
        return found.nextAt
      }), 'one after another')
      return { leases, nextAt: earliest(answered) }
    },

    async due({ limit, now, requests = false }): Promise<Due> {
      const found = await answers(share(limit).map(([index, most]) => () => at(index).due({ limit: most, now, requests })))
      return { hosts: interleave<DueHost>(found.map(({ hosts }) => hosts)), nextAt: earliest(found.map(({ nextAt }) => nextAt)) }
    },

    async assign({ assignments, ...how }) {
      const { parts, join } = part<(typeof assignments)[number], number>(assignments, count, ofHost)
      // An assignment of nothing says who leads: all must hear it.
      const taken = await each((shard, index) => {
        const mine = parts[index] as (typeof assignments)[number][]
        return mine.length === 0 && assignments.length > 0 ? Promise.resolve([]) : shard.assign({ assignments: mine, ...how })
      })
      return taken.some((counts) => counts === null) ? null : join(taken as (readonly number[])[])
    },

    async uncollected() {
      const total: Record<string, number> = {}
      for (const counts of await each((shard) => shard.uncollected())) sumInto(total, counts)
      return total
    },

    async collect({ owner, count: most }) {
      const found = await answers(share(most).map(([index, mine]) => async () =>
        mine === 0 ? [] : (await at(index).collect({ owner, count: mine })).map(leased(index))))
      return found.flat()
    },

    renew: (all, until) => eachPart(all, ofFence, (shard, some) => shard.renew(some.map(held), until)),

    async complete(completions) {
      const foreign = completions.filter((completion) => completion.spawn.some((task) => ofHost(task) !== ofFence(completion)))
      const requests = await eachPart<Completion, RequestId | null>(foreign, ofFence, (shard, some) => shard.requestsOf(some.map(held)))
      await Promise.all(foreign.map(async (completion, nth) => {
        const request = requests[nth] ?? null
        // Its lease is gone: whoever has the task now brings the same.
        if (request === null) return
        const { parts } = part<NewTask, never>(completion.spawn, count, ofHost)
        await each((shard, index) => {
          const tasks = index === ofFence(completion) ? [] : (parts[index] as NewTask[])
          return tasks.length === 0 ? Promise.resolve() : shard.spawn({ request, by: completion.id, tasks })
        })
      }))
      return eachPart<Completion, Settled>(completions, ofFence, (shard, some, index) => shard.complete(some.map((completion) => ({
        ...held(completion), spawn: completion.spawn.filter((task) => ofHost(task) === index),
      }))))
    },

    fail: (failures) => eachPart(failures, ofFence, (shard, some) => shard.fail(some.map(held))),

    async recover(owner, kept) {
      const { parts } = part<Held, never>(kept, count, ofFence)
      const given = await each((shard, index) => shard.recover(owner, (parts[index] as Held[]).map(held)))
      return given.reduce((sum, one) => sum + one, 0)
    },

    async tally(requests) {
      let tally = await once(requests)
      // A task may have gone from a shard that was looked at late into one that was looked at early.
      while (!isPending(tally)) {
        const again = await once(requests)
        if (JSON.stringify(again) === JSON.stringify(tally)) break
        tally = again
      }
      return tally
    },

    async tasks({ after, ...ask }) {
      const [index, rest] = after === null ? [0, null] : (JSON.parse(after) as [number, string | null])
      const page = await at(index).tasks({ after: rest, ...ask })
      const next = page.next !== null ? [index, page.next] : index + 1 < count ? [index + 1, null] : null
      return {
        items: page.items.map((record): TaskRecord => ({ ...record, task: { ...record.task, sequence: outward(record.task.sequence, index) } })),
        next: next === null ? null : JSON.stringify(next),
      }
    },

    async revive(ids, which) {
      const done = await each((shard) => shard.revive(ids, which))
      return ids.map((_, nth) => done.some((one) => one[nth] === true))
    },
    async bury(ids) {
      const done = await each((shard) => shard.bury(ids))
      return ids.map((_, nth) => done.some((one) => one[nth] === true))
    },

    grant: (asks) => eachPart<(typeof asks)[number], Grant | null>(asks, ofHost, async (shard, some, index) =>
      (await shard.grant(some)).map((grant) => grant && { ...grant, fence: outward(grant.fence, index) })),

    async pace(updates) {
      await each((shard, index) => {
        const mine = updates.flatMap((update): readonly HostPace[] => {
          if (!isAddressKey(update.host)) return ofHost(update) === index ? [update] : []
          // Remembered once, paced everywhere.
          const { memory, ...pace } = update
          const mineToRemember = memory !== undefined && ofHost(update) === index ? { memory } : {}
          return [{ ...pace, ...mineToRemember, ...(pace.delayMs === undefined ? {} : { delayMs: pace.delayMs * count }) }]
        })
        return mine.length === 0 ? Promise.resolve() : shard.pace(mine)
      })
    },

    async memories({ after, limit }) {
      return byName<HostMemory>(await each((shard) => shard.memories({ after, limit })), limit, ({ host }) => host)
    },

    pause: (hosts, paused) => eachPart<string, boolean>(hosts, (host) => shardOf(host, count), (shard, some) => shard.pause(some, paused)),

    async pausedHosts({ after, limit }) {
      return byName<string>(await each((shard) => shard.pausedHosts({ after, limit })), limit, (host) => host)
    },

    overview: async (ask) => sumOverviews(await each((shard) => shard.overview(ask)), ask.top),

    async close() {
      await each((shard) => shard.close())
    },
  }
}
