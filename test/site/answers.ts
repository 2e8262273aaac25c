/** How each switch answers a request: a table of effects over node:http, and the plain answer they disturb. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { PlannedPicture } from './gallery.ts'
import { htmlPage } from './markup.ts'
import { randomOf } from './random.ts'
import { latency, type Effect, type Switch } from './switches.ts'
import { wallClock, type Visit } from './visits.ts'

export interface Body {
  readonly type: string | null
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array>
  readonly encoding?: string
}

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly visit: Visit
  /** Path without its query, and the query's `hop`. */
  readonly path: string
  readonly hop: number
  readonly picture: PlannedPicture | null
  /** How often this path was asked for before. */
  readonly hits: number
  /** Aborted when the client goes away or the site closes. */
  readonly signal: AbortSignal
  body(): Promise<Body>
  /** The body of the picture that a wrong full shows. */
  otherFull(): Promise<Body>
  placeholder(): Promise<Body>
  /** This site's address at one of its hosts. */
  origin(host: string): string | null
  /** State of one switch, kept between requests. */
  readonly state: Map<string, number>
}

const DRIP_MS = 50
const ENDLESS_BYTES_PER_S = 50_000_000

const head = (x: Exchange, status: number, headers: Record<string, string | number>): void => {
  x.visit.status = status
  x.response.writeHead(status, headers)
}

const write = async (x: Exchange, chunk: Uint8Array): Promise<void> => {
  x.visit.bytes += chunk.length
  if (!x.response.write(chunk)) {
    await new Promise<void>((resolve) => {
      const on = (): void => {
        x.response.off('drain', on)
        x.signal.removeEventListener('abort', on)
        resolve()
      }
      x.response.once('drain', on)
      x.signal.addEventListener('abort', on, { once: true })
    })
  }
}

/** Sends the whole of a body, with its length where it is known. */
export const send = async (x: Exchange, body: Body, status = 200): Promise<void> => {
  const headers: Record<string, string | number> = {}
  if (body.type !== null) headers['content-type'] = body.type
  if (body.encoding !== undefined) headers['content-encoding'] = body.encoding
  const isHead = x.request.method === 'HEAD'
  if (body.bytes instanceof Uint8Array) {
    head(x, status, { ...headers, 'content-length': body.bytes.length })
    if (!isHead) x.visit.bytes += body.bytes.length
    x.response.end(isHead ? undefined : body.bytes)
  } else {
    head(x, status, headers)
    if (!isHead) {
      for await (const chunk of body.bytes) {
        await write(x, chunk)
        if (x.signal.aborted) return
      }
    }
    x.response.end()
  }
  x.visit.whole = true
}

export const refuse = (x: Exchange, status: number, words: string, headers: Record<string, string> = {}): Promise<void> => {
  for (const [name, value] of Object.entries(headers)) x.response.setHeader(name, value)
  return send(x, { type: 'text/plain; charset=utf-8', bytes: Buffer.from(`${words}\n`) }, status)
}

const retryAfter = (x: Exchange, until: number, form: 'seconds' | 'date'): Record<string, string> => {
  x.visit.keepAwayUntil = until
  const seconds = Math.max(1, Math.ceil((until - wallClock()) / 1000))
  // An HTTP-date knows whole seconds only (RFC 9110, 5.6.7): round up, so as not to ask for less.
  return { 'retry-after': form === 'seconds' ? String(seconds) : new Date(Math.ceil(until / 1000) * 1000).toUTCString() }
}

const whole = async (x: Exchange): Promise<{ type: string | null; bytes: Uint8Array }> => {
  const { type, bytes } = await x.body()
  if (bytes instanceof Uint8Array) return { type, bytes }
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return { type, bytes: Buffer.concat(chunks) }
}

const drip = async (x: Exchange, bytes: Uint8Array, bytesPerS: number): Promise<void> => {
  const step = Math.max(1, Math.round((bytesPerS * DRIP_MS) / 1000))
  for (let at = 0; at < bytes.length && !x.signal.aborted; at += step) {
    await write(x, bytes.subarray(at, at + step))
    await wait(DRIP_MS, undefined, { signal: x.signal }).catch(() => undefined)
  }
}

type Run<Kind extends Effect['do']> = (x: Exchange, effect: Extract<Effect, { do: Kind }>) => Promise<boolean>

/** Each returns whether the request was answered. */
const EFFECTS: { readonly [Kind in Effect['do']]: Run<Kind> } = {
  async slow(x, { medianMs, p95Ms = medianMs * 3 }) {
    const random = randomOf(`latency ${x.path} ${x.hits}`)
    const ms = latency(medianMs, p95Ms, [random(), random()])
    await wait(ms, undefined, { signal: x.signal }).catch(() => undefined)
    return x.signal.aborted
  },
  async header(x, { name, value }) {
    x.response.setHeader(name, value)
    return false
  },
  async type(x, { type }) {
    await send(x, { ...(await x.body()), type })
    return true
  },
  async 'needs-referer'(x, { status = 403 }) {
    const { referer } = x.visit
    if (referer !== null && URL.canParse(referer) && x.origin(new URL(referer).hostname) !== null) return false
    await refuse(x, status, 'Pictures are shown on our own pages only.')
    return true
  },
  async throttle(x, { requests, windowMs, retryAfterS, form = 'seconds', status = 429 }) {
    const now = wallClock()
    const shut = x.state.get('shut') ?? 0
    if (now < shut) {
      await refuse(x, status, 'Slow down, please.', retryAfter(x, shut, form))
      return true
    }
    if (now - (x.state.get('opened') ?? -Infinity) > windowMs || shut > 0) {
      x.state.set('opened', now).set('seen', 0).set('shut', 0)
    }
    const seen = (x.state.get('seen') ?? 0) + 1
    x.state.set('seen', seen)
    if (seen <= requests) return false
    x.state.set('shut', now + retryAfterS * 1000)
    await refuse(x, status, 'Slow down, please.', retryAfter(x, now + retryAfterS * 1000, form))
    return true
  },
  async burst(x, { every, length, status = 503 }) {
    const seen = x.state.get('seen') ?? 0
    x.state.set('seen', seen + 1)
    if (seen % every < every - length) return false
    await refuse(x, status, 'The server is overloaded.')
    return true
  },
  async status(x, { status, retryAfterS }) {
    const headers = retryAfterS === undefined ? {} : retryAfter(x, wallClock() + retryAfterS * 1000, 'seconds')
    await refuse(x, status, `This is a ${status}.`, headers)
    return true
  },
  async expired(x) {
    const xml = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code>' +
      '<Message>Request has expired</Message><Expires>2020-01-01T00:00:00Z</Expires></Error>'
    await send(x, { type: 'application/xml', bytes: Buffer.from(xml) }, 403)
    return true
  },
  async truncate(x, { share = 0.5 }) {
    const { type, bytes } = await whole(x)
    head(x, 200, { 'content-length': bytes.length, ...(type === null ? {} : { 'content-type': type }) })
    const part = bytes.subarray(0, Math.floor(bytes.length * share))
    x.visit.bytes += part.length
    await new Promise<void>((resolve) => {
      x.signal.addEventListener('abort', () => resolve(), { once: true })
      x.response.write(part, () => resolve())
    })
    x.response.socket?.end()
    return true
  },
  async endless(x, { bytesPerS = ENDLESS_BYTES_PER_S }) {
    const { type, bytes } = await whole(x)
    head(x, 200, type === null ? {} : { 'content-type': type })
    const filler = Buffer.alloc(Math.max(1, Math.round((bytesPerS * DRIP_MS) / 1000)), 0x20)
    await write(x, bytes)
    while (!x.signal.aborted) {
      await write(x, filler)
      await wait(DRIP_MS, undefined, { signal: x.signal }).catch(() => undefined)
    }
    return true
  },
  async drip(x, { bytesPerS }) {
    const { type, bytes } = await whole(x)
    head(x, 200, { 'content-length': bytes.length, ...(type === null ? {} : { 'content-type': type }) })
    await drip(x, bytes, bytesPerS)
    x.visit.whole = !x.signal.aborted
    x.response.end()
    return true
  },
  async hang(x) {
    await new Promise<void>((resolve) => {
      if (x.signal.aborted) resolve()
      else x.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    return true
  },
  async reset(x) {
    x.response.socket?.resetAndDestroy()
    return true
  },
  async 'redirect-loop'(x) {
    await refuse(x, 302, 'Further on.', { location: `${x.path}?hop=${(x.hop + 1) % 2}` })
    return true
  },
  async redirect(x, { hops = 1, to, status = 302 }) {
    if (x.hop >= hops) return false
    const last = x.hop + 1 === hops
    const host = last && to !== undefined ? x.origin(to) : null
    const onward = `${host ?? ''}${x.path}?hop=${x.hop + 1}`
    await refuse(x, status, 'Further on.', { location: last && to !== undefined && host === null ? to : onward })
    return true
  },
  async placeholder(x) {
    await send(x, await x.placeholder())
    return true
  },
  async html(x) {
    const page = htmlPage('Please sign in', '<h1>Please sign in to see this picture</h1>')
    await send(x, { type: 'text/html; charset=utf-8', bytes: Buffer.from(page) })
    return true
  },
  async 'wrong-full'(x) {
    await send(x, await x.otherFull())
    return true
  },
}

/** @returns whether the request was answered */
export const apply = (x: Exchange, one: Switch): Promise<boolean> =>
  (EFFECTS[one.do] as (x: Exchange, effect: Effect) => Promise<boolean>)(x, one)
