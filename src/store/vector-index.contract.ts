/** What every vector index must do: random steps against the model, and a case for each sentence of the port. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprintOf, idOf, space, unit } from './asset.contract.ts'
import { createVectorIndexModel } from './vector-index-model.ts'
import type { VectorChange, VectorIndex } from './vector-index.ts'

export interface VectorIndexSubject {
  readonly durable: boolean
  fresh(): Promise<{ open(): Promise<VectorIndex>; remove(): Promise<void> }>
}

const A = space('a', 4)
const B = space('b', 3)
const NOWHERE = space('nowhere', 4)

const coordinates = (dimension: number) =>
  fc.oneof(
    fc.array(fc.integer({ min: -3, max: 3 }), { minLength: dimension, maxLength: dimension }),
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: dimension, maxLength: dimension }),
  ).map(unit)

const change: fc.Arbitrary<Omit<VectorChange, 'sequence'>> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ n: fc.nat(30), a: fc.option(coordinates(4)), b: fc.option(coordinates(3)) }).map(({ n, a, b }) => ({
      kind: 'put' as const,
      id: idOf(n),
      vectors: [...(a ? [{ space: A, values: a }] : []), ...(b ? [{ space: B, values: b }] : [])],
    })),
  },
  { weight: 2, arbitrary: fc.nat(30).map((n) => ({ kind: 'drop' as const, id: idOf(n) })) },
)

type Step =
  | { readonly kind: 'apply'; readonly changes: readonly Omit<VectorChange, 'sequence'>[]; readonly skip: number; readonly again: boolean }
  | { readonly kind: 'ask'; readonly run: (index: VectorIndex) => Promise<unknown> }
  | { readonly kind: 'flush' | 'clear' | 'reopen' | 'crash' }

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('apply' as const),
      changes: fc.array(change, { maxLength: 12 }),
      skip: fc.nat(2),
      again: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(coordinates(4), coordinates(3), fc.integer({ min: 0, max: 40 }), fc.constantFrom(-1, -0.5, 0, 0.5, 0.9, 1))
      .map(([a, b, top, threshold]) => ({
        kind: 'ask' as const,
        run: async (index: VectorIndex) =>
          Promise.all([
            index.search(A, a, { top, threshold }),
            index.search(B, b, { top, threshold }),
            index.search(A, a, { top: 2, threshold: -1 }),
            index.search(NOWHERE, a, { top, threshold }),
            index.position(),
            index.spaces().then((all) => all.map(({ space: name, vectors }) => ({ space: name, vectors }))),
          ]),
      })),
  },
  fc.constantFrom<Step>({ kind: 'flush' }, { kind: 'flush' }, { kind: 'reopen' }, { kind: 'crash' }, { kind: 'clear' }),
)

export const vectorIndexContract = (name: string, subject: VectorIndexSubject): void => {
  describe(`vector index: ${name}`, () => {
    const using = async (work: (index: VectorIndex, reopen: () => Promise<VectorIndex>) => Promise<void>): Promise<void> => {
      const place = await subject.fresh()
      let index = await place.open()
      try {
        await work(index, async () => {
          await index.close()
          index = await place.open()
          return index
        })
      } finally {
        await index.close()
        await place.remove()
      }
    }

    test('answers as the model does, through flushes, crashes and clearing', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (program) => {
          const place = await subject.fresh()
          let index = await place.open()
          let model = createVectorIndexModel()
          let told: VectorChange[] = []
          let durable = 0
          const catchUp = async () => {
            expect(await index.position()).toBe(durable)
            await index.apply(told)
          }
          try {
            for (const step of program) {
              if (step.kind === 'apply') {
                const after = (told.at(-1)?.sequence ?? 0) + step.skip
                const changes = step.changes.map((each, i) => ({ ...each, sequence: after + i + 1 }) as VectorChange)
                told = [...told, ...changes]
                for (const each of step.again ? [index, index, model, model] : [index, model]) await each.apply(changes)
              } else if (step.kind === 'ask') {
                const answer = await step.run(index)
                if (index.capabilities.exact) expect(answer).toEqual(await step.run(model))
              } else if (step.kind === 'clear') {
                await index.clear()
                model = createVectorIndexModel()
                told = []
                durable = 0
              } else if (step.kind === 'flush') {
                await index.flush()
                durable = await index.position()
              } else if (subject.durable) {
                if (step.kind === 'reopen') {
                  await index.flush()
                  durable = await index.position()
                }
                await index.close()
                index = await place.open()
                await catchUp()
              }
            }
          } finally {
            await index.close()
            await place.remove()
          }
        }),
        { numRuns: 120 },
      )
    })

    test('a query of another length is a mistake of the caller', () =>
      using(async (index) => {
        await index.apply([{ kind: 'put', sequence: 1, id: idOf(1), vectors: [{ space: A, values: unit([1, 0, 0, 0]) }] }])
        await expect(index.search(A, unit([1, 0]), { top: 1, threshold: -1 })).rejects.toMatchObject({ code: 'usage' })
        expect(await index.search(space('a', 2), unit([1, 0]), { top: 1, threshold: -1 })).toEqual([])
      }))

    test('a second put replaces the first, in every space', () =>
      using(async (index) => {
        await index.apply([
          { kind: 'put', sequence: 1, id: idOf(1), vectors: [{ space: A, values: unit([1, 0, 0, 0]) }, { space: B, values: unit([1, 0, 0]) }] },
          { kind: 'put', sequence: 2, id: idOf(1), vectors: [{ space: A, values: unit([0, 1, 0, 0]) }] },
        ])
        expect(await index.search(A, unit([0, 1, 0, 0]), { top: 9, threshold: -1 })).toEqual([{ id: idOf(1), score: 1 }])
        expect(await index.search(B, unit([1, 0, 0]), { top: 9, threshold: -1 })).toEqual([])
        expect((await index.spaces()).map((each) => each.space)).toEqual([A])
      }))

    test('ties are told in order of id', () =>
      using(async (index) => {
        const ids = Array.from({ length: 50 }, (_, n) => idOf(n))
        await index.apply(ids.map((id, n) => ({ kind: 'put', sequence: n + 1, id, vectors: [{ space: A, values: unit([1, 2, 3, 4]) }] })))
        const hits = await index.search(A, unit([1, 2, 3, 4]), { top: 10, threshold: 0.5 })
        expect(hits.map((hit) => hit.id)).toEqual([...ids].sort().slice(0, 10))
      }))

    test('what was flushed needs no following from the start', () =>
      using(async (index, reopen) => {
        if (!subject.durable) return
        await index.apply([{ kind: 'put', sequence: 7, id: idOf(1), vectors: [{ space: A, values: unit([1, 0, 0, 0]) }] }])
        await index.flush()
        await index.apply([{ kind: 'drop', sequence: 8, id: idOf(1) }, { kind: 'put', sequence: 9, id: idOf(2), vectors: [{ space: A, values: unit([0, 0, 1, 0]) }] }])
        const again = await reopen()
        expect(await again.position()).toBe(7)
        expect(await again.search(A, unit([1, 0, 0, 0]), { top: 9, threshold: 0 })).toEqual([{ id: idOf(1), score: 1 }])
      }))

    test('a change that carries more than vectors is as good', () =>
      using(async (index) => {
        const change = { kind: 'put', sequence: 1, id: idOf(1), fingerprint: fingerprintOf(1), duplicateOf: null, vectors: [] } as const
        await index.apply([change])
        expect(await index.position()).toBe(1)
      }))
  })
}
