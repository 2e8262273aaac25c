/** The contract of the vector index, on the model and on flat files; and what is the files' own. */
import { appendFile, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFlatVectors } from './adapters/flat-vectors.ts'
import { idOf, space, unit } from './asset.contract.ts'
import { createVectorIndexModel } from './vector-index-model.ts'
import type { VectorChange, VectorIndex } from './vector-index.ts'
import { vectorIndexContract } from './vector-index.contract.ts'

let dir: string
let places = 0
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gannet-vectors-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))
const place = () => join(dir, `${++places}`)

vectorIndexContract('model', {
  durable: false,
  fresh: async () => ({ open: async () => createVectorIndexModel(), remove: async () => {} }),
})

vectorIndexContract('flat files', {
  durable: true,
  async fresh() {
    const path = place()
    return { open: () => openFlatVectors({ dir: path }), remove: () => rm(path, { recursive: true, force: true }) }
  },
})

/** A small generator (mulberry32), so that every run sees the same vectors. */
const randomOf = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

const DIMENSION = 96
const SPACE = space('pack', DIMENSION)
/** Clusters, so that there are near neighbours; some values far larger than the rest, which rounding treats worst. */
const clustered = (count: number): readonly Float32Array[] => {
  const random = randomOf(7)
  const centres = Array.from({ length: 40 }, () => Array.from({ length: DIMENSION }, () => random() - 0.5))
  return Array.from({ length: count }, (_, n) => {
    const centre = centres[n % centres.length] ?? []
    return unit(centre.map((value, i) => value + (random() - 0.5) * 0.4 + (i === n % 7 ? 3 : 0)))
  })
}
const puts = (vectors: readonly Float32Array[]): VectorChange[] =>
  vectors.map((values, n) => ({ kind: 'put', sequence: n + 1, id: idOf(n), vectors: [{ space: SPACE, values }] }))

describe('flat files', () => {
  const vectors = clustered(9000)

  test('finds every true neighbour over several blocks, one query at a time and many at once', async () => {
    const index = await openFlatVectors({ dir: place() })
    const model = createVectorIndexModel()
    const changes: VectorChange[] = [
      ...puts(vectors),
      ...Array.from({ length: 900 }, (_, n): VectorChange => ({ kind: 'drop', sequence: 9001 + n, id: idOf(n * 10) })),
    ]
    for (const each of [index, model]) await each.apply(changes)
    const queries = Array.from({ length: 24 }, (_, n) => vectors[n * 301] ?? new Float32Array(DIMENSION))
    for (const ask of [{ top: 10, threshold: -1 }, { top: 300, threshold: 0.9 }, { top: 1, threshold: 0.5 }]) {
      const expected = await Promise.all(queries.map((query) => model.search(SPACE, query, ask)))
      expect(await Promise.all(queries.map((query) => index.search(SPACE, query, ask)))).toEqual(expected)
      for (const [n, query] of queries.entries()) expect(await index.search(SPACE, query, ask)).toEqual(expected[n])
    }
    await index.close()
  })

  test('rows that go make room for those that come', async () => {
    const path = place()
    const index = await openFlatVectors({ dir: path })
    await index.apply(puts(vectors.slice(0, 1000)))
    await index.flush()
    const [before] = await index.spaces()
    let sequence = 1000
    for (let round = 0; round < 5; round++) {
      await index.apply(Array.from({ length: 500 }, (_, n) => ({ kind: 'drop', sequence: ++sequence, id: idOf(n + (round % 2) * 500) })))
      await index.flush()
      await index.apply(
        Array.from({ length: 500 }, (_, n) => ({
          kind: 'put', sequence: ++sequence, id: idOf(n + (round % 2) * 500), vectors: [{ space: SPACE, values: vectors[n + 1000] ?? new Float32Array(DIMENSION) }],
        })),
      )
      await index.flush()
    }
    expect(await index.spaces()).toEqual([before])
    await index.close()
  })

  const wanted = async (index: VectorIndex) => [await index.position(), (await index.search(SPACE, vectors[3] as Float32Array, { top: 1, threshold: 0 }))[0]?.id]

  test('a torn tail is cut back to the position', async () => {
    const path = place()
    const index = await openFlatVectors({ dir: path })
    await index.apply(puts(vectors.slice(0, 10)))
    await index.flush()
    await index.close()
    const folder = join(path, encodeURIComponent(SPACE))
    await appendFile(join(folder, 'rows.f32'), 'torn')
    await appendFile(join(folder, 'ids'), 'torn')
    const again = await openFlatVectors({ dir: path })
    expect(await wanted(again)).toEqual([10, idOf(3)])
    await again.apply([{ kind: 'put', sequence: 11, id: idOf(10), vectors: [{ space: SPACE, values: vectors[10] as Float32Array }] }])
    await again.flush()
    await again.close()
    const last = await openFlatVectors({ dir: path })
    expect((await last.search(SPACE, vectors[10] as Float32Array, { top: 1, threshold: 0.99 }))[0]?.id).toBe(idOf(10))
    await last.close()
  })

  test('files that lost what the position promises are built anew, as is an unreadable position', async () => {
    for (const damage of [
      (path: string) => truncate(join(path, encodeURIComponent(SPACE), 'rows.f32'), 100),
      (path: string) => rm(join(path, encodeURIComponent(SPACE)), { recursive: true }),
      (path: string) => writeFile(join(path, 'position.json'), '{"format":1,'),
      (path: string) => writeFile(join(path, 'position.json'), '{"format":99}'),
    ]) {
      const path = place()
      const index = await openFlatVectors({ dir: path })
      await index.apply(puts(vectors.slice(0, 10)))
      await index.flush()
      await index.close()
      await damage(path)
      const again = await openFlatVectors({ dir: path })
      expect(await again.position()).toBe(0)
      expect(await readdir(path)).toEqual([])
      await again.apply(puts(vectors.slice(0, 10)))
      expect(await wanted(again)).toEqual([10, idOf(3)])
      await again.close()
    }
  })

  test('a second process may look, and only look', async () => {
    const path = place()
    const index = await openFlatVectors({ dir: path })
    await index.apply(puts(vectors.slice(0, 10)))
    await index.flush()
    const reader = await openFlatVectors({ dir: path, readOnly: true })
    expect(await wanted(reader)).toEqual([10, idOf(3)])
    await expect(reader.apply([{ kind: 'drop', sequence: 11, id: idOf(3) }])).rejects.toMatchObject({ code: 'usage' })
    await expect(reader.clear()).rejects.toMatchObject({ code: 'usage' })
    await reader.close()
    await index.close()
  })

  test('a vector of another length is refused and changes nothing', async () => {
    const index = await openFlatVectors({ dir: place() })
    await index.apply(puts(vectors.slice(0, 10)))
    const wrong: VectorChange = { kind: 'put', sequence: 11, id: idOf(3), vectors: [{ space: SPACE, values: unit([1, 2]) }] }
    await expect(index.apply([wrong])).rejects.toMatchObject({ code: 'usage' })
    expect(await wanted(index)).toEqual([10, idOf(3)])
    await index.close()
  })
})
