/**
 * What a vision process serves: decoding and inference, and between the two the decoded pictures
 * themselves, under tickets, so that each is decoded once. Both are bounded: so many decodings
 * side by side, so many pictures kept; past that the oldest is forgotten and must be asked for again.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bodySize, INLINE_MAX, type Body } from '../core/body.ts'
import { sha256Of } from '../core/ids.ts'
import type { VeiledRendition } from '../core/rendition.ts'
import {
  DECODE_LIMITS, fillTensor, fitOf, renderPicture, takeLook, type DecodeLimits, type Look, type Unrendered, type Unseen,
} from '../image/index.ts'
import { openEyes, type EyesOptions, type Pack, type PackChoice, type Viewed } from '../models/index.ts'
import { createGate } from './gate.ts'
import { createPatience } from './patience.ts'
import { sha256OfBody } from './sha256-of-body.ts'
import type { LookItem, Rendered, VisionApi } from './vision-api.ts'

export interface VisionProcessOptions {
  readonly choice: PackChoice
  /** What a file may cost. Default: the image room's limits. */
  readonly decode?: DecodeLimits
  /** Pictures decoded side by side; more than the decoder's threads (UV_THREADPOOL_SIZE) gain nothing. Default 4. */
  readonly decodes?: number
  /** Decoded pictures kept, each at most 512 × 512 × 3 bytes (five times that where a pack asks for more). Default 128: 100 MB at worst, or 64: 250 MB. */
  readonly keep?: number
  /** Where renditions lie that are too large for a message; without it all of them travel in one. */
  readonly spoolDir?: string
  /** Called when a decoding that was given up goes on and on: its thread comes back only with the process's end. */
  onStuck?(): void
  /** Threads, batch sizes and boxes of the models. */
  readonly eyes?: Omit<EyesOptions, 'projector'>
}

/** A second that the decoder, which keeps time itself, has to say so. */
const GRACE_MS = 1_000

/** Encoding takes its time too, AVIF's the most: so many times as long as a decoding may take. */
const RENDER_FACTOR = 3

const lookAtBody = (body: Body, limits: DecodeLimits, fine: boolean): ReturnType<typeof takeLook> =>
  body.kind === 'inline' ? takeLook(body.bytes, limits, null, fine) : takeLook(body.path, limits, body, fine)

/** The models begin to load at once; `infer` waits for them, and rejects when one cannot be loaded. */
export const createVisionProcess = (options: VisionProcessOptions): VisionApi => {
  const { choice, decode = DECODE_LIMITS, decodes = 4 } = options
  const wantsFine = Object.values(choice).some((pack: Pack | null) => pack?.manifest.input.fine)
  const keep = options.keep ?? (wantsFine ? 64 : 128)
  const gate = createGate(decodes)
  const patience = createPatience(decode.maxSeconds * 1000 + GRACE_MS, () => options.onStuck?.())
  const renderSeconds = decode.maxSeconds * RENDER_FACTOR
  const renderPatience = createPatience(renderSeconds * 1000 + GRACE_MS, () => options.onStuck?.())
  const kept = new Map<number, Viewed>()
  let spooled = 0
  const opening = openEyes(choice, { ...options.eyes, projector: { fitOf, fillTensor } })
  // The failure is told by infer, the call that needs them.
  opening.catch(() => undefined)

  const remember = (ticket: number, viewed: Viewed): void => {
    kept.set(ticket, viewed)
    for (const oldest of kept.keys()) {
      if (kept.size <= keep) break
      kept.delete(oldest)
    }
  }

  const lookAt = async (item: LookItem): Promise<Look | Unseen> => {
    const leave = await gate.enter()
    const looking = lookAtBody(item.body, decode, wantsFine)
    // One that was given up keeps its place until it ends: it has a thread still.
    looking.then(leave, leave)
    const seen = await patience.wait(looking)
    if (seen === null) {
      const detail = `took longer than ${decode.maxSeconds} s to decode, and could not be stopped`
      return { ok: false, reason: 'undecodable', detail, bytes: bodySize(item.body), sha256: await sha256OfBody(item.body) }
    }
    if (!('look' in seen)) return seen
    const { look, rgb, fine } = seen
    if (item.keep) remember(item.ticket, { rgb, fine, width: look.width, height: look.height })
    return look
  }

  const bodyOf = async (bytes: Uint8Array, sha256: Rendered['sha256']): Promise<Body> => {
    if (options.spoolDir === undefined || bytes.byteLength <= INLINE_MAX) return { kind: 'inline', bytes }
    const path = join(options.spoolDir, `rendition-${process.pid}-${++spooled}`)
    await writeFile(path, bytes)
    return { kind: 'spool', path, size: bytes.byteLength, sha256 }
  }

  const render = async (original: Body, rendition: VeiledRendition): Promise<Rendered | Unrendered> => {
    const leave = await gate.enter()
    const rendering = renderPicture(original.kind === 'inline' ? original.bytes : original.path, rendition, renderSeconds, decode)
    rendering.then(leave, leave)
    const made = await renderPatience.wait(rendering)
    if (made === null) return { ok: false, reason: 'undecodable', detail: `took longer than ${renderSeconds} s to make, and could not be stopped` }
    if (!made.ok) return made
    const { bytes, width, height } = made
    const sha256 = sha256Of(bytes)
    return { ok: true, width, height, sha256, bytes: bytes.byteLength, body: await bodyOf(bytes, sha256) }
  }

  return {
    render,
    look: (items) => Promise.all(items.map(lookAt)),
    async infer(tickets) {
      const eyes = await opening
      const known = tickets.flatMap((ticket) => {
        const viewed = kept.get(ticket)
        kept.delete(ticket)
        return viewed ? [{ ticket, viewed }] : []
      })
      const sights = await eyes.see(known.map(({ viewed }) => viewed))
      const byTicket = new Map(known.map(({ ticket }, i) => [ticket, sights[i] ?? null]))
      return tickets.map((ticket) => byTicket.get(ticket) ?? null)
    },
    async drop(tickets) {
      for (const ticket of tickets) kept.delete(ticket)
    },
  }
}
