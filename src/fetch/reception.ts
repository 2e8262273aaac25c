/**
 * Receives the answer to one request, under every deadline. Written on undici's dispatch, which is
 * several times faster than its fetch. Only a successful answer's body is collected; that of any
 * other is let run out for a moment (so that the connection can be used again) and then cut off.
 *
 * waiting → (headers) → collecting → arrived; at any point refused, or in trouble of our own. A
 * body that is cut off when most of it may be asked for again is handed on as a part.
 */
import type { Dispatcher } from 'undici'
import type { Body } from '../core/body.ts'
import { MAX_TIMER_MS } from '../core/clock.ts'
import { GannetError, systemCode } from '../core/errors.ts'
import { judgeStatus, validatorOf, type Misfit, type Promised } from './answer-head.ts'
import { BodyIntake } from './body-intake.ts'
import { BodySink } from './body-sink.ts'
import { whyUndecoded } from './coding-error.ts'
import { createDecoder, type Decoder } from './content-decoding.ts'
import type { FetchOptions } from './fetch-options.ts'
import type { OriginPools } from './origin-pools.ts'
import { PART_BYTES, headerOf, type Answer, type Hop, type Objection, type PartialBody, type ResponseHeaders } from './visit-layer.ts'
import { isReset, whyFailed } from './why-failed.ts'

/** Of an answer that is not wanted, in bytes and milliseconds: what a kept connection is worth. */
const REST_BYTES = 64 * 1024
const REST_MS = 2_000

export interface ReceptionParts {
  readonly options: FetchOptions
  readonly pools: OriginPools
  /** Aborted when the grabber closes: visits then reject with `drained`. */
  readonly closing: AbortSignal
}

export const drained = (): GannetError =>
  new GannetError('drained', 'the grabber is closing: ask again once it is back')

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`

export class Reception implements Dispatcher.DispatchHandler {
  readonly #hop: Hop
  readonly #parts: ReceptionParts
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (error: unknown) => void
  #controller: Dispatcher.DispatchController | null = null
  #timer: NodeJS.Timeout
  #settled = false
  #sentAt = 0
  #status: number | null = null
  #headers: ResponseHeaders = {}
  #latencyMs: number | null = null
  #sink: BodySink | null
  #intake: BodyIntake | null = null
  #decoder: Decoder | null = null
  #received = 0
  /** Wire bytes that this answer must bring; null when it does not say. */
  #length: number | null = null
  /** Of the whole body, when it can be asked for in parts. */
  #part: Omit<PartialBody, 'sink'> | null

  constructor(hop: Hop, parts: ReceptionParts, resolve: (answer: Answer) => void, reject: (error: unknown) => void) {
    this.#hop = hop
    this.#parts = parts
    this.#resolve = resolve
    this.#reject = reject
    this.#sink = hop.partial?.sink ?? null
    this.#part = hop.partial ?? null
    this.#timer = setTimeout(() => this.#onDeadline(), Math.max(1, parts.options.totalTimeoutMs - hop.trip.spentMs))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#settled) controller.abort(drained())
    // A broken connection makes undici send the request once more by itself; that takes new leave.
    else if (this.#sentAt > 0) this.#refuse({ reason: 'truncated', detail: 'the connection was closed before an answer' }, true)
    else this.#sentAt = performance.now()
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    // Informational answers (103 Early Hints, say) come before the one that counts.
    if (this.#settled || status < 200) return
    this.#latencyMs = performance.now() - this.#sentAt
    this.#status = status
    this.#headers = headers
    const promised = judgeStatus(status, headers, this.#hop.partial ?? null)
    if ('reason' in promised) return this.#refuse(promised)
    for (const screen of this.#hop.screens) {
      const objection = screen.headers?.(headers)
      if (objection) return this.#refuse(objection)
    }
    this.#collect(promised)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.length
    this.#hop.trip.wireBytes += chunk.length
    if (this.#settled) {
      if (this.#received > REST_BYTES) controller.abort(drained())
    } else if (!this.#decoder) this.#take(chunk)
    else if (this.#intake && this.#received > this.#intake.cap()) this.#refuse(this.#intake.tooLarge())
    else if (!this.#decoder.input.write(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    if (this.#settled) return clearTimeout(this.#timer)
    if (this.#length !== null && this.#received !== this.#length) {
      return this.#refuse({ reason: 'truncated', detail: `${this.#received} bytes came of ${this.#length} announced` })
    }
    if (this.#decoder) this.#decoder.input.end()
    else this.#finish()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settled) return clearTimeout(this.#timer)
    if (this.#parts.closing.aborted) return this.#trouble(drained())
    if (systemCode(error) === 'UND_ERR_INVALID_ARG') {
      return this.#trouble(new GannetError('internal', `cannot ask for ${this.#hop.url.href}: ${error.message}`, { cause: error }))
    }
    const begun = this.#status !== null
    const stage = begun ? 'answered' : this.#sentAt > 0 ? 'asked' : 'connecting'
    const objection = whyFailed(error, stage, this.#parts.options)
    this.#refuse(objection, !begun && isReset(error) && this.#parts.pools.wasReused(error))
  }

  /** A body that comes fast enough may take longer: large originals are what this is all for. */
  #onDeadline(): void {
    const { totalTimeoutMs, minSpeed } = this.#parts.options
    const { spentMs, wireBytes } = this.#hop.trip
    const spent = spentMs + (this.#sentAt > 0 ? performance.now() - this.#sentAt : totalTimeoutMs)
    const allowed = totalTimeoutMs + (wireBytes * 1000) / minSpeed
    // Less than a second more would only be asked for again and again.
    if (allowed - spent >= 1000) this.#timer = setTimeout(() => this.#onDeadline(), Math.min(MAX_TIMER_MS, allowed - spent))
    else {
      this.#part = null
      this.#refuse({ reason: 'timeout', detail: `not complete after ${seconds(Math.max(totalTimeoutMs, spent))}` })
    }
  }

  #collect({ length, resumed }: Promised): void {
    const { options } = this.#parts
    const headers = this.#headers
    const { kind } = this.#hop.trip
    const earlier = this.#sink
    // The whole came where a part was asked for: the file has changed, or parts are not to be had.
    if (earlier && !resumed) void earlier.discard()
    const sink = earlier && resumed ? earlier : new BodySink(options.spoolDir)
    this.#sink = sink
    this.#length = length
    if (kind !== 'robots' && length !== null && sink.size + length > options.maxBody) {
      return this.#refuse({ reason: 'too-large', detail: `${sink.size + length} bytes are announced, more than --max-body` })
    }
    const coding = headerOf(headers, 'content-encoding')
    const decoder = createDecoder(coding, {
      maxBytes: Math.max(options.maxBody, options.maxPage), onNote: (note) => this.#hop.trip.notes.add(note),
      mayBeGzip: kind === 'page' && isGzipFile(this.#hop.url, headers),
    })
    if (decoder === 'unknown') return this.#refuse({ reason: 'undecodable', detail: `encoded as ${coding?.slice(0, 100)}` })
    if (!resumed) this.#part = decoder ? null : partOf(headers, length)
    this.#intake = new BodyIntake(this.#hop, headers, options, sink)
    sink.attach(() => this.#goOn(), (error) => this.#trouble(error))
    if (decoder) this.#decode(decoder)
  }

  #goOn(): void {
    if (this.#decoder) this.#decoder.output.resume()
    this.#controller?.resume()
  }

  #decode(decoder: Decoder): void {
    this.#decoder = decoder
    decoder.input.on('drain', () => this.#controller?.resume())
    decoder.output.on('data', (chunk: Buffer) => {
      if (!this.#settled) this.#take(chunk)
    })
    decoder.output.once('end', () => this.#finish())
    decoder.output.once('error', (error) => this.#refuse(whyUndecoded(error)))
  }

  #take(chunk: Buffer): void {
    const taken = this.#intake?.take(chunk)
    if (taken === undefined || taken === 'go') return
    if (taken === 'full') this.#finish()
    else if (taken !== 'wait') this.#refuse(taken)
    else if (this.#decoder) this.#decoder.output.pause()
    else this.#controller?.pause()
  }

  #finish(): void {
    const sink = this.#sink
    if (this.#settled || !sink || !this.#intake) return
    const objection = this.#intake.finish()
    if (objection) return this.#refuse(objection)
    if (this.#hop.partial && this.#part && sink.size !== this.#part.total) {
      return this.#refuse({ reason: 'truncated', detail: `${sink.size} bytes came of ${this.#part.total}` })
    }
    this.#settle()
    const head = sink.head()
    const body = sink.end()
    if (body instanceof Promise) void body.then((written) => this.#arrive(written, sink, head))
    else this.#arrive(body, sink, head)
  }

  #arrive(body: Body, sink: BodySink, head: Uint8Array): void {
    const status = this.#status as number
    this.#resolve({
      ok: true, url: this.#hop.url, headers: this.#headers, body, head, bytes: sink.size, ...this.#seen(),
      status: this.#hop.partial && status === 206 ? 200 : status,
    })
  }

  #seen(): { readonly latencyMs: number | null; readonly address: string | null } {
    const dialled = this.#parts.pools.lately(this.#hop.url)
    if (dialled?.unverified) {
      this.#hop.trip.notes.add(`the certificate of ${this.#hop.url.host} was not verified (${dialled.unverified}), as --insecure-host says`)
    }
    return { latencyMs: this.#latencyMs, address: dialled?.address ?? null }
  }

  #settle(): void {
    this.#settled = true
    clearTimeout(this.#timer)
    if (this.#sentAt > 0) this.#hop.trip.spentMs += performance.now() - this.#sentAt
  }

  #refuse(objection: Objection | Misfit, stale = false): void {
    if (this.#settled) return
    this.#settle()
    const partial = this.#partial(objection)
    this.#giveUp(partial !== null, () => {
      this.#resolve({
        ok: false, ...objection, status: this.#status, headers: this.#headers, ...this.#seen(),
        ...(stale && { stale }), ...(partial && { partial }),
        ...(this.#status === null && objection.reason === 'truncated' && { broken: true }),
        ...(this.#status === null && objection.reason === 'timeout' && this.#sentAt > 0 && { mute: true }),
      })
    })
  }

  /** What has come, when the rest is worth asking for. */
  #partial({ reason }: Objection): PartialBody | null {
    if (!this.#sink || !this.#part) return null
    const cutOff = reason === 'timeout' || reason === 'truncated' || (reason === 'unresolvable' && this.#status === null)
    const fits = this.#sink.size >= PART_BYTES && this.#sink.size < this.#part.total
    return cutOff && fits && (this.#status === null || this.#intake !== null) ? { sink: this.#sink, ...this.#part } : null
  }

  #trouble(error: GannetError): void {
    if (!this.#settled) this.#settle()
    this.#giveUp(false, () => this.#reject(error))
  }

  /** A short rest of an unwanted answer is let run out; anything begun in earnest is cut off. */
  #giveUp(keep: boolean, then: () => void): void {
    this.#decoder?.input.destroy()
    this.#decoder?.output.destroy()
    const controller = this.#controller
    if (controller && !this.#intake && this.#status !== null) {
      this.#timer = setTimeout(() => controller.abort(drained()), REST_MS)
    } else controller?.abort(drained())
    const discarded = keep ? undefined : this.#sink?.discard()
    if (discarded) void discarded.then(then)
    else then()
  }
}

const GZIP_TYPE = /^\s*application\/(?:x-)?gzip\b/i

/** A sitemap in gzip, by its name or type. */
const isGzipFile = ({ pathname }: URL, headers: ResponseHeaders): boolean =>
  /\.gz$/i.test(pathname.slice(-3)) || GZIP_TYPE.test((headerOf(headers, 'content-type') ?? '').slice(0, 100))

/** Whether the rest could be asked for, should this answer be cut off. */
const partOf = (headers: ResponseHeaders, length: number | null): Omit<PartialBody, 'sink'> | null => {
  const validator = validatorOf(headers)
  const ranges = /(?:^|,)\s*bytes\s*(?:,|$)/i.test((headerOf(headers, 'accept-ranges') ?? '').slice(0, 100))
  return validator !== null && ranges && length !== null ? { validator, total: length } : null
}
