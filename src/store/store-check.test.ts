/** What the store check finds, and what it can mend. */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Of } from '../core/ids.ts'
import { openFsBlobStore } from './adapters/fs.ts'
import { entryOf, renditionOf, space, unit } from './asset.contract.ts'
import { createCatalogueModel } from './catalogue-model.ts'
import { createFingerprints } from './fingerprints.ts'
import { follow } from './follow.ts'
import { checkStore } from './store-check.ts'
import { createVectorIndexModel } from './vector-index-model.ts'

let root: string
let places = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gannet-check-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const SPACE = space('pack', 2)
const bytesOf = (n: number) => new TextEncoder().encode(`picture ${n}`)

const house = async (count = 5) => {
  const stores = {
    catalogue: createCatalogueModel(),
    blobs: await openFsBlobStore({ dir: join(root, `${++places}`) }),
    vectors: createVectorIndexModel(),
    fingerprints: createFingerprints(),
  }
  for (let n = 0; n < count; n++) {
    const sha256 = sha256Of(bytesOf(n))
    await stores.blobs.put(sha256, { kind: 'inline', bytes: bytesOf(n) })
    const asset = { id: sha256.slice(0, 24) as never, sha256, bytes: bytesOf(n).byteLength }
    await stores.catalogue.commit([entryOf(n, { asset, fingerprint: { sha256 }, vectors: [{ space: SPACE, values: unit([n, 1]) }] })])
  }
  return { ...stores, pathOf: (n: number) => stores.blobs.pathOf(sha256Of(bytesOf(n))) ?? '', idOf: (n: number) => sha256Of(bytesOf(n)).slice(0, 24) }
}

describe('store check', () => {
  test('a whole store has no problems, and an index that is behind is no problem', async () => {
    const stores = await house()
    expect(await checkStore(stores, { deep: true })).toMatchObject({ complete: true, rows: 5, blobs: 5, examples: [] })
    expect(await stores.vectors.position()).toBe(5)
  })

  test('lost, cut and altered bytes are named; none of them is called mended', async () => {
    const stores = await house()
    await rm(stores.pathOf(0))
    await truncate(stores.pathOf(1), 3)
    await writeFile(stores.pathOf(2), 'pictuRe 2')
    const shallow = await checkStore(stores)
    expect(shallow.examples).toEqual([{ kind: 'blob-missing', of: stores.idOf(0) }, { kind: 'blob-size', of: stores.idOf(1) }])
    const deep = await checkStore(stores, { deep: true, repair: true })
    expect(deep.found).toMatchObject({ 'blob-missing': 1, 'blob-size': 1, 'blob-hash': 1 })
    expect(Object.values(deep.mended)).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('the bytes of renditions are no orphans, and are named when they are lost, cut or altered', async () => {
    const stores = await house()
    const texts = ['lost', 'cut off', 'altered', 'whole']
    for (const text of texts) {
      await stores.blobs.put(sha256Of(text), { kind: 'inline', bytes: new TextEncoder().encode(text) })
      await stores.catalogue.addRenditions([
        { asset: stores.idOf(1) as never, request: 'r' as never, renditions: [renditionOf(text, { name: text.slice(0, 3), sha256: sha256Of(text), bytes: text.length })] },
      ])
    }
    expect(await checkStore(stores, { deep: true })).toMatchObject({ ok: true, blobs: 9 })
    const [lost = '', cut = '', altered = ''] = texts.map((text) => stores.blobs.pathOf(sha256Of(text)) ?? '')
    await rm(lost)
    await truncate(cut, 2)
    await writeFile(altered, 'alterEd')
    expect((await checkStore(stores)).examples).toEqual([{ kind: 'blob-missing', of: sha256Of('lost') }, { kind: 'blob-size', of: sha256Of('cut off') }])
    expect((await checkStore(stores, { deep: true, repair: true })).found).toMatchObject({ 'blob-missing': 1, 'blob-size': 1, 'blob-hash': 1, 'blob-orphan': 0 })
  })

  test('bytes without a row are removed when asked to', async () => {
    const stores = await house()
    const orphan = sha256Of(bytesOf(99))
    await stores.blobs.put(orphan, { kind: 'inline', bytes: bytesOf(99) })
    expect((await checkStore(stores)).found['blob-orphan']).toBe(1)
    expect(await stores.blobs.has(orphan)).toBe(true)
    expect((await checkStore(stores, { repair: true })).mended['blob-orphan']).toBe(1)
    expect((await checkStore(stores)).examples).toEqual([])
  })

  test('indexes that hold other things than the rows are built anew', async () => {
    const stores = await house()
    await follow(stores.catalogue, stores.fingerprints)
    await stores.vectors.apply([{ kind: 'put', sequence: 9, id: 'ghost' as never, vectors: [{ space: SPACE, values: unit([1, 1]) }] }])
    await stores.fingerprints.apply([{ kind: 'drop', sequence: 5.5, id: stores.idOf(1) as never }])
    const report = await checkStore({ ...stores }, { repair: true })
    expect(report.complete).toBe(true)
    expect((await checkStore(stores, { deep: true })).examples).toEqual([])
    const hits = await stores.vectors.search(SPACE, unit([1, 1]), { top: 9, threshold: -1 })
    expect(hits.map((hit) => hit.id).sort()).toEqual(Array.from({ length: 5 }, (_, n) => stores.idOf(n)).sort())
  })

  test('a deep check sees vectors under wrong ids, which counts do not tell', async () => {
    const stores = await house()
    const changes = await stores.catalogue.changes(0, 9)
    await stores.vectors.apply(changes.map((change, i) => ({ ...change, id: (changes[(i + 1) % 5]?.id ?? '') as never })))
    expect((await checkStore(stores)).examples).toEqual([])
    expect((await checkStore(stores, { deep: true, repair: true })).mended['vectors-differ']).toBe(1)
    expect((await checkStore(stores, { deep: true })).examples).toEqual([])
  })

  test('it stops when told to, and says that it did', async () => {
    const stores = await house()
    const report = await checkStore(stores, { signal: AbortSignal.abort() })
    expect(report).toMatchObject({ complete: false, rows: 0 })
  })
})

describe('follow', () => {
  test('takes page after page, tells how far it is, and how far behind', async () => {
    const stores = await house(7)
    const seen: string[] = []
    const abort = new AbortController()
    const halted = await follow(stores.catalogue, stores.vectors, {
      page: 2,
      signal: abort.signal,
      onProgress: (position, sequence) => {
        seen.push(`${position}/${sequence}`)
        if (position === 4) abort.abort()
      },
    })
    expect([halted, seen]).toEqual([{ applied: 4, lag: 3 }, ['2/7', '4/7']])
    expect(await follow(stores.catalogue, stores.vectors)).toEqual({ applied: 3, lag: 0 })
    expect(await follow(stores.catalogue, stores.vectors)).toEqual({ applied: 0, lag: 0 })
  })

  test('an index ahead of its catalogue starts anew', async () => {
    const stores = await house(2)
    await stores.vectors.apply([{ kind: 'put', sequence: 50, id: 'ghost' as never, vectors: [{ space: SPACE, values: unit([1, 1]) }] }])
    expect(await follow(stores.catalogue, stores.vectors)).toEqual({ applied: 2, lag: 0 })
    expect((await stores.vectors.spaces())[0]?.vectors).toBe(2)
  })
})
