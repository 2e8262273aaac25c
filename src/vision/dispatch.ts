/**
 * Gives pictures to processes. Ordinary ones go together, a few a message, to the process with
 * the least under way. A suspect goes alone: one seat takes no more work until it is empty, then
 * has the suspects to itself one after another, so that a death there has a single cause. The
 * other seats work on.
 */
import type { Clock } from '../core/clock.ts'
import type { GannetError } from '../core/errors.ts'
import type { Look, Unseen } from '../image/look.ts'
import type { Sight } from '../models/pack.ts'
import { createBatcher, type Batcher } from './batcher.ts'
import type { Exit } from './exit.ts'
import { Seat, type Outcome, type VisionHandle } from './seat.ts'
import type { LookItem } from './vision-api.ts'

export interface DispatchOptions {
  spawn(): VisionHandle
  /** Processes. */
  readonly size: number
  readonly clock: Clock
  /** Inferred together: most pictures, and how long the first waits for company in milliseconds. */
  readonly batch: { readonly max: number; readonly ageMs: number }
  readonly stallMs: number
  readonly maxFailures: number
  onDeath(exit: Exit): void
}

/** Where a decoded picture is kept. */
export interface Place {
  readonly station: Station
  readonly life: number
  readonly ticket: number
}

/** A seat with the inferences that wait for it. */
export interface Station {
  readonly seat: Seat
  readonly batcher: Batcher<number, Outcome<Sight | null>>
}

export interface Looked {
  readonly look: Look | Unseen
  readonly place: Place
}

export interface Dispatch {
  /** Rejects with what the process threw, when the picture was alone in its message. */
  together(item: LookItem, isWanted: () => boolean): Promise<Outcome<Looked>>
  /** Runs the job on the seat with the least under way, beside what it has. */
  beside<Value>(job: (station: Station) => Promise<Value>): Promise<Value>
  /** Runs the job on a seat that has nothing else to do. */
  alone<Value>(job: (station: Station) => Promise<Value>): Promise<Value>
  /** Ends everything: who waits is refused, who is under way gets a death. */
  close(reason: unknown): Promise<void>
}

/** Looks a message. */
const LOOK_BATCH = 8
/** Looks under way at one process: one message decoded, the next already there. */
const LOOK_WINDOW = 16

interface Waiting {
  readonly item: LookItem
  isWanted(): boolean
  resolve(outcome: Outcome<Looked>): void
  reject(error: unknown): void
}

/** Something that waits for a seat. */
interface Job {
  run(station: Station): Promise<void>
  refuse(reason: unknown): void
}

const gone = { ok: false, exit: null, alone: false } as const

const createStation = (
  options: DispatchOptions,
  events: { onFailure(error: GannetError): void; onChange(): void; held(seat: Seat): boolean },
): Station => {
  const { clock, batch } = options
  const seat = new Seat({ ...options, ...events })
  const batcher = createBatcher<number, Outcome<Sight | null>>({
    ...batch,
    clock,
    held: () => events.held(seat),
    async run(tickets) {
      const outcome = await seat.infer(tickets)
      return outcome.ok ? outcome.value.map((value) => ({ ok: true, value })) : tickets.map(() => outcome)
    },
  })
  return { seat, batcher }
}

export const createDispatch = (options: DispatchOptions, onFailure: (error: GannetError) => void): Dispatch => {
  const waiting: Waiting[] = []
  const suspects: Job[] = []
  const jobs: Job[] = []
  let hermit: Station | null = null
  let hermitBusy = false
  let planned = false
  let closed: { readonly reason: unknown } | null = null

  /** In a microtask, so that what was asked for in one tick travels together. */
  const plan = (): void => {
    if (planned) return
    planned = true
    queueMicrotask(() => {
      planned = false
      serve()
    })
  }

  const stations = Array.from({ length: options.size }, () =>
    createStation(options, { onFailure, onChange: plan, held: (seat) => hermit?.seat === seat }))

  const loadOf = ({ seat, batcher }: Station): number => seat.looking + batcher.size

  const leastLoaded = (among: readonly Station[]): Station | undefined =>
    among.reduce<Station | undefined>((best, one) => (best && loadOf(best) <= loadOf(one) ? best : one), undefined)

  const freeStations = (): readonly Station[] =>
    stations.filter((s) => s !== hermit && s.seat.ready && s.seat.looking < LOOK_WINDOW)

  const serve = (): void => {
    if (closed) return
    serveSuspects()
    for (const station of stations) station.batcher.kick()
    while (jobs.length > 0) {
      const station = leastLoaded(freeStations())
      if (!station) break
      void (jobs.shift() as Job).run(station)
    }
    while (waiting.length > 0) {
      const free = freeStations()
      const station = leastLoaded(free)
      if (!station) return
      const share = Math.ceil(waiting.length / free.length)
      const room = LOOK_WINDOW - station.seat.looking
      const taken = waiting.splice(0, Math.min(share, LOOK_BATCH, room)).filter((one) => {
        if (!one.isWanted()) one.resolve(gone)
        return one.isWanted()
      })
      if (taken.length > 0) void send(station, taken)
    }
  }

  const send = async (station: Station, taken: readonly Waiting[]): Promise<void> => {
    const { life } = station.seat
    try {
      const outcome = await station.seat.look(taken.map((one) => one.item))
      for (const [i, { item, resolve }] of taken.entries()) {
        const place = { station, life, ticket: item.ticket }
        resolve(outcome.ok ? { ok: true, value: { look: outcome.value[i] as Look | Unseen, place } } : outcome)
      }
    } catch (error) {
      // One of them is at fault and the others are not: each is asked for again in a message of its own.
      if (taken.length === 1) taken[0]?.reject(error)
      else for (const one of taken) void send(station, [one])
    }
  }

  const serveSuspects = (): void => {
    if (hermitBusy) return
    if (suspects.length === 0) {
      hermit = null
      return
    }
    hermit ??= leastLoaded(stations.filter((s) => s.seat.ready)) ?? null
    if (!hermit?.seat.ready || hermit.seat.load > 0) return
    const job = suspects.shift()
    hermitBusy = true
    void job?.run(hermit).finally(() => {
      hermitBusy = false
      plan()
    })
  }

  const enlist = <Value>(list: Job[], job: (station: Station) => Promise<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(closed.reason)
      list.push({ run: (station) => job(station).then(resolve, reject), refuse: reject })
      plan()
    })

  return {
    together: (item, isWanted) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(closed.reason)
        waiting.push({ item, isWanted, resolve, reject })
        plan()
      }),
    beside: (job) => enlist(jobs, job),
    alone: (job) => enlist(suspects, job),
    async close(reason) {
      if (!closed) {
        closed = { reason }
        for (const one of waiting.splice(0)) one.reject(reason)
        for (const one of [...jobs.splice(0), ...suspects.splice(0)]) one.refuse(reason)
      }
      await Promise.all(stations.map(({ seat }) => seat.close()))
      hermit = null
      for (const { batcher } of stations) batcher.kick()
    },
  }
}
