/**
 * Where a task server takes requests: what the data interface needs of a node, and nothing of HTTP. A request is read row
 * by row: what the door lets in goes to the outbox in chunks, what it turns away is told with its reason, and the answer
 * comes when all of it is durable.
 *
 * The same key with the same request is answered as the first time, here and, as far as the tasks go, anywhere: its id
 * comes from key and content, and a chunk holds the same rows whichever node cut it, so that the general queue knows the
 * second delivery for what it is. The same key with another content is a mistake, and is said to be one.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { requestId, type RequestId } from '../core/ids.ts'
import { explain, type Reason } from '../core/reasons.ts'
import { MOST_IN_CHUNK } from '../schedule/index.ts'
import type { Acceptance, DraftId, Outbox, Refusal } from '../schedule/outbox/outbox.ts'
import type { RequestOptions } from '../schedule/outbox/request-options.ts'
import type { ScheduleStore } from '../schedule/schedule-store.ts'
import type { NewTask } from '../schedule/task.ts'
import { createDoor, type RequestRow } from './door.ts'
import { progressOf, type Progress } from './progress.ts'

export interface RequestAsk {
  /** The Idempotency-Key. */
  readonly key: string | null
  readonly options: RequestOptions
  /** Read once, in order, no faster than the outbox takes it. What it throws is thrown on, and nothing was accepted. */
  readonly rows: AsyncIterable<RequestRow> | Iterable<RequestRow>
}

export type Answer =
  | {
      readonly kind: 'accepted'
      readonly id: RequestId
      readonly accepted: number
      /** The first ones (door.ts), and how many more there are. */
      readonly refused: readonly Refusal[]
      readonly refusedMore: number
    }
  /** The key was used for a request of another content. */
  | { readonly kind: 'key-reused' }
  /** A request with this key is being read at this moment. */
  | { readonly kind: 'key-in-use' }
  /** The request as a whole will not do; `detail` says why, for a person. */
  | { readonly kind: 'refused'; readonly field: 'callback' | 'recipe'; readonly detail: string }

export interface RequestDesk {
  /** Resolves when the answer is durable. */
  accept(ask: RequestAsk): Promise<Answer>
  /** Null: this node took no such request, or has forgotten it. */
  progress(id: RequestId): Promise<Progress | null>
}

export interface RequestDeskOptions {
  readonly outbox: Outbox
  readonly queue: Pick<ScheduleStore, 'tally'>
  readonly clock: Clock
  /** A row becomes a task; what may not be fetched at all bears `refused`. Its weight is the request's. */
  readonly toTask: (row: RequestRow, options: RequestOptions) => NewTask
  /** What the spelling of a URL tells; names are judged when they are resolved. */
  readonly admits: (url: string) => Reason | null
  readonly knowsRecipe: (name: string) => boolean
  /** Something is there to be forwarded. */
  readonly onAccepted?: () => void
}

/** In order of their fields, so that it does not matter how the requester wrote them. */
const sorted = (options: RequestOptions): string => {
  const { attempts, callback, category, recipe, renditions, weight } = options
  return JSON.stringify({ attempts, callback, category, recipe, renditions, weight })
}

interface Reading {
  readonly fingerprint: string
  readonly refused: Acceptance['refused']
  readonly refusals: readonly Refusal[]
}

export const createRequestDesk = (options: RequestDeskOptions): RequestDesk => {
  const { outbox, queue, clock, toTask, admits, knowsRecipe, onAccepted } = options
  const keysInUse = new Set<string>()

  const misfit = ({ callback, recipe }: RequestOptions): Answer | null => {
    const reason = callback === null ? null : admits(callback)
    if (reason !== null) return { kind: 'refused', field: 'callback', detail: `callback ${explain(reason)}` }
    if (recipe !== null && !knowsRecipe(recipe)) return { kind: 'refused', field: 'recipe', detail: `there is no recipe ${JSON.stringify(recipe)} on this task server` }
    return null
  }

  /** @param draft where the tasks go; null only reads */
  const read = async ({ options: wishes, rows }: RequestAsk, draft: DraftId | null): Promise<Reading | 'lost'> => {
    const hash = createHash('sha256').update(sorted(wishes))
    const door = createDoor((row) => ({ ...toTask(row, wishes), weight: wishes.weight }))
    let tasks: NewTask[] = []
    let taken = 0
    const append = async (): Promise<boolean> => {
      const chunk = { sequence: Math.ceil(taken / MOST_IN_CHUNK), tasks }
      tasks = []
      if (draft !== null && chunk.tasks.length > 0 && (await outbox.append(draft, chunk)) === 'void') return false
      // Others have their turn: the embedded outbox answers without ever leaving the loop.
      await new Promise(setImmediate)
      return true
    }
    for await (const row of rows) {
      taken++
      hash.update(`\n${row.kind} ${JSON.stringify(row.url)}`)
      const task = draft === null ? null : door.pass(row)
      if (task !== null) tasks.push(task)
      // A chunk is so many rows, not so many tasks: the doors of two nodes may differ, their chunks may not.
      if (taken % MOST_IN_CHUNK === 0 && !(await append())) return 'lost'
    }
    if (tasks.length > 0 && !(await append())) return 'lost'
    return { fingerprint: hash.digest('base64url'), refused: door.refused, refusals: door.refusals }
  }

  const answerOf = async (id: RequestId, refusals: readonly Refusal[]): Promise<Answer> => {
    const request = await outbox.find(id)
    const total = Object.values(request?.refused ?? {}).reduce((sum, count) => sum + count, 0)
    return { kind: 'accepted', id, accepted: request?.accepted ?? 0, refused: refusals, refusedMore: total - refusals.length }
  }

  const take = async (ask: RequestAsk, draft: DraftId): Promise<Answer> => {
    let isKept = false
    try {
      const reading = await read(ask, draft)
      if (reading === 'lost') return { kind: 'key-in-use' }
      const id = ask.key === null ? requestId(['request', randomUUID()]) : requestId(['key', ask.key, reading.fingerprint])
      isKept = (await outbox.accept(draft, { id, ...reading, now: clock.now() })) === 'done'
      if (!isKept) return { kind: 'key-in-use' }
      onAccepted?.()
      return await answerOf(id, reading.refusals)
    } finally {
      // Should this fail too: the next opening clears it away.
      if (!isKept) await outbox.drop(draft).catch(() => undefined)
    }
  }

  return {
    async accept(ask) {
      const wrong = misfit(ask.options)
      if (wrong !== null) return wrong
      const { key } = ask
      if (key !== null && keysInUse.has(key)) return { kind: 'key-in-use' }
      if (key !== null) keysInUse.add(key)
      try {
        const begun = await outbox.begin({ key, options: ask.options })
        if (begun.kind === 'draft') return await take(ask, begun.draft)
        const reading = await read(ask, null)
        return reading !== 'lost' && reading.fingerprint === begun.request.fingerprint
          ? await answerOf(begun.request.id, begun.refusals)
          : { kind: 'key-reused' }
      } finally {
        if (key !== null) keysInUse.delete(key)
      }
    },

    async progress(id) {
      const request = await outbox.find(id)
      if (request === null) return null
      return progressOf(request, request.counts === null ? await queue.tally([id]) : null)
    },
  }
}
