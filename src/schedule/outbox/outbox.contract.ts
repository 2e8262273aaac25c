/**
 * What every outbox must do, said twice: the sentences of the port that a requester depends on as cases, and random
 * command sequences that run on the model and the adapter and must agree after every step.
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RequestId, TaskId } from '../../core/ids.ts'
import { pages } from '../../core/page-of.ts'
import type { NewTask } from '../task.ts'
import { createOutboxModel } from './outbox-model.ts'
import type { Acceptance, Answered, Change, DraftId, EndCounts, Outbox, OutboxFilter, OutboxRequest } from './outbox.ts'
import type { RequestOptions } from './request-options.ts'

export interface OutboxSubject {
  readonly outbox: Outbox
  /** Opens the same data again, as after the death of the process. */
  readonly reopen: (() => Promise<Outbox>) | null
  dispose(): Promise<void>
}

export interface OutboxContract {
  readonly name: string
  /** Empty each time. */
  readonly open: () => Promise<OutboxSubject>
  readonly runs: number
}

export const OPTIONS: RequestOptions = { weight: 50, category: null, recipe: null, renditions: [], callback: null, attempts: null }
export const NO_COUNTS: EndCounts = { ended: 0, kept: 0, refused: 0, rejected: 0, duplicates: 0, failed: 0, reasons: {} }
export const requestNamed = (name: string): RequestId => name as RequestId

export const newTask = (name: string): NewTask => ({
  id: name as TaskId, kind: 'image', host: 'https://a.example', url: `https://a.example/${name}`, weight: 50,
  payload: { name, empty: [], nothing: {}, one: [1.5, null, true, 'ü'] },
})
export const chunkOf = (sequence: number, size = 1): { sequence: number; tasks: readonly NewTask[] } =>
  ({ sequence, tasks: Array.from({ length: size }, (_, n) => newTask(`${sequence}-${n}`)) })

export const acceptance = (name: string, more: Partial<Acceptance> = {}): Acceptance =>
  ({ id: requestNamed(name), fingerprint: `of ${name}`, refused: {}, refusals: [], now: 1000, ...more })

/** A request with chunks of these sizes, accepted. */
export const accepted = async (
  outbox: Outbox, name: string, sizes: readonly number[], options: Partial<RequestOptions> = {}, key: string | null = null,
): Promise<RequestId> => {
  const begun = await outbox.begin({ key, options: { ...OPTIONS, ...options } })
  if (begun.kind !== 'draft') throw new TypeError('the key is known')
  for (const [index, size] of sizes.entries()) await outbox.append(begun.draft, chunkOf(index + 1, size))
  expect(await outbox.accept(begun.draft, acceptance(name))).toBe('done')
  return requestNamed(name)
}

export const listed = async (outbox: Outbox, filter: OutboxFilter = { state: 'any' }, limit = 100): Promise<readonly OutboxRequest[]> => {
  const found: OutboxRequest[] = []
  for await (const request of pages((after) => outbox.list({ ...filter, after, limit }))) found.push(request)
  return found
}

const KEYS = [null, 'key-a', 'key-b'] as const
const IDS = ['r1', 'r2', 'r3', 'r4'].map(requestNamed)
const draft = fc.nat(3)
const id = fc.constantFrom(...IDS)
const sequence = fc.integer({ min: 1, max: 5 })
const answers: fc.Arbitrary<readonly Answered[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('page' as const, 'image' as const), answer: fc.constantFrom('queued' as const, 'repeated' as const, 'already-done' as const),
    count: fc.integer({ min: 1, max: 9 }),
  }),
  { maxLength: 3 },
)
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.nat(50).map((now): Change => ({ kind: 'ended', now, counts: { ...NO_COUNTS, kept: now, reasons: { blank: now } } })) },
  fc.constant<Change>({ kind: 'delivered' }),
  { weight: 2, arbitrary: fc.option(fc.nat(50)).map((nextAt): Change => ({ kind: 'delivery-failed', nextAt })) },
)
const filter: fc.Arbitrary<OutboxFilter> = fc.oneof(
  fc.constant<OutboxFilter>({ state: 'any' }), fc.constant<OutboxFilter>({ state: 'running' }),
  fc.nat(50).map((now): OutboxFilter => ({ state: 'due', now })),
)

const command = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('begin' as const), key: fc.constantFrom(...KEYS), weight: fc.constantFrom(1, 50, 100),
      callback: fc.option(fc.constant('https://c.example/')),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), draft, sequence, size: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('accept' as const), draft, id, refused: fc.nat(2) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), draft }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('heads' as const), perWeight: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('chunk' as const), id, sequence }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('settle' as const), id, sequence, answers }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('mark' as const), id, change }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('list' as const), filter, limit: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), before: fc.nat(60), limit: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat' as const) }) },
)
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never
type Call = (outbox: Outbox) => Promise<unknown>

const compare = async (model: Outbox, subject: OutboxSubject, commands: readonly Command[]): Promise<void> => {
  let { outbox } = subject
  const drafts: DraftId[] = []
  let last: Call = (on) => on.heads(1)
  /** Counted from the latest back. */
  const draftAt = (at: number): DraftId => drafts[drafts.length - 1 - at] ?? 999

  const callOf = (one: Command): Call => {
    switch (one.do) {
      case 'begin':
        return (on) => on.begin({ key: one.key, options: { ...OPTIONS, weight: one.weight, callback: one.callback } })
      case 'append': {
        const at = draftAt(one.draft)
        return (on) => on.append(at, chunkOf(one.sequence, one.size))
      }
      case 'accept': {
        const at = draftAt(one.draft)
        const refusals = Array.from({ length: one.refused }, () => ({ url: 'x', reason: 'invalid-url' as const }))
        const refused = one.refused === 0 ? {} : { 'invalid-url': one.refused }
        return (on) => on.accept(at, acceptance(one.id, { refused, refusals }))
      }
      case 'drop': {
        const at = draftAt(one.draft)
        return (on) => on.drop(at)
      }
      case 'heads':
        return (on) => on.heads(one.perWeight)
      case 'chunk':
        return (on) => on.chunk(one.id, one.sequence)
      case 'settle':
        return (on) => on.settle(one.id, one.sequence, one.answers)
      case 'mark':
        return (on) => on.mark(one.id, one.change)
      case 'list':
        return (on) => listed(on, one.filter, one.limit)
      case 'forget':
        return (on) => on.forget(one.before, one.limit)
      case 'reopen':
        return async (on) => {
          if (on === model) for (const at of drafts) await model.drop(at)
          else if (subject.reopen) outbox = await subject.reopen()
          else for (const at of drafts) await on.drop(at)
        }
      case 'repeat':
        return last
      default:
        throw new TypeError(`unknown command ${JSON.stringify(one satisfies never)}`)
    }
  }

  for (const one of commands) {
    last = callOf(one)
    const expected = await last(model)
    expect(await last(outbox)).toEqual(expected)
    const begun = expected as { kind?: unknown; draft?: DraftId } | null | undefined
    if (begun?.kind === 'draft') drafts.push(begun.draft as DraftId)
    expect(await listed(outbox, { state: 'any' }, 2)).toEqual(await listed(model))
    expect(await outbox.heads(9)).toEqual(await model.heads(9))
  }
}

export const describeOutbox = ({ name, open, runs }: OutboxContract): void => {
  const check = (title: string, body: (outbox: Outbox, subject: OutboxSubject) => Promise<void>) =>
    test(title, async () => {
      const subject = await open()
      try {
        await body(subject.outbox, subject)
      } finally {
        await subject.dispose()
      }
    })

  describe(`outbox on ${name}`, () => {
    check('gives chunks back as they were, lowest first, and forgets them once they are answered', async (outbox) => {
      const r = await accepted(outbox, 'r', [2, 3])
      expect(await outbox.heads(5)).toEqual([{ id: r, weight: 50, sequence: 1 }])
      expect(await outbox.chunk(r, 1)).toEqual(chunkOf(1, 2).tasks)
      await outbox.settle(r, 1, [{ kind: 'image', answer: 'queued', count: 1 }, { kind: 'image', answer: 'already-done', count: 1 }])
      await outbox.settle(r, 1, [{ kind: 'image', answer: 'repeated', count: 2 }])
      expect(await outbox.chunk(r, 1)).toBeNull()
      expect(await outbox.find(r)).toMatchObject({
        accepted: 5, chunksLeft: 1, tasksLeft: 3,
        answers: [{ kind: 'image', answer: 'already-done', count: 1 }, { kind: 'image', answer: 'queued', count: 1 }],
      })
      expect(await outbox.heads(5)).toEqual([{ id: r, weight: 50, sequence: 2 }])
    })

    check('knows a key again, with what was told the first time', async (outbox) => {
      const begun = await outbox.begin({ key: 'k', options: OPTIONS })
      if (begun.kind !== 'draft') throw new TypeError('known')
      const refusals = [{ url: 'ftp://x', reason: 'unsupported-scheme' as const }]
      await outbox.accept(begun.draft, acceptance('r', { refusals, refused: { 'unsupported-scheme': 1 } }))
      expect(await outbox.begin({ key: 'k', options: OPTIONS })).toMatchObject({
        kind: 'known', refusals, request: { id: 'r', key: 'k', fingerprint: 'of r', accepted: 0, refused: { 'unsupported-scheme': 1 } },
      })
      expect(await outbox.begin({ key: null, options: OPTIONS })).toMatchObject({ kind: 'draft' })
    })

    check('counts nothing of a draft, and drops it when its requester comes again', async (outbox) => {
      const first = await outbox.begin({ key: 'k', options: OPTIONS })
      if (first.kind !== 'draft') throw new TypeError('known')
      await outbox.append(first.draft, chunkOf(1))
      expect([await listed(outbox), await outbox.heads(1)]).toEqual([[], []])
      const second = await outbox.begin({ key: 'k', options: OPTIONS })
      expect(second.kind).toBe('draft')
      expect(await outbox.append(first.draft, chunkOf(2))).toBe('void')
      expect(await outbox.accept(first.draft, acceptance('r'))).toBe('void')
    })

    check('ends only what is handed on, calls back only what has ended, and forgets only what owes nothing', async (outbox) => {
      const r = await accepted(outbox, 'r', [1], { callback: 'https://c.example/' })
      const ended: Change = { kind: 'ended', now: 2000, counts: { ...NO_COUNTS, kept: 1 } }
      expect(await outbox.mark(r, ended)).toBe(false)
      expect(await outbox.mark(r, { kind: 'delivered' })).toBe(false)
      await outbox.settle(r, 1, [])
      expect((await listed(outbox, { state: 'running' })).map((one) => one.id)).toEqual([r])
      expect([await outbox.mark(r, ended), await outbox.mark(r, { ...ended, now: 3000 })]).toEqual([true, false])
      expect(await listed(outbox, { state: 'due', now: 1999 })).toEqual([])
      expect(await listed(outbox, { state: 'due', now: 2000 })).toMatchObject([{ id: r, state: 'ended', endedAt: 2000, counts: { kept: 1 } }])
      expect(await outbox.forget(9000, 10)).toBe(0)
      await outbox.mark(r, { kind: 'delivery-failed', nextAt: 5000 })
      expect((await outbox.find(r))?.delivery).toEqual({ state: 'waiting', attempts: 1, nextAt: 5000 })
      await outbox.mark(r, { kind: 'delivered' })
      expect((await outbox.find(r))?.delivery).toEqual({ state: 'delivered', attempts: 1, nextAt: null })
      expect([await outbox.forget(2000, 10), await outbox.forget(2001, 10)]).toEqual([0, 1])
      expect(await outbox.find(r)).toBeNull()
    })

    check('keeps what was accepted when its process dies, and no draft', async (outbox, subject) => {
      if (!subject.reopen) return
      const r = await accepted(outbox, 'r', [2], {}, 'k')
      const open = await outbox.begin({ key: 'other', options: OPTIONS })
      if (open.kind !== 'draft') throw new TypeError('known')
      await outbox.append(open.draft, chunkOf(1))
      const again = await subject.reopen()
      expect(await again.chunk(r, 1)).toEqual(chunkOf(1, 2).tasks)
      expect(await again.append(open.draft, chunkOf(2))).toBe('void')
      expect((await again.begin({ key: 'k', options: OPTIONS })).kind).toBe('known')
    })

    test('answers like the model, whatever is asked in whatever order', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(command, { maxLength: 60, size: 'max' }), async (commands) => {
          const subject = await open()
          try {
            await compare(createOutboxModel(), subject, commands)
          } finally {
            await subject.dispose()
          }
        }),
        { numRuns: runs },
      )
    })
  })
}
