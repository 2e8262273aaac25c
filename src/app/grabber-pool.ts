/**
 * The grabber processes of a task server as one: a visit goes to the process with most spare room. One that dies is
 * started again (role-process.ts), one that no longer answers is killed first; one that has grown too large takes no
 * more, and is replaced when its visits are over.
 */
import { GannetError } from '../core/errors.ts'
import type { Remote } from '../core/rpc.ts'
import { sleeps as sleepsOfProcess } from '../core/sleeps.ts'
import type { GrabberApi } from '../fetch/grabber-api.ts'
import type { StandingRole } from './role-process.ts'

export interface GrabberPool {
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
}

const LOOK_EVERY_MS = 5_000
const PATIENCE = 'no answer'

export const createGrabberPool = ({ size, raise, mostBytes = 1e9, stallMs = 30_000, sleeps = sleepsOfProcess }: GrabberPoolOptions): GrabberPool => {
  const seats = Array.from({ length: size }, (): Seat => ({ role: raise(), visits: 0, retiring: false }))

  const replaceIdle = (seat: Seat): void => {
    if (!seat.retiring || seat.visits > 0) return
    seat.retiring = false
    seat.role.kill()
  }

  const choose = (): Seat => {
    const open = seats.filter((seat) => !seat.retiring)
    return (open.length > 0 ? open : seats).reduce((best, seat) => (seat.visits < best.visits ? seat : best))
  }

  const visit = async <Result>(call: (api: Remote<GrabberApi>) => Promise<Result>): Promise<Result> => {
    const seat = choose()
    seat.visits++
    try {
      return await call(seat.role.once<GrabberApi>(''))
    } finally {
      seat.visits--
      replaceIdle(seat)
    }
  }

  const look = async (seat: Seat): Promise<void> => {
    const slept = sleeps()
    const timer = AbortSignal.timeout(stallMs)
    try {
      const answer = await Promise.race([
        seat.role.once<GrabberHealth>('').health(),
        new Promise<typeof PATIENCE>((resolve) => timer.addEventListener('abort', () => resolve(PATIENCE), { once: true })),
      ])
      // Over a sleep of both, it is no fault of its that it was not heard.
      if (answer === PATIENCE) {
        if (sleeps() === slept) seat.role.kill()
      } else if (answer.bytes > mostBytes) seat.retiring = true
      replaceIdle(seat)
    } catch (error) {
      // Dead, and started again by then.
      if (!GannetError.is(error, 'role-died')) throw error
    }
  }
  const looks = seats.map((seat) => {
    let looking = false
    return setInterval(() => {
      if (looking) return
      looking = true
      look(seat).catch(() => undefined).finally(() => (looking = false))
    }, LOOK_EVERY_MS)
  })

  return {
    api: { visitImage: (ask) => visit((api) => api.visitImage(ask)), visitPage: (ask) => visit((api) => api.visitPage(ask)) },
    size,
    get busy() {
      return seats.filter(({ visits }) => visits > 0).length
    },
    async stop() {
      for (const timer of looks) clearInterval(timer)
      await Promise.all(seats.map(({ role }) => role.stop()))
    },
  }
}
