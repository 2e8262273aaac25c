/**
 * The limits on a body as it comes in: how many decoded bytes, and whether its beginning is what
 * was asked for. It only says what is to happen; the reception does it.
 */
import { HEAD_BYTES, type BodySink } from './body-sink.ts'
import { ROBOTS_BYTES } from './decode-robots.ts'
import type { FetchOptions } from './fetch-options.ts'
import { looksLikeImage, looksLikeList } from './sniff.ts'
import { headerOf, type Hop, type Objection, type ResponseHeaders } from './visit-layer.ts'

/** Largest sitemap by the protocol; --max-page is for pages, and those of a list are many. */
const LIST_BYTES = 50 * 1024 * 1024

/** `full`: as much as is wanted has come. `wait`: the spool is behind. */
export type Taken = 'go' | 'wait' | 'full' | Objection

export class BodyIntake {
  readonly #hop: Hop
  readonly #headers: ResponseHeaders
  readonly #options: FetchOptions
  readonly #sink: BodySink
  #screened: boolean
  /** Known once the head is whole. */
  #cap: number | null = null

  /** @param sink what is carried on has passed the screens before */
  constructor(hop: Hop, headers: ResponseHeaders, options: FetchOptions, sink: BodySink) {
    this.#hop = hop
    this.#headers = headers
    this.#options = options
    this.#sink = sink
    this.#screened = sink.size > 0
  }

  /** Only once enough has come is it known whether a page's address led to a picture, or to a list. In bytes. */
  cap(): number {
    const { kind } = this.#hop.trip
    const { maxBody, maxPage } = this.#options
    if (kind === 'robots') return ROBOTS_BYTES
    if (kind === 'image' || maxBody === maxPage) return maxBody
    if (this.#cap !== null) return this.#cap
    const head = this.#sink.head()
    const cap = looksLikeImage(head) ? maxBody
      : looksLikeList(head, headerOf(this.#headers, 'content-type')) ? Math.max(maxPage, Math.min(maxBody, LIST_BYTES))
      : maxPage
    if (head.length === HEAD_BYTES) this.#cap = cap
    return cap
  }

  tooLarge(): Objection {
    const cap = this.cap()
    const { maxBody, maxPage } = this.#options
    const limit = cap === maxBody ? 'the limit of --max-body' : cap === maxPage ? 'the limit of --max-page' : 'the limit of feeds and sitemaps'
    return { reason: 'too-large', detail: `more than ${cap} bytes, ${limit}` }
  }

  take(chunk: Buffer): Taken {
    const sink = this.#sink
    const { maxBody, maxPage } = this.#options
    if (sink.size + chunk.length > Math.min(maxBody, maxPage, ROBOTS_BYTES)) {
      const room = this.cap() - sink.size
      if (chunk.length > room) {
        if (this.#hop.trip.kind !== 'robots') return this.tooLarge()
        sink.write(chunk.subarray(0, room))
        return 'full'
      }
    }
    if (!this.#screened && sink.size + chunk.length >= HEAD_BYTES) {
      const head = sink.size === 0 ? chunk : Buffer.concat([sink.head(), chunk])
      const objection = this.#screen(head.subarray(0, HEAD_BYTES), false)
      if (objection) return objection
      this.#screened = true
    }
    return sink.write(chunk) ? 'go' : 'wait'
  }

  /** The last word on a body that has come to its end. */
  finish(): Objection | null {
    const head = this.#sink.head()
    return this.#screened && this.#sink.size > head.length ? null : this.#screen(head, this.#sink.size <= head.length)
  }

  #screen(head: Uint8Array, whole: boolean): Objection | null {
    for (const screen of this.#hop.screens) {
      const objection = screen.head?.(head, this.#headers, whole)
      if (objection) return objection
    }
    return null
  }
}
