/**
 * The port of the schedule: durable tasks with leases, and the hosts' pace. It holds only atomic
 * steps; what to retry, how long to back off and whom to serve is policy and lives beside it.
 *
 * Guarantees, for every adapter:
 * - A call that has resolved is durable against the death of any process.
 * - Every call is idempotent: repeating it after a lost answer changes nothing that matters
 *   (a repeated `reserve` or `grant` may only make the crawl slower).
 * - Calls act one after another; none sees half of another.
 * - Time is the caller's (`now`, milliseconds since the epoch): adapters own no clock. Callers whose
 *   clocks disagree lose no task; a lease may only end early and a visit only come late.
 * - What has ended is known for 30 days at least. After that a store may forget an ended task, unless it is dead: its id
 *   is then that of a new one, and its fences are void. It may forget a request too, when it has nothing pending and
 *   nothing dead, and for as long nothing was added to it, nothing of it ended and nobody asked for its tally by name: its
 *   counts are gone, and its sequences begin anew. A task that has not ended is never forgotten.
 * - Times, counts and delays are safe integers; sums and weights may be fractions. Fences are
 *   integers from 1, increasing over the whole store, never used twice, kept over a restart.
 * The semantics are defined by `schedule-model.ts` and held by `schedule-store.contract.ts`.
 */
import type { PageOf } from '../core/page-of.ts'
import type { RequestId, TaskId } from '../core/ids.ts'
import type { Outcome, Reason } from '../core/reasons.ts'
import type { Grant, Held, Lease, NewTask, Task, TaskEnd, TaskKind } from './task.ts'

export interface Batch {
  readonly request: RequestId
  /**
   * Position of the batch in the request, from 1, increasing. A batch whose sequence is not above
   * the highest one seen for the request is ignored: a repeated delivery doubles nothing.
   */
  readonly sequence: number
  readonly tasks: readonly NewTask[]
  /** When it was handed over, for `Overview.oldestAt`; without it, and for spawned tasks, the time that the store is told next counts. */
  readonly now?: number
}

/** What became of a new task: waiting, or the reason why not. Of a batch delivered before, `repeated`. */
export type Admission = 'queued' | 'repeated' | Reason

export interface ReserveAsk {
  readonly owner: string
  /** At most this many leases. */
  readonly count: number
  /**
   * Most leases for one host; `busy` holds how many of them are taken up already, by host. Below 0
   * where a host may have more than the others do (it has shown that it bears them).
   */
  readonly perHost: number
  readonly busy: Readonly<Record<string, number>>
  readonly leaseMs: number
  readonly now: number
}

export interface Reservation {
  readonly leases: readonly Lease[]
  /**
   * When asking again can first bring something, `busy` apart: the least of the times at which the
   * hosts with waiting tasks become ready and at which leases run out; `now` when that is past.
   * It counts the waiting tasks and leases as they are after this call, this call's leases with
   * them, and no tasks of paused hosts; null when nothing else is pending. It may be early, never late.
   */
  readonly nextAt: number | null
}

/** A host with tasks that may be handed out now. */
export interface DueHost {
  readonly host: string
  /** Most of its tasks that can be handed out at once: 1 where it or its address is paced. */
  readonly count: number
  /** The request of the task that comes first; null unless it was asked for. */
  readonly request: RequestId | null
}

export interface Due {
  /** In the order of their first tasks' stamps (fair-share.ts), then by name, code unit; lanes (core/lanes.ts) behind all others. */
  readonly hosts: readonly DueHost[]
  /** As `Reservation.nextAt`. */
  readonly nextAt: number | null
}

/** Up to `count` tasks of a host for one owner. */
export interface Assignment {
  readonly host: string
  readonly owner: string
  readonly count: number
}

export interface AssignAsk {
  readonly assignments: readonly Assignment[]
  readonly leaseMs: number
  readonly now: number
  /** Of the dispatcher, who has led the fleet since then (fleet-ledger.ts); from 0. */
  readonly fence: number
}

export interface Completion extends Held {
  readonly end: TaskEnd
  /** New work found by the task: admitted in the same atomic step as its end. */
  readonly spawn: readonly NewTask[]
}

export interface Failure extends Held {
  readonly reason: Reason
  /** Wait until then and try again; null when this was the last time: the task ends as the reason says. */
  readonly retryAt: number | null
  /** It was not the task's own: it counts neither as an attempt nor in `history`. Default false. */
  readonly uncounted?: boolean
  readonly sums?: Readonly<Record<string, number>>
}

/** 'done' (now, or before under the same fence) or 'void' (the lease was lost; nothing changed). */
export type Settled = 'done' | 'void'

export interface TallyRow {
  readonly kind: TaskKind
  readonly outcome: Outcome
  readonly reason: Reason | null
  readonly count: number
}

export interface Tally {
  /** Tasks ended, by kind, outcome and reason. Refused candidates that never became tasks are in it. */
  readonly ended: readonly TallyRow[]
  /** Waiting or leased, by kind. */
  readonly pending: Readonly<Record<TaskKind, number>>
  readonly sums: Readonly<Record<string, number>>
  /** Highest batch sequence admitted: where a list resumes. */
  readonly sequence: number
}

/** Waiting tasks of one weight and kind. */
export interface Depth {
  readonly weight: number
  readonly kind: TaskKind
  readonly count: number
}

export interface HostLine {
  readonly host: string
  readonly waiting: number
  readonly paused: boolean
}

/** The whole store at a glance, every request together. Waiting and leased are as the last step left them: a lease that has run out since is one. */
export interface Overview {
  /** By weight, the highest first, then by kind; none with a count of 0. */
  readonly waiting: readonly Depth[]
  readonly leased: number
  /** Waiting or leased, by kind. */
  readonly pending: Readonly<Record<TaskKind, number>>
  /** Ends reached, in the order of `Tally.ended`; never fewer: a task that was revived is counted at each of its ends. */
  readonly ended: readonly TallyRow[]
  /** Tasks admitted as `queued`, from the beginning on. */
  readonly accepted: number
  /** Leases given, from the beginning on. */
  readonly dispatched: number
  readonly dead: number
  /** Hosts with waiting tasks; a store may stop counting at 100,000. */
  readonly hosts: number
  /**
   * Those with the most waiting tasks, then by name (code unit), at most as many as asked for. Exact while 400 hosts
   * wait or fewer. Beyond them the store looks at a bounded number, the likeliest; its adapter says which.
   */
  readonly deepest: readonly HostLine[]
  /**
   * When the task arrived that has waited longest, of those that come first at the hosts looked at (as in `deepest`).
   * It is known by marks, a second apart and wider the farther they lie back (at most 512): the task may have waited longer
   * by as much. Tasks that wait for another try may be left out. Null when none waits, or no host was asked for.
   */
  readonly oldestAt: number | null
  /** Hosts that are paused, with tasks or without. */
  readonly paused: number
}

export type TaskState = 'waiting' | 'leased' | 'ended'

/** Tasks that ended as failed, until they are revived or dropped: what a person may want to look after. */
export type TaskFilter = TaskState | 'dead'

export interface ScheduleCapabilities {
  /** `tasks` lists in order of sequence; else in an order of its own. */
  readonly ordered: boolean
  /**
   * Ended tasks are listed. Else only the dead ones are, and of the others it is known that they ended, by which
   * request, and no more.
   */
  readonly listsEnded: boolean
}

export interface TaskRecord {
  readonly task: Task
  readonly state: TaskState
  readonly notBefore: number
  readonly end: { readonly outcome: Outcome; readonly reason: Reason | null } | null
  /** Reasons of the counted failures, oldest first, the last eight. */
  readonly history: readonly Reason[]
}

export interface HostPace {
  readonly host: string
  /**
   * Least time between the starts of two visits, from the next grant on, until it is set again;
   * the store's own floor wins when it is higher.
   */
  readonly delayMs?: number
  /**
   * No visit before then. The last one set holds, so an earlier time (0) lifts a block; but what is
   * already granted stays granted, and the next visit still keeps its distance from it.
   */
  readonly notBefore?: number
  /**
   * The address that the host was found at (`203.0.113.7`), null for none: from the next grant on each
   * visit to the host is one to the address too, whose own pace is that of `addressKey(address)`.
   */
  readonly address?: string | null
  /** What the policy wants to find again after a restart; null forgets it. */
  readonly memory?: string | null
}

/** The name under which an address is paced like a host. No host has such a name: it has no `//`. Nor have lanes (core/lanes.ts), for which no floor holds. */
export const addressKey = (address: string): string => `${ADDRESS}${address}`
export const isAddressKey = (host: string): boolean => host.startsWith(ADDRESS)
const ADDRESS = 'address:'

export interface HostMemory {
  readonly host: string
  readonly memory: string
}

/** Failures remembered of a task, the latest ones. */
export const HISTORY_LENGTH = 8

const rowKey = (row: TallyRow): string => `${row.kind} ${row.outcome} ${row.reason ?? ''}`

/** The order of `Overview.waiting`. */
export const compareDepths = (a: Depth, b: Depth): number => b.weight - a.weight || (a.kind < b.kind ? -1 : 1)

/** The order of `Overview.deepest`. */
export const compareLines = (a: HostLine, b: HostLine): number => b.waiting - a.waiting || (a.host < b.host ? -1 : 1)

/** The order of a tally's rows: kind, outcome, reason, each by code unit. */
export const compareTallyRows = (a: TallyRow, b: TallyRow): number =>
  rowKey(a) < rowKey(b) ? -1 : rowKey(a) > rowKey(b) ? 1 : 0

/** Tasks: in, out under a lease, ended. */
export interface TaskLedger {
  /**
   * Admits the batch in order. A task whose id is known is refused: `duplicate-url` when the same
   * request took it or it has not ended, `already-done` when another request's has ended. An unknown
   * one that bears `refused` is recorded as ended with that reason. Refusals (both sorts) of images
   * are counted in the request's tally; those of pages and process jobs are not.
   */
  add(batch: Batch): Promise<readonly Admission[]>
  /**
   * Check and reserve in one step. Leases whose `until` has come are waiting again, uncounted; only
   * here and in `due` do leases run out. A host is ready when it is not paused and its next free time and the `notBefore`
   * of one of its waiting tasks have come. A task bears the stamp that it was given on arrival
   * (fair-share.ts: weight and arrival), and keeps it however often it comes back. Ready hosts are served by (stamp
   * of the first of their tasks whose `notBefore` has come; name by code unit), a host's tasks by (stamp, sequence);
   * each that is leased moves the clock of the stamps on. A host with a
   * delay yields one task a call, one without up to `perHost − busy`; both none when that is not
   * above 0. Each lease carries a grant for one visit, already debited, under the lease's own fence.
   * A host with an address that has a delay yields one task a call too, and none before the address is
   * free: it is put off until then, those put off for one address one after the other, an address
   * delay apart; one whose turn comes too early once more waits for the address alone.
   */
  reserve(ask: ReserveAsk): Promise<Reservation>
  /** What `reserve` would serve, without taking it: leases that have run out wait again, and ready hosts are named. At most `limit`, from 0, and besides them every lane that is ready: whoever works off lanes waits for no host; `requests` asks for those of their first tasks, too. */
  due(ask: { readonly limit: number; readonly now: number; readonly requests?: boolean }): Promise<Due>
  /**
   * Check and reserve in one step for owners who collect later: as `reserve`, for the hosts named, in order, each
   * once more subject to its pace.
   * @returns how many tasks each assignment took; null, and nothing done, when a higher fence has assigned before
   */
  assign(ask: AssignAsk): Promise<readonly number[] | null>
  /** Leases assigned and not yet collected, by owner; those that hold no longer may be among them. */
  uncollected(): Promise<Readonly<Record<string, number>>>
  /** Hands an owner up to `count` of the leases that were assigned to it and that still hold, in order; each once. */
  collect(ask: { readonly owner: string; readonly count: number }): Promise<readonly Lease[]>
  /** Extends leases to `until` (never shortens one); false for each that was lost. */
  renew(held: readonly Held[], until: number): Promise<readonly boolean[]>
  /**
   * Ends tasks, in order; each end, its sums and its spawn (admitted under the task's own request)
   * are one step. A task already completed or failed under the same fence is `done` and unchanged.
   */
  complete(completions: readonly Completion[]): Promise<readonly Settled[]>
  /** Counts failures, in order: each but the `uncounted` adds to `attempts` and `history`, and its task waits again or ends. */
  fail(failures: readonly Failure[]): Promise<readonly Settled[]>
  /** Gives back, uncounted and at once, every lease of `owner` that is not in `held`, collected or not; returns how many. */
  recover(owner: string, held: readonly Held[]): Promise<number>
  /** Of the requests together (or of every one there is), each once; unknown ones count nothing. Rows as `compareTallyRows` has them. */
  tally(requests: readonly RequestId[] | 'all'): Promise<Tally>
  /** `ids` and `state` narrow to those tasks; `limit` from 1. Pages may be shorter than `limit` before the last. */
  tasks(ask: {
    readonly after: string | null
    readonly limit: number
    readonly state?: TaskFilter
    readonly ids?: readonly TaskId[]
  }): Promise<PageOf<TaskRecord>>
  /**
   * Dead tasks wait again, as if they had never failed: out of the tally of ended ones, without attempts and history. False
   * for each that is not dead. With `ended` those that were worked on and ended in any
   * other way too, where they are listed (`can.listsEnded`).
   */
  revive(ids: readonly TaskId[], which?: 'dead' | 'ended'): Promise<readonly boolean[]>
  /** Dead tasks are listed as such no more; that they ended stays known. False for each that is not dead. */
  bury(ids: readonly TaskId[]): Promise<readonly boolean[]>
}

/** Hosts: how often they may be visited. The only source of grants. */
export interface HostLedger {
  /**
   * Leave for visits beyond a task's first (robots.txt, redirects, the full picture). `notBefore`
   * is the later of `now` and the host's next free time, which moves on by `count` delays from there.
   * With an address it is also not before the address is free, whose time moves on by `count` of its
   * delays; but not for the host's sake: a host that is blocked does not hold up its neighbours.
   * Null for a host that is paused: there is no leave for it, whatever was leased before.
   */
  grant(asks: readonly { host: string; count: number; now: number }[]): Promise<readonly (Grant | null)[]>
  pace(updates: readonly HostPace[]): Promise<void>
  /** Hosts that have a memory, in pages, by name (code unit); `limit` from 1. */
  memories(ask: { readonly after: string | null; readonly limit: number }): Promise<PageOf<HostMemory>>
  /**
   * Stops hosts, or lets them go on, until it is said again: no task of a paused host is leased and no visit to it granted,
   * whatever its pace says meanwhile. What was granted before stays granted. Hosts that nobody knows yet may be paused.
   * @returns for each, whether that changed anything
   */
  pause(hosts: readonly string[], paused: boolean): Promise<readonly boolean[]>
  /** Hosts that are paused, in pages, by name (code unit); `limit` from 1. */
  pausedHosts(ask: { readonly after: string | null; readonly limit: number }): Promise<PageOf<string>>
}

export interface ScheduleStore extends TaskLedger, HostLedger {
  readonly can: ScheduleCapabilities
  /**
   * Reads only, and never as much as there are tasks: of hosts a bounded number, each at a bounded cost, and none when
   * `top` is 0. @param ask.now counts as the arrival of tasks of which the store was told no time yet
   */
  overview(ask: { readonly top: number; readonly now: number }): Promise<Overview>
  close(): Promise<void>
}

export interface ScheduleOptions {
  /** Floor of every host's delay, in milliseconds; lanes have none. */
  readonly delayMs: number
  /** Floor of every address's delay, in milliseconds. Default 0: addresses have no pace of their own. */
  readonly addressDelayMs?: number
}
