/**
 * The innermost step of a visit: one request, its answer received under every limit. Written on
 * undici's dispatch, which is several times faster than its fetch. Only a successful answer's
 * body is collected; that of any other is let run out for a moment (so that the connection can
 * be used again) and then cut off.
 */
import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Body } from '../core/body.ts'
import { GannetError, systemCode } from '../core/errors.ts'
import { BodySink, HEAD_BYTES } from './body-sink.ts'
import { createDecoder } from './content-decoding.ts'
import type { FetchOptions } from './fetch-options.ts'
import type { OriginPools } from './origin-pools.ts'
import { looksLikeImage } from './sniff.ts'
import { headerOf, type Answer, type Hop, type Next, type Objection, type ResponseHeaders } from './visit-layer.ts'
import { isReset, whyFailed } from './why-failed.ts'

/** RFC 9309 §2.5 asks for at least 500 KiB; what follows is not read. */
export const ROBOTS_BYTES = 512 * 1024
/** Of an answer that is not wanted, in bytes and milliseconds: what a kept connection is worth. */
const REST_BYTES = 64 * 1024
const REST_MS = 2_000

export interface SendParts {
  readonly options: FetchOptions
  readonly pools: OriginPools
  /** Aborted when the grabber closes: visits then reject with `drained`. */
  readonly closing: AbortSignal
}

export const drained = (): GannetError =>
  new GannetError('drained', 'the grabber is closing: ask again once it is back')

/** Not: no content, reset content, and a part of what nobody asked a part of. */
const isSuccess = (status: number): boolean => status >= 200 && status < 300 && !(status >= 204 && status <= 206)
const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`

class Reception implements Dispatcher.DispatchHandler {
  readonly #hop: Hop
  readonly #parts: SendParts
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (error: unknown) => void
  #controller: Dispatcher.DispatchController | null = null
  #timer: NodeJS.Timeout
  #settled = false
  #sentAt = 0
  #status: number | null = null
  #headers: ResponseHeaders = {}
  #latencyMs: number | null = null
  #sink: BodySink | null = null
  #decoder: Duplex | null = null
  #received = 0

  constructor(hop: Hop, parts: SendParts, resolve: (answer: Answer) => void, reject: (error: unknown) => void) {
    this.#hop = hop
    this.#parts = parts
    this.#resolve = resolve
    this.#reject = reject
    const { totalTimeoutMs } = parts.options
    this.#timer = setTimeout(() => {
      this.#refuse({ reason: 'timeout', detail: `not complete after ${seconds(totalTimeoutMs)}` })
    }, Math.max(1, totalTimeoutMs - hop.trip.spentMs))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#settled) controller.abort(drained())
    else this.#sentAt = performance.now()
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    // Informational answers (103 Early Hints, say) come before the one that counts.
    if (this.#settled || status < 200) return
    this.#latencyMs = performance.now() - this.#sentAt
    this.#status = status
    this.#headers = headers
    if (!isSuccess(status)) return this.#refuse({ reason: 'http-status', detail: `status ${status}` })
    for (const screen of this.#hop.screens) {
      const objection = screen.headers?.(headers)
      if (objection) return this.#refuse(objection)
    }
    const announced = Number(headerOf(headers, 'content-length') ?? NaN)
    const cap = this.#hop.trip.kind === 'robots' ? Infinity : this.#parts.options.maxBody
    if (announced > cap) return this.#refuse({ reason: 'too-large', detail: `${announced} bytes are announced, more than --max-body` })
    const decoder = createDecoder(headerOf(headers, 'content-encoding'))
    if (decoder === 'unknown') {
      return this.#refuse({ reason: 'undecodable', detail: `encoded as ${headerOf(headers, 'content-encoding')}` })
    }
    this.#sink = new BodySink(this.#parts.options.spoolDir, () => this.#goOn(), (error) => this.#trouble(error))
    if (decoder) this.#decode(decoder)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.length
    this.#hop.trip.wireBytes += chunk.length
    if (this.#settled) {
      if (this.#received > REST_BYTES) controller.abort(drained())
      return
    }
    if (!this.#decoder) this.#take(chunk)
    else if (this.#received > this.#cap()) this.#refuseTooLarge()
    else if (!this.#decoder.write(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    if (this.#settled) return clearTimeout(this.#timer)
    if (this.#decoder) this.#decoder.end()
    else this.#finish()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settled) return clearTimeout(this.#timer)
    if (this.#parts.closing.aborted) return this.#trouble(drained())
    if (systemCode(error) === 'UND_ERR_INVALID_ARG') {
      return this.#trouble(new GannetError('internal', `cannot ask for ${this.#hop.url.href}: ${error.message}`, { cause: error }))
    }
    const begun = this.#status !== null
    const objection = whyFailed(error, begun, this.#parts.options)
    this.#refuse(objection, !begun && isReset(error) && this.#parts.pools.wasReused(error))
  }

  #goOn(): void {
    if (this.#decoder) this.#decoder.resume()
    this.#controller?.resume()
  }

  #decode(decoder: Duplex): void {
    this.#decoder = decoder
    decoder.on('drain', () => this.#controller?.resume())
    decoder.on('data', (chunk: Buffer) => {
      if (!this.#settled) this.#take(chunk)
    })
    decoder.once('end', () => this.#finish())
    decoder.once('error', (error) => {
      const short = systemCode(error) === 'Z_BUF_ERROR'
      this.#refuse({ reason: short ? 'truncated' : 'undecodable', detail: `its encoding is broken (${error.message})` })
    })
  }

  /** Only once enough has come is it known whether a page's address led to a picture. */
  #cap(): number {
    const { kind } = this.#hop.trip
    const { maxBody, maxPage } = this.#parts.options
    if (kind === 'robots') return ROBOTS_BYTES
    if (kind === 'image' || maxBody === maxPage) return maxBody
    return looksLikeImage(this.#sink?.head() ?? new Uint8Array()) ? maxBody : maxPage
  }

  #refuseTooLarge(): void {
    const cap = this.#cap()
    const flag = cap === this.#parts.options.maxBody ? '--max-body' : '--max-page'
    this.#refuse({ reason: 'too-large', detail: `more than ${cap} bytes, the limit of ${flag}` })
  }

  #take(chunk: Buffer): void {
    const sink = this.#sink
    if (!sink) return
    const { maxBody, maxPage } = this.#parts.options
    if (sink.size + chunk.length > Math.min(maxBody, maxPage, ROBOTS_BYTES)) {
      const room = this.#cap() - sink.size
      if (chunk.length > room) {
        if (this.#hop.trip.kind !== 'robots') return this.#refuseTooLarge()
        sink.write(chunk.subarray(0, room))
        return this.#finish()
      }
    }
    if (sink.wouldSpool(chunk.length)) {
      const head = sink.size >= HEAD_BYTES ? sink.head() : Buffer.concat([sink.head(), chunk]).subarray(0, HEAD_BYTES)
      const objection = this.#screenHead(head, false)
      if (objection) return this.#refuse(objection)
    }
    if (!sink.write(chunk)) {
      if (this.#decoder) this.#decoder.pause()
      else this.#controller?.pause()
    }
  }

  #screenHead(head: Uint8Array, whole: boolean): Objection | null {
    for (const screen of this.#hop.screens) {
      const objection = screen.head?.(head, this.#headers, whole)
      if (objection) return objection
    }
    return null
  }

  #finish(): void {
    const sink = this.#sink
    if (this.#settled || !sink || this.#status === null) return
    const head = sink.head()
    const objection = this.#screenHead(head, sink.size <= head.length)
    if (objection) return this.#refuse(objection)
    this.#settle()
    const body = sink.end()
    if (body instanceof Promise) void body.then((written) => this.#arrive(written, sink, head))
    else this.#arrive(body, sink, head)
  }

  #arrive(body: Body, sink: BodySink, head: Uint8Array): void {
    this.#resolve({
      ok: true, url: this.#hop.url, status: this.#status as number, headers: this.#headers,
      latencyMs: this.#latencyMs, body, head, bytes: sink.size,
    })
  }

  #settle(): void {
    this.#settled = true
    clearTimeout(this.#timer)
    if (this.#sentAt > 0) this.#hop.trip.spentMs += performance.now() - this.#sentAt
  }

  #refuse(objection: Objection, stale = false): void {
    if (this.#settled) return
    this.#settle()
    this.#giveUp(() => {
      this.#resolve({
        ok: false, ...objection, status: this.#status, headers: this.#headers, latencyMs: this.#latencyMs,
        ...(stale && { stale }),
      })
    })
  }

  #trouble(error: GannetError): void {
    if (!this.#settled) this.#settle()
    this.#giveUp(() => this.#reject(error))
  }

  /** A short rest of an unwanted answer is let run out; anything begun in earnest is cut off. */
  #giveUp(then: () => void): void {
    this.#decoder?.destroy()
    const controller = this.#controller
    if (controller && !this.#sink && this.#status !== null) {
      this.#timer = setTimeout(() => controller.abort(drained()), REST_MS)
    } else controller?.abort(drained())
    const discarded = this.#sink?.discard()
    if (discarded) void discarded.then(then)
    else then()
  }
}

export const createSend = (parts: SendParts): Next => (hop) =>
  new Promise((resolve, reject) => {
    if (parts.closing.aborted) return reject(drained())
    const { url, headers } = hop
    parts.pools.of(url).dispatch(
      { origin: url.origin, path: `${url.pathname}${url.search}`, method: 'GET', headers },
      new Reception(hop, parts, resolve, reject),
    )
  })
