/**
 * The coordinator's eyes: one picture at a time for the caller, whatever happens to the processes
 * behind. Each picture's walk is a loop: ask; if the process died, weigh who is to blame; ask
 * again, alone if suspected. A picture decoded in a process that has died since is decoded again
 * without the caller noticing. What kills its process twice is undecodable.
 */
import { bodySize, type Body } from '../core/body.ts'
import { systemClock, type Clock } from '../core/clock.ts'
import { GannetError } from '../core/errors.ts'
import type { Look, Unseen } from '../image/look.ts'
import type { Rendition } from '../core/rendition.ts'
import type { Unrendered } from '../image/render.ts'
import type { Sight } from '../models/pack.ts'
import { createDispatch, type Place } from './dispatch.ts'
import { blameOf, CONDEMNED_AT, describeExit, type Exit } from './exit.ts'
import { createGate } from './gate.ts'
import type { Outcome, VisionHandle } from './seat.ts'
import { sha256OfBody } from './sha256-of-body.ts'
import type { Rendered, Seen, Vision } from './vision-api.ts'

export interface VisionPoolOptions {
  /** Starts a process; its `api` may be called at once. */
  spawn(): VisionHandle
  /** Whether `infer` will be asked for; without it nothing is kept of a picture. Default true. */
  readonly infers?: boolean
  /** Processes. Default 1. */
  readonly size?: number
  /** Default: up to 32 pictures inferred together, none waiting longer than 20 ms for company. */
  readonly batch?: { readonly max: number; readonly ageMs: number }
  /**
   * Pictures under way, in a look or an inference; others wait. Default 64 a process. One that is
   * only held between the two does not count: callers who each hold one and ask for another would
   * wait for each other for ever. What is held is bounded by the process, which forgets the oldest;
   * it is then decoded again.
   */
  readonly room?: number
  /** Renditions being made at once; others wait. Default `RENDERS_A_PROCESS` a process. */
  readonly renders?: number
  /** Time without an answer after which a process is killed, in milliseconds. Default two minutes. */
  readonly stallMs?: number
  readonly clock?: Clock
  /** For the log: a process died (and is being replaced). */
  readonly onDeath?: (what: string) => void
}

/** Half of the decodings that a process makes side by side: looks always find room beside renditions. */
export const RENDERS_A_PROCESS = 2

/** A picture's way through the pool. */
interface Picture {
  readonly body: Body
  place: Place | null
  /** To be asked for alone. */
  suspect: boolean
  /** Grows with deaths that it was alone with. */
  blame: number
  /** Inferences that ended in a death or found the picture forgotten. */
  setbacks: number
  wanted: boolean
}

const MAX_FAILURES = 5
/** Condemned in a row, with nothing decoded in between: then it is not the pictures. */
const MAX_CONDEMNED = 8
/** Setbacks after which an inference is made alone. */
const ALONE_AFTER = 2

const drained = (why: string): GannetError => new GannetError('drained', why)

/** Rejects as soon as the signal aborts; the work itself goes on and is the caller's to clear up. */
const orAbort = <Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> =>
  !signal ? work : new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })

export const createVisionPool = (options: VisionPoolOptions): Vision => {
  const { spawn, size = 1, batch = { max: 32, ageMs: 20 }, stallMs = 120_000, clock = systemClock } = options
  const { room = 64 * size, renders = Math.max(1, RENDERS_A_PROCESS * size), onDeath } = options
  const gate = createGate(room)
  const renderGate = createGate(renders)
  let lastTicket = 0
  let condemnedInRow = 0
  let ended: GannetError | null = null

  const dispatch = createDispatch(
    {
      spawn,
      size,
      clock,
      batch,
      stallMs,
      maxFailures: MAX_FAILURES,
      onDeath: (exit) => onDeath?.(`a vision process died: ${describeExit(exit)}`),
    },
    // A process that cannot even be spawned fails before `dispatch` has its value.
    (error) => queueMicrotask(() => void end(error)),
  )

  const end = (error: GannetError): Promise<void> => {
    ended ??= error
    gate.close(ended)
    renderGate.close(ended)
    return dispatch.close(ended)
  }

  const goOn = (picture: Picture): void => {
    if (ended) throw ended
    if (!picture.wanted) throw drained('the picture was released while it was under way')
  }

  /** @returns whether the picture is guilty */
  const accuse = (picture: Pick<Picture, 'blame'>, exit: Exit | null, alone: boolean): boolean => {
    if (exit && alone) picture.blame += blameOf(exit)
    if (picture.blame < CONDEMNED_AT) return false
    condemnedInRow++
    if (condemnedInRow >= MAX_CONDEMNED) {
      void end(new GannetError(
        'role-failing',
        `${condemnedInRow} pictures in a row ended the vision process, and none was decoded in between: ` +
          'the decoder itself may be broken; try gannet doctor',
      ))
    }
    return true
  }

  const guilt = (exit: Exit): string => `ended its decoder each time it was tried alone; the last time ${describeExit(exit)}`

  const condemn = async ({ body }: Picture, exit: Exit): Promise<Unseen> => ({
    ok: false,
    reason: 'undecodable',
    detail: guilt(exit),
    bytes: bodySize(body),
    sha256: await sha256OfBody(body),
  })

  const itemOf = ({ body }: Picture) => ({ ticket: ++lastTicket, body, keep: options.infers ?? true })

  const askToLook = (picture: Picture): Promise<Outcome<{ look: Look | Unseen; place: Place }>> => {
    const item = itemOf(picture)
    if (!picture.suspect) return dispatch.together(item, () => picture.wanted)
    return dispatch.alone(async (station) => {
      const { life } = station.seat
      const outcome = await station.seat.look([item])
      if (!outcome.ok) return outcome
      return { ok: true, value: { look: outcome.value[0] as Look | Unseen, place: { station, life, ticket: item.ticket } } }
    })
  }

  const lookAt = async (picture: Picture): Promise<Look | Unseen> => {
    for (;;) {
      goOn(picture)
      const outcome = await askToLook(picture)
      if (outcome.ok) {
        const { look, place } = outcome.value
        condemnedInRow = 0
        picture.suspect = false
        picture.place = look.ok ? place : null
        return look
      }
      if (accuse(picture, outcome.exit, outcome.alone)) return await condemn(picture, outcome.exit as Exit)
      if (outcome.exit) picture.suspect = true
    }
  }

  /** Both steps in one turn: between two turns the process could die of someone else. */
  const inferAlone = (picture: Picture): Promise<Outcome<Sight | null>> =>
    dispatch.alone(async ({ seat }) => {
      const item = itemOf(picture)
      const looked = await seat.look([item])
      if (!looked.ok) return looked
      const seen = await seat.infer([item.ticket])
      return seen.ok ? { ok: true, value: seen.value[0] ?? null } : seen
    })

  const inferAt = async (picture: Picture): Promise<Sight> => {
    for (;;) {
      goOn(picture)
      const alone = picture.setbacks >= ALONE_AFTER
      const { place } = picture
      let outcome: Outcome<Sight | null>
      if (alone) outcome = await inferAlone(picture)
      else if (place && place.station.seat.life === place.life) {
        picture.place = null
        outcome = await place.station.batcher.add(place.ticket)
      } else {
        const look = await lookAt(picture)
        if (look.ok) continue
        throw new GannetError('role-died', `a picture could not be decoded a second time: ${look.detail}; try it again`)
      }
      if (outcome.ok && outcome.value) return outcome.value
      const guilty = !outcome.ok && accuse(picture, outcome.exit, outcome.alone)
      // Forgotten even though it was alone: decoding it again failed, or the process lost it.
      if (guilty || (alone && outcome.ok)) {
        throw new GannetError('role-died', 'a picture ended its vision process whenever it was inferred; try it again later')
      }
      picture.setbacks++
    }
  }

  const renderAt = async (original: Body, rendition: Rendition): Promise<Rendered | Unrendered> => {
    const picture = { blame: 0 }
    for (let isSuspect = false; ; ) {
      if (ended) throw ended
      const outcome: Outcome<Rendered | Unrendered> = await (isSuspect ? dispatch.alone : dispatch.beside)(({ seat }) => seat.render(original, rendition))
      if (outcome.ok) {
        condemnedInRow = 0
        return outcome.value
      }
      if (accuse(picture, outcome.exit, outcome.alone)) return { ok: false, reason: 'undecodable', detail: guilt(outcome.exit as Exit) }
      isSuspect ||= outcome.exit !== null
    }
  }

  const forget = (picture: Picture): void => {
    picture.wanted = false
    const { place } = picture
    picture.place = null
    if (place && place.station.seat.life === place.life) place.station.seat.drop(place.ticket)
  }

  const inRoom = async <Value>(work: () => Promise<Value>, signal?: AbortSignal): Promise<Value> => {
    const leave = await gate.enter(signal)
    const working = work()
    working.then(leave, leave)
    return await orAbort(working, signal)
  }

  const seenOf = (picture: Picture, look: Look | Unseen): Seen => {
    let inferring: Promise<Sight> | null = null
    return {
      look,
      async infer() {
        if (!look.ok) throw new GannetError('internal', 'a picture that was not decoded cannot be inferred: ask look.ok first')
        if (!picture.wanted) throw drained('the picture was released before it was inferred')
        inferring ??= inRoom(() => inferAt(picture))
        return await inferring
      },
      release: () => forget(picture),
    }
  }

  return {
    async look(body, { signal } = {}) {
      const picture: Picture = { body, place: null, suspect: false, blame: 0, setbacks: 0, wanted: true }
      const looking = async () => {
        const look = await lookAt(picture)
        // The caller has gone in the meantime: nobody would release it.
        if (!picture.wanted) forget(picture)
        return look
      }
      try {
        return seenOf(picture, await inRoom(looking, signal))
      } catch (error) {
        forget(picture)
        throw error
      }
    },
    async render(original, rendition, { signal } = {}) {
      const leave = await renderGate.enter(signal)
      return await renderAt(original, rendition).finally(leave)
    },
    close: () => end(drained('the vision pool was closed')),
  }
}
