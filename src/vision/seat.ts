/**
 * One place in the pool, and the processes that sit on it one after another.
 *
 * resting → starting → ready → (death) → starting …
 * A process is ready once it has answered an empty inference, and so has loaded its models. One
 * that dies before is followed after a rest that doubles each time, and after some in a row the
 * seat gives up: something is wrong with the installation, not with a picture. One that dies when
 * ready is followed at once; what it had under way is told so, and whether it was alone.
 */
import type { Clock } from '../core/clock.ts'
import { GannetError } from '../core/errors.ts'
import type { Look, Unseen } from '../image/look.ts'
import type { Sight } from '../models/pack.ts'
import { describeExit, type Exit } from './exit.ts'
import type { Body } from '../core/body.ts'
import type { Rendition } from '../core/rendition.ts'
import type { Unrendered } from '../image/render.ts'
import type { LookItem, Rendered, VisionApi } from './vision-api.ts'

/** A vision process as the pool's caller starts it. */
export interface VisionHandle {
  readonly api: VisionApi
  /** Called once, when the process has ended. */
  onExit(listener: (why: Exit) => void): void
  /** Ends it for sure (SIGKILL); `onExit` follows. */
  kill(): void
}

/** A value, or the death of the process that was to give it. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false
      /** Null where the process was gone before it was asked. */
      readonly exit: Exit | null
      /** Whether the process had a single picture under way, and so whom to suspect. */
      readonly alone: boolean
    }

export interface SeatOptions {
  spawn(): VisionHandle
  readonly clock: Clock
  /** Longest time without an answer before the process is killed, in milliseconds. */
  readonly stallMs: number
  /** Deaths before readiness, in a row, after which the seat gives up. */
  readonly maxFailures: number
  /** It is ready, or one of its calls has ended. */
  onChange(): void
  onDeath(exit: Exit): void
  /** It cannot work at all. */
  onFailure(error: GannetError): void
}

const REST_MS = 100
const MAX_REST_MS = 5000

interface Call {
  readonly pictures: number
  die(outcome: Outcome<never>): void
}

export class Seat {
  readonly #options: SeatOptions
  readonly #calls = new Set<Call>()
  readonly #closing = new AbortController()
  #process: VisionHandle | null = null
  #ready = false
  #failures = 0
  #stalled = false
  #drops: number[] = []
  #ended: () => void = () => undefined
  #end: Promise<void> = Promise.resolve()
  #life = 0
  #looking = 0
  #inferring = 0

  constructor(options: SeatOptions) {
    this.#options = options
    this.#start()
  }

  get ready(): boolean {
    return this.#ready
  }

  /** Counts the processes; a ticket is good for the life it was given in. */
  get life(): number {
    return this.#life
  }

  /** Pictures being decoded: looked at, or rendered. */
  get looking(): number {
    return this.#looking
  }

  /** Pictures under way. */
  get load(): number {
    return this.#looking + this.#inferring
  }

  async look(items: readonly LookItem[]): Promise<Outcome<readonly (Look | Unseen)[]>> {
    this.#looking += items.length
    return await this.#call(items.length, (api) => api.look(items)).finally(() => {
      this.#looking -= items.length
      this.#options.onChange()
    })
  }

  async render(original: Body, rendition: Rendition): Promise<Outcome<Rendered | Unrendered>> {
    this.#looking++
    return await this.#call(1, (api) => api.render(original, rendition)).finally(() => {
      this.#looking--
      this.#options.onChange()
    })
  }

  async infer(tickets: readonly number[]): Promise<Outcome<readonly (Sight | null)[]>> {
    this.#inferring += tickets.length
    return await this.#call(tickets.length, (api) => api.infer(tickets)).finally(() => {
      this.#inferring -= tickets.length
      this.#options.onChange()
    })
  }

  /** Several in one tick travel together. */
  drop(ticket: number): void {
    if (this.#drops.push(ticket) > 1) return
    queueMicrotask(() => {
      const tickets = this.#drops
      this.#drops = []
      // A process that is gone has dropped them already.
      this.#process?.api.drop(tickets).catch(() => undefined)
    })
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#process?.kill()
    await this.#end
  }

  #start(): void {
    const { spawn, onFailure } = this.#options
    this.#life++
    this.#stalled = false
    let handle: VisionHandle
    try {
      handle = spawn()
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      onFailure(new GannetError('role-failing', `the vision process cannot be started: ${why}`, { cause }))
      return
    }
    this.#process = handle
    this.#end = new Promise((resolve) => {
      this.#ended = resolve
    })
    handle.onExit((why) => this.#died(handle, why))
    this.#call(0, (api) => api.infer([])).then(
      (outcome) => {
        if (!outcome.ok || this.#process !== handle) return
        this.#ready = true
        this.#failures = 0
        this.#options.onChange()
      },
      (error: unknown) => onFailure(asFailure(error)),
    )
  }

  /** Rejects with what the process threw; its death is an outcome. */
  #call<Value>(pictures: number, run: (api: VisionApi) => Promise<Value>): Promise<Outcome<Value>> {
    const handle = this.#process
    if (!handle || (pictures > 0 && !this.#ready)) return Promise.resolve({ ok: false, exit: null, alone: false })
    const { clock, stallMs } = this.#options
    const answered = new AbortController()
    clock.until(clock.now() + stallMs, answered.signal).then(() => this.#kill(handle), () => undefined)
    return new Promise((resolve, reject) => {
      const finish = () => {
        answered.abort()
        this.#calls.delete(call)
      }
      const call: Call = {
        pictures,
        die: (outcome) => {
          finish()
          resolve(outcome)
        },
      }
      this.#calls.add(call)
      run(handle.api).then(
        (value) => {
          finish()
          resolve({ ok: true, value })
        },
        (error: unknown) => {
          // The channel has closed: the exit says more, and is made sure of.
          if (GannetError.is(error, 'role-died')) return handle.kill()
          finish()
          reject(error)
        },
      )
    })
  }

  #kill(handle: VisionHandle): void {
    if (this.#process !== handle) return
    this.#stalled = true
    handle.kill()
  }

  #died(handle: VisionHandle, why: Exit): void {
    if (this.#process !== handle) return
    const wasReady = this.#ready
    const exit: Exit = this.#stalled ? { ...why, stalled: true } : why
    this.#process = null
    this.#ready = false
    const calls = [...this.#calls]
    const alone = calls.reduce((sum, call) => sum + call.pictures, 0) === 1
    for (const call of calls) call.die({ ok: false, exit, alone })
    this.#ended()
    if (this.#closing.signal.aborted) return
    this.#options.onDeath(exit)
    if (wasReady) this.#start()
    else this.#rest(exit)
  }

  #rest(exit: Exit): void {
    const { clock, maxFailures, onFailure } = this.#options
    this.#failures++
    if (this.#failures >= maxFailures) {
      onFailure(new GannetError(
        'role-failing',
        `the vision process died ${this.#failures} times in a row before it could work (${describeExit(exit)}); ` +
          `${exit.words?.trim() ? `its last words: ${exit.words.trim()}` : 'it said nothing'}; try gannet doctor`,
      ))
      return
    }
    const restMs = Math.min(REST_MS * 2 ** (this.#failures - 1), MAX_REST_MS)
    clock.until(clock.now() + restMs, this.#closing.signal).then(() => this.#start(), () => undefined)
  }
}

const asFailure = (error: unknown): GannetError =>
  GannetError.is(error) ? error
  : new GannetError('role-failing', `the vision process cannot work: ${String(error)}`, { cause: error })
