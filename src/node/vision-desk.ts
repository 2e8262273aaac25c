/**
 * The vision processes of a task server, lent to the servers of its fleet that have none. What they send is looked at here
 * and kept under a ticket until they say what is to become of it; who asks and never comes back holds nothing for ever,
 * for only so many are kept.
 */
import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { LRUCache } from 'lru-cache'
import type { Body } from '../core/body.ts'
import { GannetError } from '../core/errors.ts'
import type { Rendition } from '../core/rendition.ts'
import type { Look, Unseen } from '../image/look.ts'
import type { Unrendered } from '../image/render.ts'
import type { Sight } from '../models/pack.ts'
import type { Rendered, Seen, Vision } from '../vision/vision-api.ts'

/** Whether any pack is loaded. */
export interface Eyes {
  readonly any: boolean
}

/** What is served over a link. Every call may be made twice. */
export interface VisionDesk {
  /** @returns the look, a ticket for `infer` (null where nothing was decoded), and what the models here can tell */
  look(body: Body): Promise<{ readonly look: Look | Unseen; readonly ticket: string | null; readonly eyes: Eyes }>
  /** Drops the ticket. @throws not-found for one that is not known (any more): look again */
  infer(ticket: string): Promise<Sight>
  drop(ticket: string): Promise<void>
  /** As `Vision` has it, the body always inline. */
  render(original: Body, rendition: Rendition): Promise<Rendered | Unrendered>
}

/** Pictures kept, each at most 512 × 512 × 3 bytes in a vision process, which forgets the oldest by itself. */
const MOST_KEPT = 512

export const createVisionDesk = (vision: Vision, eyes: Eyes): VisionDesk => {
  // Another start of this server gave out other tickets.
  const start = randomUUID()
  const kept = new LRUCache<string, Seen>({ max: MOST_KEPT, dispose: (seen) => seen.release() })
  let last = 0

  return {
    async look(body) {
      const seen = await vision.look(body)
      if (!seen.look.ok) {
        seen.release()
        return { look: seen.look, ticket: null, eyes }
      }
      const ticket = `${start}-${++last}`
      kept.set(ticket, seen)
      return { look: seen.look, ticket, eyes }
    },
    async infer(ticket) {
      const seen = kept.get(ticket)
      if (!seen) throw new GannetError('not-found', 'this picture is kept no longer: it must be looked at again')
      try {
        return await seen.infer()
      } finally {
        kept.delete(ticket)
      }
    },
    async drop(ticket) {
      kept.delete(ticket)
    },
    async render(original, rendition) {
      const made = await vision.render(original, rendition)
      if (!made.ok || made.body.kind === 'inline') return made
      const { path } = made.body
      const bytes = await readFile(path)
      await rm(path, { force: true })
      return { ...made, body: { kind: 'inline', bytes } }
    },
  }
}
