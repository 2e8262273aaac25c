/**
 * The sub-queue in plain maps: in memory, and obviously right. It defines what the port's words mean, and the adapter is
 * compared with it step by step (outbox.contract.ts). Where the port leaves a question open, this file is the answer.
 */
import type { RequestId } from '../../core/ids.ts'
import type { NewTask } from '../task.ts'
import {
  addUpAnswers,
  type Acceptance, type Change, type Delivery, type DraftId, type Outbox, type OutboxFilter, type OutboxRequest, type Refusal,
} from './outbox.ts'
import type { RequestOptions } from './request-options.ts'

interface Entry {
  readonly draft: DraftId
  readonly key: string | null
  readonly options: RequestOptions
  readonly chunks: Map<number, readonly NewTask[]>
  highest: number
  refusals: readonly Refusal[]
  /** Null while it is open. */
  request: OutboxRequest | null
}

export const createOutboxModel = (): Outbox => {
  /** In order of their beginning. */
  const entries = new Map<DraftId, Entry>()
  let lastDraft = 0

  const accepted = (id: RequestId): Entry | undefined => [...entries.values()].find(({ request }) => request?.id === id)
  const tasksIn = ({ chunks }: Entry): number => [...chunks.values()].reduce((sum, tasks) => sum + tasks.length, 0)

  const matches = (request: OutboxRequest, filter: OutboxFilter): boolean => {
    switch (filter.state) {
      case 'any':
        return true
      case 'running':
        return request.state === 'closed' && request.chunksLeft === 0
      case 'due':
        return request.delivery.nextAt !== null && request.delivery.nextAt <= filter.now
      default:
        throw new TypeError(`unknown filter ${JSON.stringify(filter satisfies never)}`)
    }
  }

  const requestOf = (entry: Entry, { id, fingerprint, refused, now }: Acceptance): OutboxRequest => ({
    id, fingerprint, refused, key: entry.key, options: entry.options, state: 'closed', acceptedAt: now, endedAt: null,
    accepted: tasksIn(entry), chunksLeft: entry.chunks.size, tasksLeft: tasksIn(entry), answers: [], counts: null,
    delivery: { state: entry.options.callback === null ? 'none' : 'waiting', attempts: 0, nextAt: null },
  })

  const changed = (request: OutboxRequest, change: Change): OutboxRequest | null => {
    const { delivery } = request
    if (change.kind === 'ended') {
      if (request.state === 'ended' || request.chunksLeft > 0) return null
      const next: Delivery = delivery.state === 'waiting' ? { ...delivery, nextAt: change.now } : delivery
      return { ...request, state: 'ended', endedAt: change.now, counts: change.counts, delivery: next }
    }
    if (delivery.nextAt === null) return null
    if (change.kind === 'delivered') return { ...request, delivery: { ...delivery, state: 'delivered', nextAt: null } }
    const { nextAt } = change
    return { ...request, delivery: { state: nextAt === null ? 'given-up' : 'waiting', attempts: delivery.attempts + 1, nextAt } }
  }

  return {
    async begin({ key, options }) {
      const known = key === null ? undefined : [...entries.values()].find((entry) => entry.key === key)
      if (known?.request) return { kind: 'known', request: known.request, refusals: known.refusals }
      if (known) entries.delete(known.draft)
      const draft = ++lastDraft
      entries.set(draft, { draft, key, options, chunks: new Map(), highest: 0, refusals: [], request: null })
      return { kind: 'draft', draft }
    },

    async append(draft, { sequence, tasks }) {
      const entry = entries.get(draft)
      if (!entry || entry.request) return 'void'
      if (sequence <= entry.highest) return 'done'
      entry.highest = sequence
      entry.chunks.set(sequence, tasks)
      return 'done'
    },

    async accept(draft, acceptance) {
      const entry = entries.get(draft)
      if (!entry) return 'void'
      if (entry.request) return entry.request.id === acceptance.id ? 'done' : 'void'
      if (accepted(acceptance.id)) return 'void'
      entry.request = requestOf(entry, acceptance)
      entry.refusals = acceptance.refusals
      return 'done'
    },

    async drop(draft) {
      if (entries.get(draft)?.request === null) entries.delete(draft)
    },

    async heads(perWeight) {
      const waiting = [...entries.values()].filter(({ request, chunks }) => request !== null && chunks.size > 0)
      const weights = [...new Set(waiting.map(({ options }) => options.weight))].sort((a, b) => a - b)
      return weights.flatMap((weight) =>
        waiting
          .filter(({ options }) => options.weight === weight)
          .slice(0, perWeight)
          .map(({ request, chunks }) => ({ id: (request as OutboxRequest).id, weight, sequence: Math.min(...chunks.keys()) })))
    },

    async chunk(id, sequence) {
      return accepted(id)?.chunks.get(sequence) ?? null
    },

    async settle(id, sequence, answers) {
      const entry = accepted(id)
      if (!entry?.request || !entry.chunks.delete(sequence)) return
      entry.request = {
        ...entry.request, chunksLeft: entry.chunks.size, tasksLeft: tasksIn(entry),
        answers: addUpAnswers([...entry.request.answers, ...answers]),
      }
    },

    async find(id) {
      return accepted(id)?.request ?? null
    },

    async list({ after, limit, ...filter }) {
      const found = [...entries.values()].filter(({ draft, request }) =>
        draft > Number(after ?? 0) && request !== null && matches(request, filter))
      const items = found.slice(0, limit)
      return {
        items: items.map(({ request }) => request as OutboxRequest),
        next: found.length > limit ? String(items.at(-1)?.draft) : null,
      }
    },

    async mark(id, change) {
      const entry = accepted(id)
      const next = entry?.request ? changed(entry.request, change) : null
      if (entry && next) entry.request = next
      return next !== null
    },

    async forget(before, limit) {
      const old = [...entries.values()].filter(({ request }) =>
        request !== null && request.endedAt !== null && request.endedAt < before && request.delivery.state !== 'waiting')
      for (const { draft } of old.slice(0, limit)) entries.delete(draft)
      return Math.min(old.length, limit)
    },

    async close() {
      entries.clear()
    },
  }
}
