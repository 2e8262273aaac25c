/**
 * The grabber processes of a task server as one: a visit goes to the process with most spare room. One that dies is
 * started again (role-process.ts), one that no longer answers is killed first; one that has grown too large takes no
 * more, and is replaced when its visits are over. A visit under which a process died gets one to itself: should that
 * die, too, it was the cause, unless somebody killed it.
 */
import { GannetError } from '../core/errors.ts'
import type { Remote } from '../core/rpc.ts'
import { sleeps as sleepsOfProcess } from '../core/sleeps.ts'
import type { GrabberApi } from '../fetch/grabber-api.ts'
import type { VisitAsk } from '../fetch/visit.ts'
import type { StandingRole } from './role-process.ts'

export interface GrabberPool {
  /** Visits that ask to be made alone come one at a time. @throws role-died; worker-died by the one that was the cause */
  readonly api: Remote<GrabberApi>
  /** Processes there may be, and those with a visit. */
  readonly size: number
  readonly busy: number
  stop(): Promise<void>
}

export interface GrabberPoolOptions {
  readonly size: number
  readonly raise: () => StandingRole
  /** Bytes of memory at which a process is replaced. Default 1 GB. */
  readonly mostBytes?: number
  /** A process that has not answered for so long is killed. Default 30 s. */
  readonly stallMs?: number
  /** How often this process has slept; see core/sleeps.ts. */
  readonly sleeps?: () => number
}

/** What every grabber answers beside its visits. */
export interface GrabberHealth {
  /** Bytes of memory that the process has in use. */
  health(): Promise<{ readonly bytes: number }>
}

interface Seat {
  readonly role: StandingRole
  visits: number
  /** No more for it: it is to be replaced. */
  retiring: boolean
  /** It was killed because it did not answer. */
  stalled: boolean
  readonly looks: NodeJS.Timeout
}

type Call<Result> = (api: Remote<GrabberApi>) => Promise<Result>

const LOOK_EVERY_MS = 5_000
const PATIENCE = 'no answer'
/** The process for lone visits stays so long after the last of them. */
const LONE_MS = 10_000

export const createGrabberPool = ({ size, raise, mostBytes = 1e9, stallMs = 30_000, sleeps = sleepsOfProcess }: GrabberPoolOptions): GrabberPool => {
  const replaceIdle = (seat: Seat): void => {
    if (!seat.retiring || seat.visits > 0) return
    seat.retiring = false
    seat.role.kill()
  }

  const look = async (seat: Seat): Promise<void> => {
    const slept = sleeps()
    const timer = AbortSignal.timeout(stallMs)
    try {
      const answer = await Promise.race([
        seat.role.once<GrabberHealth>('').health(),
        new Promise<typeof PATIENCE>((resolve) => timer.addEventListener('abort', () => resolve(PATIENCE), { once: true })),
      ])
      if (answer !== PATIENCE) {
        if (answer.bytes > mostBytes) seat.retiring = true
      } else if (sleeps() === slept) {
        // Over a sleep of both it would be no fault of its that it was not heard.
        seat.stalled = true
        seat.role.kill()
      }
      replaceIdle(seat)
    } catch (error) {
      // Dead, and started again by then.
      if (!GannetError.is(error, 'role-died')) throw error
    }
  }

  const open = (): Seat => {
    let looking = false
    const seat: Seat = {
      role: raise(), visits: 0, retiring: false, stalled: false,
      looks: setInterval(() => {
        if (looking) return
        looking = true
        look(seat).catch(() => undefined).finally(() => (looking = false))
      }, LOOK_EVERY_MS),
    }
    return seat
  }
  const close = async (seat: Seat): Promise<void> => {
    clearInterval(seat.looks)
    await seat.role.stop()
  }

  const seats = Array.from({ length: size }, open)
  let lone: Seat | null = null
  let idleLone: NodeJS.Timeout | undefined

  const choose = (): Seat => {
    const some = seats.filter((seat) => !seat.retiring)
    return (some.length > 0 ? some : seats).reduce((best, seat) => (seat.visits < best.visits ? seat : best))
  }

  const visit = async <Result>(seat: Seat, call: Call<Result>): Promise<Result> => {
    seat.visits++
    try {
      return await call(seat.role.once<GrabberApi>(''))
    } finally {
      seat.visits--
      replaceIdle(seat)
    }
  }

  const visitAlone = async <Result>(call: Call<Result>): Promise<Result> => {
    clearTimeout(idleLone)
    const seat = (lone ??= open())
    seat.stalled = false
    try {
      return await visit(seat, call)
    } catch (error) {
      const { signal, code } = seat.role.lastExit() ?? {}
      if (!GannetError.is(error, 'role-died') || (signal === 'SIGKILL' && !seat.stalled)) throw error
      const how = seat.stalled ? 'no answer' : (signal ?? `exit ${code}`)
      throw new GannetError('worker-died', `ended the process that worked on it, and then the one that it had to itself (${how})`)
    } finally {
      idleLone = setTimeout(() => {
        if (lone) void close(lone).catch(() => undefined)
        lone = null
      }, LONE_MS).unref()
    }
  }

  const send = <Result>({ alone = false }: VisitAsk, call: Call<Result>): Promise<Result> => (alone ? visitAlone(call) : visit(choose(), call))

  return {
    api: { visitImage: (ask) => send(ask, (api) => api.visitImage(ask)), visitPage: (ask) => send(ask, (api) => api.visitPage(ask)) },
    size,
    get busy() {
      return seats.filter(({ visits }) => visits > 0).length
    },
    async stop() {
      clearTimeout(idleLone)
      await Promise.all([...seats, ...(lone ? [lone] : [])].map(close))
    },
  }
}
