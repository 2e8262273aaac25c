/**
 * The schedule in plain maps: slow, in memory, and obviously right. It defines what the port's
 * words mean, and every adapter is compared with it step by step (schedule-store.contract.ts).
 * Where the port leaves a question open, this file is the answer.
 */
import type { RequestId, TaskId } from '../core/ids.ts'
import { isLane } from '../core/lanes.ts'
import { outcomeOf, type Outcome, type Reason } from '../core/reasons.ts'
import { createFairShare } from './fair-share.ts'
import {
  HISTORY_LENGTH, addressKey, compareDepths, compareLines, compareTallyRows, isAddressKey,
  type Admission, type Depth, type ScheduleOptions, type ScheduleStore, type TallyRow, type TaskRecord, type TaskState,
} from './schedule-store.ts'
import type { Grant, Held, Lease, NewTask, Task, TaskKind } from './task.ts'

interface Entry {
  task: Task
  state: TaskState
  /** Its place in the order of all. */
  stamp: number
  /** Null until the store is told a time. */
  arrivedAt: number | null
  notBefore: number
  /** Set while leased. */
  lease: { owner: string; fence: number; until: number; grant: Grant } | null
  /** It ended as failed, and was not buried. */
  dead: boolean
  /** Fence under which the task was last completed or failed. */
  settled: number | null
  end: TaskRecord['end']
  history: readonly Reason[]
}

interface Host {
  /** The host's own delay, in milliseconds; the store's floor wins when it is higher. */
  delayMs: number
  /** First time not yet granted to anyone. */
  free: number
  /** Set by `pace`: no visit before then. */
  blocked: number
  /** Key of the address it lies at. */
  address: string | null
  /** Put off until then, 0 when not; of an address: when the next host is put off to. */
  held: number
  memory: string | null
  paused: boolean
}

interface Count {
  readonly request: RequestId
  readonly kind: TaskKind
  readonly outcome: Outcome
  readonly reason: Reason | null
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const createScheduleModel = (options: ScheduleOptions): ScheduleStore => {
  /** In order of sequence, for tasks are never removed. */
  const tasks = new Map<TaskId, Entry>()
  const hosts = new Map<string, Host>()
  const sequences = new Map<RequestId, number>()
  const counts: Count[] = []
  /** The same, but nothing is ever taken out. */
  const ends: Count[] = []
  const sums: { request: RequestId; name: string; amount: number }[] = []
  const shares = createFairShare()
  /** By owner, in order: leases assigned and not collected. */
  const inboxes = new Map<string, Held[]>()
  let lastFence = 0
  /** Of the dispatcher that assigned last. */
  let leader = 0
  let accepted = 0
  let dispatched = 0

  const countEnd = (one: Count): void => {
    counts.push(one)
    ends.push(one)
  }
  const tallied = (of: readonly Count[]): readonly TallyRow[] => {
    const rows = new Map<string, TallyRow>()
    for (const { kind, outcome, reason } of of) {
      const key = `${kind} ${outcome} ${reason}`
      rows.set(key, { kind, outcome, reason, count: (rows.get(key)?.count ?? 0) + 1 })
    }
    return [...rows.values()].sort(compareTallyRows)
  }

  const hostOf = (name: string): Host => {
    const host = hosts.get(name) ?? { delayMs: 0, free: 0, blocked: 0, address: null, held: 0, memory: null, paused: false }
    hosts.set(name, host)
    return host
  }

  const floorOf = (name: string): number =>
    isAddressKey(name) ? (options.addressDelayMs ?? 0) : isLane(name) ? 0 : options.delayMs

  const intervalOf = (name: string): number => Math.max(floorOf(name), hostOf(name).delayMs)

  const freeAt = (name: string): number => Math.max(hostOf(name).free, hostOf(name).blocked)

  /** Whether the host must wait for its address, which then gives it a place in line. */
  const putOff = (host: Host, now: number): boolean => {
    if (host.address === null || freeAt(host.address) <= now) return false
    const address = hostOf(host.address)
    const inLine = host.held > 0
    host.held = inLine ? freeAt(host.address) : Math.max(freeAt(host.address), address.held)
    if (!inLine) address.held = host.held + intervalOf(host.address)
    return true
  }

  const grantVisits = (name: string, count: number, now: number): Grant => {
    const host = hostOf(name)
    const intervalMs = intervalOf(name)
    const ofAddress = host.address === null ? now : Math.max(now, freeAt(host.address))
    if (host.address !== null) hostOf(host.address).free = ofAddress + count * intervalOf(host.address)
    const notBefore = Math.max(ofAddress, host.free, host.blocked)
    host.free = notBefore + count * intervalMs
    return { host: name, notBefore, count, intervalMs, fence: ++lastFence }
  }

  const refusalOf = (known: Entry, request: RequestId): Reason =>
    known.task.request === request || known.state !== 'ended' ? 'duplicate-url' : 'already-done'

  /** Of the time: what has arrived since it was told last has arrived by then. */
  const told = (now: number): void => {
    for (const entry of tasks.values()) entry.arrivedAt ??= now
  }

  const admit = (request: RequestId, { refused, ...fresh }: NewTask): Admission => {
    const known = tasks.get(fresh.id)
    const reason = known ? refusalOf(known, request) : refused
    if (!known) {
      tasks.set(fresh.id, {
        task: { ...fresh, request, attempts: 0, sequence: tasks.size + 1 },
        state: refused ? 'ended' : 'waiting',
        stamp: refused ? 0 : shares.arrive(fresh.weight),
        arrivedAt: null,
        notBefore: 0,
        lease: null,
        settled: null,
        dead: false,
        end: refused ? { outcome: outcomeOf(refused), reason: refused } : null,
        history: [],
      })
    }
    if (!reason) {
      accepted++
      return 'queued'
    }
    if (fresh.kind === 'image') {
      const outcome = known ? 'refused' : outcomeOf(reason)
      countEnd({ request, kind: fresh.kind, outcome, reason })
    }
    return reason
  }

  const giveBack = (entry: Entry): void => {
    entry.state = 'waiting'
    entry.lease = null
  }

  const holds = (entry: Entry | undefined, held: Held): entry is Entry => entry?.lease?.fence === held.fence

  const end = (entry: Entry, outcome: Outcome, reason: Reason | null): void => {
    entry.state = 'ended'
    entry.lease = null
    entry.end = { outcome, reason }
    entry.dead = outcome === 'failed'
    countEnd({ request: entry.task.request, kind: entry.task.kind, outcome, reason })
  }

  const addSums = (request: RequestId, amounts: Readonly<Record<string, number>> = {}): void => {
    for (const [name, amount] of Object.entries(amounts)) sums.push({ request, name, amount })
  }

  const waitingOf = (name: string): Entry[] =>
    [...tasks.values()].filter((entry) => entry.state === 'waiting' && entry.task.host === name)

  /** Tasks of the host that could be leased now but for its pace, in order. */
  const inOrder = (name: string, now: number): Entry[] =>
    waitingOf(name)
      .filter((entry) => entry.notBefore <= now)
      .sort((a, b) => a.stamp - b.stamp || a.task.sequence - b.task.sequence)

  /** When a visit to the host could first be granted for one of its waiting tasks; null when none waits. */
  const readyAt = (name: string): number | null => {
    const waiting = waitingOf(name)
    if (waiting.length === 0) return null
    const host = hostOf(name)
    return Math.max(host.free, host.blocked, host.held, Math.min(...waiting.map((entry) => entry.notBefore)))
  }

  const isReady = (name: string, now: number): boolean => !hostOf(name).paused && (readyAt(name) ?? Infinity) <= now

  const isPaced = (name: string): boolean => {
    const { address } = hostOf(name)
    return intervalOf(name) > 0 || (address !== null && intervalOf(address) > 0)
  }

  /** Hosts that are ready, in the order in which they are served. */
  const ready = (now: number): string[] =>
    [...hosts.keys()]
      .filter((name) => isReady(name, now))
      .map((name) => ({ name, stamp: inOrder(name, now)[0]?.stamp ?? 0 }))
      .sort((a, b) => a.stamp - b.stamp || byText(a.name, b.name))
      .map(({ name }) => name)

  const nextAt = (now: number): number | null => {
    const times = [...hosts.keys()].filter((name) => !hostOf(name).paused).map(readyAt).filter((at) => at !== null)
    for (const { lease } of tasks.values()) if (lease) times.push(lease.until)
    return times.length === 0 ? null : Math.max(now, Math.min(...times))
  }

  const expire = (now: number): void => {
    for (const entry of tasks.values()) if (entry.lease && entry.lease.until <= now) giveBack(entry)
  }

  /** Leases up to `count` tasks of a host that is ready; none when its address makes it wait. */
  const take = (name: string, owner: string, count: number, leaseMs: number, now: number): Lease[] => {
    const host = hostOf(name)
    if (putOff(host, now)) return []
    host.held = 0
    return inOrder(name, now).slice(0, Math.min(isPaced(name) ? 1 : count, count)).map((entry) => {
      const grant = grantVisits(name, 1, now)
      shares.serve(entry.stamp)
      dispatched++
      entry.state = 'leased'
      entry.lease = { owner, fence: grant.fence, until: now + leaseMs, grant }
      return { task: entry.task, fence: grant.fence, until: now + leaseMs, grant }
    })
  }

  const store: ScheduleStore = {
    can: { ordered: true, listsEnded: true },

    async add({ request, sequence, tasks: batch, now }) {
      if (sequence <= (sequences.get(request) ?? 0)) return batch.map(() => 'repeated')
      sequences.set(request, sequence)
      for (const task of batch) hostOf(task.host)
      const answers = batch.map((task) => admit(request, task))
      if (now !== undefined) told(now)
      return answers
    },

    async reserve({ owner, count, perHost, busy, leaseMs, now }) {
      told(now)
      expire(now)
      const leases: Lease[] = []
      for (const name of ready(now)) {
        const room = Math.min(perHost - (busy[name] ?? 0), count - leases.length)
        if (room > 0) leases.push(...take(name, owner, room, leaseMs, now))
      }
      return { leases, nextAt: nextAt(now) }
    },

    async due({ limit, now, requests = false }) {
      told(now)
      expire(now)
      const all = ready(now)
      const named = [...all.filter((host) => !isLane(host)).slice(0, limit), ...all.filter(isLane)]
      const found = named.map((host) => {
        const waiting = inOrder(host, now)
        return { host, count: isPaced(host) ? 1 : waiting.length, request: requests ? (waiting[0] as Entry).task.request : null }
      })
      return { hosts: found, nextAt: nextAt(now) }
    },

    async assign({ assignments, leaseMs, now, fence }) {
      if (fence < leader) return null
      leader = fence
      return assignments.map(({ host, owner, count }) => {
        if (count <= 0 || !isReady(host, now)) return 0
        const leases = take(host, owner, count, leaseMs, now)
        inboxes.set(owner, [...(inboxes.get(owner) ?? []), ...leases.map(({ task, fence }) => ({ id: task.id, fence }))])
        return leases.length
      })
    },

    async uncollected() {
      return Object.fromEntries([...inboxes].filter(([, inbox]) => inbox.length > 0).map(([owner, inbox]) => [owner, inbox.length]))
    },

    async collect({ owner, count }) {
      const leases: Lease[] = []
      const inbox = inboxes.get(owner) ?? []
      while (inbox.length > 0 && leases.length < count) {
        const held = inbox.shift() as Held
        const entry = tasks.get(held.id)
        if (holds(entry, held) && entry.lease) {
          leases.push({ task: entry.task, fence: held.fence, until: entry.lease.until, grant: entry.lease.grant })
        }
      }
      return leases
    },

    async renew(held, until) {
      return held.map((one) => {
        const entry = tasks.get(one.id)
        if (!holds(entry, one) || !entry.lease) return false
        entry.lease.until = Math.max(entry.lease.until, until)
        return true
      })
    },

    async complete(completions) {
      return completions.map((done) => {
        const entry = tasks.get(done.id)
        if (entry?.settled === done.fence) return 'done'
        if (!holds(entry, done)) return 'void'
        entry.settled = done.fence
        end(entry, done.end.outcome, done.end.reason)
        addSums(entry.task.request, done.end.sums)
        for (const task of done.spawn) {
          hostOf(task.host)
          admit(entry.task.request, task)
        }
        return 'done'
      })
    },

    async fail(failures) {
      return failures.map((failed) => {
        const entry = tasks.get(failed.id)
        if (entry?.settled === failed.fence) return 'done'
        if (!holds(entry, failed)) return 'void'
        entry.settled = failed.fence
        if (!failed.uncounted) {
          entry.task = { ...entry.task, attempts: entry.task.attempts + 1 }
          entry.history = [...entry.history, failed.reason].slice(-HISTORY_LENGTH)
        }
        if (failed.retryAt === null) {
          end(entry, outcomeOf(failed.reason), failed.reason)
        } else {
          giveBack(entry)
          entry.notBefore = failed.retryAt
        }
        addSums(entry.task.request, failed.sums)
        return 'done'
      })
    },

    async recover(owner, held) {
      const kept = new Set(held.map((one) => `${one.id} ${one.fence}`))
      const lost = [...tasks.values()].filter(
        ({ task, lease }) => lease?.owner === owner && !kept.has(`${task.id} ${lease.fence}`),
      )
      lost.forEach(giveBack)
      return lost.length
    },

    async tally(requests) {
      const asked = new Set(requests === 'all' ? sequences.keys() : requests)
      const pending = { page: 0, image: 0, process: 0 }
      for (const { task, state } of tasks.values()) {
        if (state !== 'ended' && asked.has(task.request)) pending[task.kind] += 1
      }
      const total: Record<string, number> = {}
      for (const { request, name, amount } of sums) {
        if (asked.has(request)) total[name] = (total[name] ?? 0) + amount
      }
      return {
        ended: tallied(counts.filter(({ request }) => asked.has(request))),
        pending,
        sums: total,
        sequence: Math.max(0, ...[...asked].map((request) => sequences.get(request) ?? 0)),
      }
    },

    async tasks({ after, limit, state, ids }) {
      const narrowed = ids && new Set(ids)
      const found = [...tasks.values()].filter(
        (entry) =>
          entry.task.sequence > Number(after ?? 0) &&
          (state === undefined || (state === 'dead' ? entry.dead : entry.state === state)) &&
          (narrowed === undefined || narrowed.has(entry.task.id)),
      )
      const items = found.slice(0, limit).map(
        ({ task, state: at, notBefore, end: ended, history }): TaskRecord =>
          ({ task, state: at, notBefore, end: ended, history }),
      )
      return { items, next: found.length > items.length ? String(items.at(-1)?.task.sequence ?? after) : null }
    },

    async revive(ids, which = 'dead') {
      return ids.map((id) => {
        const entry = tasks.get(id)
        if (!entry?.end || !(entry.dead || (which === 'ended' && entry.settled !== null))) return false
        const { outcome, reason } = entry.end
        const { request, kind } = entry.task
        counts.splice(counts.findIndex((one) =>
          one.request === request && one.kind === kind && one.outcome === outcome && one.reason === reason), 1)
        entry.task = { ...entry.task, attempts: 0 }
        Object.assign(entry, { state: 'waiting', notBefore: 0, dead: false, end: null, history: [] })
        return true
      })
    },

    async bury(ids) {
      return ids.map((id) => {
        const entry = tasks.get(id)
        if (!entry?.dead) return false
        entry.dead = false
        return true
      })
    },

    async grant(asks) {
      return asks.map((ask) => (hostOf(ask.host).paused ? null : grantVisits(ask.host, ask.count, ask.now)))
    },

    async pace(updates) {
      for (const update of updates) {
        const host = hostOf(update.host)
        host.delayMs = update.delayMs ?? host.delayMs
        host.blocked = update.notBefore ?? host.blocked
        if (update.address !== undefined) host.address = update.address === null ? null : addressKey(update.address)
        if (update.memory !== undefined) host.memory = update.memory
        if (host.address !== null) hostOf(host.address)
      }
    },

    async memories({ after, limit }) {
      const found = [...hosts].filter(([host, { memory }]) => memory !== null && (after === null || host > after))
        .map(([host, { memory }]) => ({ host, memory: memory ?? '' }))
        .sort((a, b) => byText(a.host, b.host))
      const items = found.slice(0, limit)
      return { items, next: found.length > limit ? (items.at(-1)?.host ?? null) : null }
    },

    async pause(names, paused) {
      return names.map((name) => {
        const host = hostOf(name)
        const changes = host.paused !== paused
        host.paused = paused
        return changes
      })
    },

    async pausedHosts({ after, limit }) {
      const found = [...hosts].filter(([host, { paused }]) => paused && (after === null || host > after)).map(([host]) => host).sort(byText)
      const items = found.slice(0, limit)
      return { items, next: found.length > limit ? (items.at(-1) ?? null) : null }
    },

    async overview({ top, now }) {
      const waiting = [...tasks.values()].filter(({ state }) => state === 'waiting')
      const depths = new Map<string, Depth>()
      for (const { task: { weight, kind } } of waiting) {
        depths.set(`${weight} ${kind}`, { weight, kind, count: (depths.get(`${weight} ${kind}`)?.count ?? 0) + 1 })
      }
      const lines = [...hosts].map(([host, { paused }]) => ({ host, waiting: waitingOf(host).length, paused })).filter((line) => line.waiting > 0)
      const { pending } = await store.tally('all')
      return {
        waiting: [...depths.values()].sort(compareDepths),
        leased: [...tasks.values()].filter(({ state }) => state === 'leased').length,
        pending, ended: tallied(ends), accepted, dispatched,
        dead: [...tasks.values()].filter(({ dead }) => dead).length,
        hosts: lines.length,
        deepest: lines.sort(compareLines).slice(0, top),
        oldestAt: top === 0 || waiting.length === 0 ? null : Math.min(...waiting.map(({ arrivedAt }) => arrivedAt ?? now)),
        paused: [...hosts.values()].filter(({ paused }) => paused).length,
      }
    },

    async close() {},
  }
  return store
}
