/**
 * What every catalogue must do: random commands, compared with the model step by step, and a case
 * for each sentence of the port. `open` is called anew on the same data after a close.
 */
import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { RequestId, TaskId } from '../core/ids.ts'
import { assetOf, digest, entries, entryOf, fingerprintOf, idOf, renditionOf, space, unit, verdictOf, verdicts } from './asset.contract.ts'
import { createCatalogueModel } from './catalogue-model.ts'
import type { AssetFilter, Catalogue } from './catalogue.ts'
import { PERSON } from './relabel.ts'

export interface CatalogueSubject {
  /** Whether what was written is there when it is opened again. */
  readonly durable: boolean
  /** A place with nothing in it. */
  fresh(): Promise<{ open(): Promise<Catalogue>; remove(): Promise<void> }>
}

type Step = (catalogue: Catalogue) => Promise<unknown>

const filters: fc.Arbitrary<AssetFilter> = fc.record(
  {
    label: fc.constantFrom('Cat', '杯子', 'person'),
    category: fc.constantFrom('cat', 'dogs'),
    host: fc.constantFrom('example.org', 'example.net'),
    request: fc.constantFrom('r1', 'r2') as fc.Arbitrary<RequestId>,
    superseded: fc.boolean(),
  },
  { requiredKeys: [] },
)

const everything = (catalogue: Catalogue, where: AssetFilter, limit: number): Promise<unknown[]> => {
  const pages: unknown[] = []
  const follow = async (after: string | null): Promise<unknown[]> => {
    const page = await catalogue.list({ after, limit, where })
    pages.push(page.items)
    return page.next === null ? pages : follow(page.next)
  }
  return follow(null)
}

const seed = fc.integer({ min: 0, max: 13 })
const renditions = fc.record({ name: fc.constantFrom('a', 'b'), n: fc.nat(3), made: fc.constantFrom(true, true, false), crop: fc.option(fc.constant({ x: 0, y: 1, width: 2, height: 3 })) })
  .map(({ name, n, made, crop }) => renditionOf(n, { name, crop, ...(made ? {} : { sha256: null, width: null, height: null, bytes: null, reason: 'crop-outside' as const, detail: 'no' }) }))
const steps: fc.Arbitrary<{ readonly name: string; readonly run: Step }> = fc.oneof(
  { weight: 4, arbitrary: fc.array(entries, { maxLength: 4 }).map((some) => ({ name: 'commit', run: (c: Catalogue) => c.commit(some) })) },
  fc.array(fc.record({ asset: seed.map(idOf), request: fc.constantFrom('r1', 'r9') as fc.Arbitrary<RequestId>, renditions: fc.array(renditions, { maxLength: 3 }) }), { maxLength: 3 })
    .map((some) => ({ name: 'addRenditions', run: (c: Catalogue) => c.addRenditions(some) })),
  fc.array(fc.record({ asset: seed.map(idOf), by: fc.constantFrom(PERSON, 'pack', 'pets@1', 'pets@2', 'rooms@1'), names: fc.uniqueArray(fc.constantFrom('Cat', '手机', 'phones'), { maxLength: 2 }) }), { maxLength: 3 })
    .map((some) => some.map(({ names, ...entry }) => ({ ...entry, labels: names.map((name) => ({ name, score: 0.75, by: entry.by })) })))
    .map((some) => ({ name: 'relabel', run: (c: Catalogue) => c.relabel(some) })),
  fc.array(fc.tuple(seed, verdicts), { maxLength: 3 })
    .map((some) => ({ name: 'withdraw', run: (c: Catalogue) => c.withdraw(some.map(([n, verdict]) => ({ asset: idOf(n), verdict }))) })),
  fc.tuple(fc.option(fc.constantFrom('task-1', 'task-3')), fc.integer({ min: 1, max: 5 }))
    .map(([after, limit]) => ({ name: 'verdicts', run: (c: Catalogue) => c.verdicts({ after, limit }) })),
  fc.array(verdicts, { maxLength: 3 }).map((some) => ({ name: 'judge', run: (c: Catalogue) => c.judge(some) })),
  fc.array(seed, { maxLength: 4 }).map((some) => ({
    name: 'get',
    run: async (c: Catalogue) => [
      await c.get('id', some.map(idOf)),
      await c.get('sha256', some.map(digest)),
      await c.get('pixels', some.map((n) => digest(`shared ${n}`))),
      await c.get('thumbnail', some.map((n) => digest(`shared ${n}`))),
      await c.get('rendition', some.map((n) => digest(`rendition ${n % 4}`))),
      await c.traits(some.map(idOf)),
    ],
  })),
  fc.tuple(filters, fc.integer({ min: 1, max: 5 })).map(([where, limit]) => ({
    name: 'list',
    run: (c: Catalogue) => everything(c, where, limit),
  })),
  fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 8 })).map(([after, limit]) => ({
    name: 'changes',
    run: (c: Catalogue) => c.changes(after, limit),
  })),
  fc
    .tuple(fc.constantFrom('phone', 'cafe phones', '手机', '红色手机', '机', '"phone', 'ถ่าย', 'AND', 'スマホ', '', '* " (', 'cat'), filters)
    .map(([text, where]) => ({
      name: `find ${text}`,
      // Ranking is an engine's own; what is found is not.
      run: async (c: Catalogue) =>
        (await c.find({ text, limit: 100, where })).map((hit) => hit.asset).sort((a, b) => (a.id < b.id ? -1 : 1)),
    })),
  fc.tuple(seed, fc.integer({ min: 1, max: 9 })).map(([n, limit]) => ({
    name: 'why',
    run: async (c: Catalogue) => [
      await c.why({ of: `task-${n}` as TaskId, limit }),
      await c.why({ of: idOf(n), limit }),
      await c.why({ of: `https://example.org/${n}.jpg`, limit }),
      await c.why({ of: 'https://example.org/thumb.jpg', limit }),
      await c.why({ of: 'https://example.org/page', limit }),
    ],
  })),
  fc.option(fc.subarray(['r1', 'r2', 'r9'] as RequestId[])).map((asked) => ({
    name: 'stats',
    run: (c: Catalogue) => c.stats(asked ?? undefined),
  })),
)

export const catalogueContract = (name: string, subject: CatalogueSubject): void => {
  describe(`catalogue: ${name}`, () => {
    const closing: (() => Promise<void>)[] = []
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close()
    })
    const opened = async (): Promise<Catalogue> => {
      const place = await subject.fresh()
      closing.push(() => place.remove())
      const catalogue = await place.open()
      closing.push(() => catalogue.close())
      return catalogue
    }

    test('answers as the model does, whatever is asked, and after being opened again', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(steps, fc.integer({ min: 0, max: 9 })), { maxLength: 20 }), async (program) => {
          const place = await subject.fresh()
          const model = createCatalogueModel()
          let catalogue = await place.open()
          try {
            for (const [step, reopen] of program) {
              expect(await step.run(catalogue), step.name).toEqual(await step.run(model))
              if (reopen === 0 && subject.durable) {
                await catalogue.close()
                catalogue = await place.open()
              }
            }
          } finally {
            await catalogue.close()
            await place.remove()
          }
        }),
        { numRuns: 60 },
      )
    })

    test('a commit writes row, vectors, fingerprint and verdict together, and reads them back exactly', async () => {
      const catalogue = await opened()
      const vectors = [{ space: space('a', 4), values: unit([1, 2, 3, 4]) }]
      const entry = entryOf(1, {
        asset: {
          title: 'A “title” with \u0000 and 𝄞',
          labels: [{ name: 'cat', score: 0.1 + 0.2, by: 'p' }],
        },
        fingerprint: { pixels: digest('pixels'), thumbnail: digest('thumb'), pdqQuality: 49 },
        vectors,
      })
      expect(await catalogue.commit([entry])).toEqual([{ id: idOf(1), sequence: 1, created: true }])
      for (const [by, value] of [['id', idOf(1)], ['sha256', digest(1)], ['pixels', digest('pixels')], ['thumbnail', digest('thumb')]] as const) {
        expect(await catalogue.get(by, ['f'.repeat(64), value])).toEqual([null, entry.asset])
      }
      expect(await catalogue.traits([idOf(2), idOf(1)])).toEqual([null, { fingerprint: entry.fingerprint, vectors }])
      expect(await catalogue.changes(0, 10)).toEqual([
        { kind: 'put', sequence: 1, id: idOf(1), fingerprint: entry.fingerprint, vectors, duplicateOf: null },
      ])
      expect(await catalogue.why({ of: idOf(1), limit: 5 })).toEqual([entry.verdict])
    })

    test('committing an asset again changes nothing but its requests, which accumulate in order', async () => {
      const catalogue = await opened()
      await catalogue.commit([entryOf(1, { asset: { requestIds: ['r2'] as RequestId[] } }), entryOf(2)])
      const again = entryOf(1, {
        asset: { title: 'other', requestIds: ['r1', 'r2'] as RequestId[] },
        verdict: { task: 'other' as TaskId },
        supersedes: [idOf(2)],
      })
      expect(await catalogue.commit([again, again])).toEqual([
        { id: idOf(1), sequence: 1, created: false },
        { id: idOf(1), sequence: 1, created: false },
      ])
      expect(await catalogue.get('id', [idOf(1)])).toEqual([assetOf(1, { requestIds: ['r2', 'r1'] as RequestId[] })])
      expect(await catalogue.why({ of: 'other' as TaskId, limit: 1 })).toEqual([])
      expect((await catalogue.stats()).superseded).toBe(0)
    })

    test('renditions are added to what is stored, each recipe once, and go with the bytes of their original', async () => {
      const catalogue = await opened()
      await catalogue.commit([entryOf(1, { asset: { renditions: [renditionOf('never')] } }), entryOf(2)])
      const request = 'r7' as RequestId
      const small = renditionOf('s')
      const square = renditionOf('q', { fit: 'cover', asked: { width: 9, height: 9 } })
      const unmade = renditionOf('u', { name: 'cut', crop: { x: 9, y: 9, width: 9, height: 9 }, sha256: null, width: null, height: null, bytes: null, reason: 'crop-outside', detail: 'it lies outside' })
      expect(await catalogue.addRenditions([
        { asset: idOf(1), request, renditions: [small, unmade] }, { asset: idOf('none'), request, renditions: [small] },
        { asset: idOf(1), request, renditions: [renditionOf('other bytes'), square] },
      ])).toEqual([true, false, true])
      expect(await catalogue.get('id', [idOf(1), idOf(2)])).toEqual([
        assetOf(1, { renditions: [small, unmade, square], requestIds: ['r1', 'r7'] as RequestId[] }), assetOf(2),
      ])
      const named = async (...seeds: string[]) => (await catalogue.get('rendition', seeds.map((one) => digest(`rendition ${one}`)))).map((asset) => asset?.id ?? null)
      expect(await named('s', 'q', 'other bytes', 'u')).toEqual([idOf(1), idOf(1), null, null])
      expect((await catalogue.list({ after: null, limit: 9, where: { request } })).items.map(({ id }) => id)).toEqual([idOf(1)])
      await catalogue.addRenditions([{ asset: idOf(2), request, renditions: [small] }])
      await catalogue.commit([entryOf(3, { supersedes: [idOf(1)] })])
      expect((await catalogue.get('id', [idOf(1)]))[0]?.renditions).toEqual([])
      expect(await named('s', 'q')).toEqual([idOf(2), null])
      expect(await catalogue.addRenditions([{ asset: idOf(1), request, renditions: [square] }])).toEqual([false])
    })

    test('labels are changed where they stand: found by at once, no step of the sequence, and a person has the last word', async () => {
      const catalogue = await opened()
      const label = (name: string, by: string) => ({ name, score: 0.5, by })
      await catalogue.commit([
        entryOf(1, { asset: { title: 'A pet', labels: [label('tabby', 'net')], boxes: [{ x: 0, y: 0, width: 1, height: 1, name: 'sofa', score: 0.5, by: 'net' }] } }),
        entryOf(2),
      ])
      const before = await catalogue.changes(0, 9)
      const say = (by: string, ...names: string[]) => catalogue.relabel([{ asset: idOf(1), by, labels: names.map((name) => label(name, by)) }])
      const named = async () => (await catalogue.get('id', [idOf(1)]))[0]?.labels.map(({ name }) => name)
      const found = async (text: string) => [
        (await catalogue.list({ after: null, limit: 9, where: { label: text } })).items.length,
        ...(catalogue.capabilities.fullText ? [(await catalogue.find({ text, limit: 9 })).length] : []),
      ]
      const [once, never] = catalogue.capabilities.fullText ? [[1, 1], [0, 0]] : [[1], [0]]

      expect(await say('pets@1', 'Dog')).toEqual([true])
      expect(await say('pets@2', 'Wolf')).toEqual([true])
      expect([await named(), await found('wolf'), await found('tabby'), await found('dog'), await found('sofa')]).toEqual([['tabby', 'Wolf'], once, once, never, once])
      expect(await say(PERSON, 'Fox')).toEqual([true])
      expect(await say('pets@3', 'Dog')).toEqual([false])
      expect([await named(), await found('fox'), await found('tabby'), await found('wolf'), await found('sofa')]).toEqual([['Fox'], once, never, never, once])
      if (catalogue.capabilities.fullText) expect(await catalogue.find({ text: 'pet fox', limit: 9 })).toHaveLength(1)
      expect([await say(PERSON, 'Cat'), await named()]).toEqual([[true], ['Cat']])

      expect(await catalogue.changes(0, 9)).toEqual(before)
      expect((await catalogue.list({ after: null, limit: 9 })).items.map(({ id }) => id)).toEqual([idOf(1), idOf(2)])
      expect(await catalogue.relabel([{ asset: idOf('none'), by: PERSON, labels: [] }])).toEqual([false])
      // The better copy is of the same picture: what a person called it holds, unless a person has named that one too.
      await catalogue.commit([entryOf(3, { asset: { labels: [label('tabby', 'net')] }, supersedes: [idOf(1)] })])
      expect((await catalogue.get('id', [idOf(3)]))[0]?.labels).toEqual([label('Cat', PERSON)])
      expect([await found('cat'), await found('tabby'), await say(PERSON, 'Dog')]).toEqual([once, never, [false]])
    })

    test('a chain of better copies ends at the best, with all links pointing there', async () => {
      const catalogue = await opened()
      await catalogue.commit([
        entryOf('small', { vectors: [{ space: space('a', 2), values: unit([1, 0]) }] }),
        entryOf('linked', { asset: { duplicateOf: idOf('small'), level: 'similar' } }),
      ])
      await catalogue.commit([entryOf('middle', { supersedes: [idOf('small')] })])
      await catalogue.commit([entryOf('large', { supersedes: [idOf('middle'), idOf('small'), idOf('unknown'), idOf('large')] })])
      const [small, middle, linked, large] = await catalogue.get('id', [idOf('small'), idOf('middle'), idOf('linked'), idOf('large')])
      expect([small?.duplicateOf, small?.level]).toEqual([idOf('large'), 'copy'])
      expect([middle?.duplicateOf, middle?.level]).toEqual([idOf('large'), 'copy'])
      expect([linked?.duplicateOf, linked?.level]).toEqual([idOf('large'), 'similar'])
      expect([large?.duplicateOf, large?.level]).toEqual([null, null])
      expect(await catalogue.get('sha256', [digest('small'), digest('middle')])).toEqual([null, null])
      expect((await catalogue.changes(0, 99)).map((change) => [change.kind, change.id])).toEqual([
        ['put', idOf('linked')],
        ['drop', idOf('small')],
        ['put', idOf('large')],
        ['drop', idOf('middle')],
      ])
      expect((await catalogue.list({ after: null, limit: 9 })).items.map((asset) => asset.id)).toEqual([idOf('linked'), idOf('large')])
      expect((await catalogue.list({ after: null, limit: 9, where: { superseded: true } })).items).toHaveLength(4)
      expect(await catalogue.stats()).toMatchObject({ assets: 2, superseded: 2, linked: { similar: 1 }, spaces: [], sequence: 6 })
    })

    test('sequence numbers increase in the order of commits', async () => {
      const catalogue = await opened()
      const results = await Promise.all([1, 2, 3].map((n) => catalogue.commit([entryOf(n), entryOf(`${n}b`)])))
      expect(results.flat().map((result) => result.sequence)).toEqual([1, 2, 3, 4, 5, 6])
      expect((await catalogue.changes(2, 2)).map((change) => change.sequence)).toEqual([3, 4])
    })

    test('a thumbnail leads to a superseded asset only when no other has it', async () => {
      const catalogue = await opened()
      const thumbnail = digest('thumb')
      await catalogue.commit([entryOf(1, { fingerprint: { thumbnail } })])
      await catalogue.commit([entryOf(2, { supersedes: [idOf(1)] })])
      expect((await catalogue.get('thumbnail', [thumbnail]))[0]?.id).toBe(idOf(1))
      await catalogue.commit([entryOf(3, { fingerprint: { thumbnail } })])
      expect((await catalogue.get('thumbnail', [thumbnail]))[0]?.id).toBe(idOf(3))
    })

    test('full text: words by stem, without case or accents; unspaced scripts as written', async () => {
      const catalogue = await opened()
      if (!catalogue.capabilities.fullText) return
      await catalogue.commit([
        entryOf('phones', { asset: { title: 'Two Phones on a table' } }),
        entryOf('case', { asset: { alt: '红色手机壳 iPhone专用' } }),
        entryOf('cafe', { asset: { caption: 'Un CAFÉ à Genève' } }),
        entryOf('thai', { asset: { category: 'กล้องถ่ายรูป' } }),
        entryOf('kana', { asset: { title: 'スマートフォンケース' } }),
        entryOf('hangul', { asset: { title: '휴대전화 케이스' } }),
        entryOf('fields', { asset: { title: '手', alt: '机', labels: [{ name: 'bottles', score: 1, by: 'p' }] } }),
        entryOf('hindi', { asset: { title: 'हिन्दी किताब' } }),
      ])
      const find = async (text: string) => (await catalogue.find({ text, limit: 9 })).map((hit) => hit.asset.id)
      expect(await find('phone')).toEqual([idOf('phones')])
      expect(await find('TABLES phone')).toEqual([idOf('phones')])
      expect(await find('phone chair')).toEqual([])
      expect(await find('手机')).toEqual([idOf('case')])
      expect(await find('机手')).toEqual([])
      expect(await find('iphone 手机壳')).toEqual([idOf('case')])
      expect(await find('iPhone专用')).toEqual([idOf('case')])
      expect(await find('cafe')).toEqual([idOf('cafe')])
      expect(await find('cafe\u0301 GENEVE')).toEqual([idOf('cafe')])
      expect(await find('ถ่าย')).toEqual([idOf('thai')])
      expect(await find('ถาย')).toEqual([])
      expect(await find('フォン')).toEqual([idOf('kana')])
      expect(await find('ｽﾏｰﾄ')).toEqual([idOf('kana')])
      expect(await find('전화')).toEqual([idOf('hangul')])
      expect(await find('Bottle')).toEqual([idOf('fields')])
      expect(await find('हिन्दी')).toEqual([idOf('hindi')])
      expect(await find('हन')).toEqual([])
    })

    test('whatever is typed is words, never syntax', async () => {
      const catalogue = await opened()
      if (!catalogue.capabilities.fullText) return
      await catalogue.commit([entryOf(1, { asset: { title: 'salt and pepper OR sugar near text' } })])
      const find = async (text: string) => (await catalogue.find({ text, limit: 9 })).length
      for (const text of ['and', 'AND', 'salt AND', 'OR', '"salt', 'salt*', '-salt', 'text:salt', 'NEAR(salt pepper)', "salt'; --", '(salt', '^salt', 'salt\u0000']) {
        expect(await find(text), text).toBe(text === 'NEAR(salt pepper)' || !text.includes(';') ? 1 : await find('salt'))
      }
      for (const text of ['', '   ', '"', '*', '()', '\u0000', '🙂', 'salt NOT pepper', 'sal*', '\uD800']) {
        expect(await find(text), text).toBe(0)
      }
      expect(await find('salt '.repeat(5000))).toBe(1)
      expect(await find('盐'.repeat(5000))).toBe(0)
    })

    test('a text hit answers to the filters, best first, at most as many as asked for', async () => {
      const catalogue = await opened()
      if (!catalogue.capabilities.fullText) return
      await catalogue.commit([
        entryOf(1, { asset: { title: 'cat in a very long sentence about something else', host: 'a' } }),
        entryOf(2, { asset: { title: 'cat', host: 'b', requestIds: ['r7'] as RequestId[] } }),
        entryOf(3, { asset: { title: 'cat', host: 'b', category: 'pets' }, supersedes: [idOf(1)] }),
      ])
      const hits = await catalogue.find({ text: 'cats', limit: 9, where: { superseded: true } })
      expect(hits.map((hit) => hit.asset.id)).toEqual([idOf(2), idOf(3), idOf(1)])
      expect(hits.map((hit) => hit.score)).toEqual(hits.map((hit) => hit.score).sort((a, b) => b - a))
      expect(await catalogue.find({ text: 'cat', limit: 1 })).toHaveLength(1)
      expect(await catalogue.find({ text: 'cat', limit: 9, where: { host: 'a' } })).toEqual([])
      expect((await catalogue.find({ text: 'cat', limit: 9, where: { category: 'pets' } })).map((hit) => hit.asset.id)).toEqual([idOf(3)])
      expect((await catalogue.find({ text: 'cat', limit: 9, where: { request: 'r7' as RequestId } })).map((hit) => hit.asset.id)).toEqual([idOf(2)])
    })

    test('a second verdict on a task replaces the first; the newest come first', async () => {
      const catalogue = await opened()
      await catalogue.judge([verdictOf(1), verdictOf(2, { at: '2026-01-03T00:00:00.000Z' })])
      const second = verdictOf(1, { outcome: 'rejected', reason: 'blank', asset: null, at: '2026-01-04T00:00:00.000Z' })
      await catalogue.judge([second])
      expect(await catalogue.why({ of: second.task, limit: 9 })).toEqual([second])
      expect((await catalogue.why({ of: 'https://example.org/page', limit: 9 })).map((v) => v.task)).toEqual(['task-1', 'task-2'])
      expect(await catalogue.why({ of: 'https://example.org/page', limit: 1 })).toEqual([second])
      expect(await catalogue.why({ of: idOf(1), limit: 9 })).toEqual([])
      expect((await catalogue.stats()).verdicts).toBe(2)
    })

    test('a commit is all or nothing', async () => {
      const catalogue = await opened()
      const poison = { ...entryOf(2), verdict: { ...verdictOf(2), evidence: { at: 1n } as never } }
      const outcome = await catalogue.commit([entryOf(1), poison]).then(() => 'committed', () => 'refused')
      expect((await catalogue.stats()).assets).toBe(outcome === 'committed' ? 2 : 0)
      await catalogue.commit([entryOf(3)])
      expect((await catalogue.get('id', [idOf(3)]))[0]?.id).toBe(idOf(3))
    })

    test('what was given can be changed afterwards without changing what is stored', async () => {
      const catalogue = await opened()
      if (!subject.durable) return
      const sketch = new Uint8Array(4608).fill(7)
      await catalogue.commit([entryOf(1, { fingerprint: { sketch } })])
      sketch.fill(0)
      expect(await catalogue.traits([idOf(1)])).toEqual([{ fingerprint: fingerprintOf(1, { sketch: new Uint8Array(4608).fill(7) }), vectors: [] }])
    })
  })
}
