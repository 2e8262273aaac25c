/** The one writer: what it decides, and what is left of it after any failure. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diesAt } from '../../test/mortal.ts'
import { hammingHex } from '../core/hamming.ts'
import { sha256Of, type RequestId, type Sha256 } from '../core/ids.ts'
import { pages } from '../core/page-of.ts'
import { openFlatVectors } from './adapters/flat-vectors.ts'
import { openFsBlobStore } from './adapters/fs.ts'
import { openSqliteCatalogue } from './adapters/sqlite.ts'
import { assetOf, digest, fingerprintOf, renditionOf, space, unit, verdictOf } from './asset.contract.ts'
import type { Fingerprint } from './asset.ts'
import { createBlobStoreModel } from './blob-store-model.ts'
import { createCatalogueModel } from './catalogue-model.ts'
import type { CommitAnswer, CommitAsk, RenditionAsk } from './committer.ts'
import { createCommitter, type OwnedCommitter } from './create-committer.ts'
import { createFingerprints } from './fingerprints.ts'
import { lockFolder } from './folder.ts'
import type { SameJudge } from './same.ts'
import { checkStore, type CheckedStores } from './store-check.ts'
import { createVectorIndexModel } from './vector-index-model.ts'

let root: string
let places = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gannet-committer-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))
const place = () => join(root, `${++places}`)

const SPACE = space('pack', 4)
const limits = { pdqDistance: 31, copyAt: {}, similarAt: { [SPACE]: 0.95 } }

/** A plain policy: exact skip, copy keep-best, similar link. */
const judge: SameJudge = (subject, { exact, copies, similar }) => {
  if (exact) return { kind: 'duplicate', of: exact.id, level: 'exact', evidence: { by: 'exact' } }
  const [copy] = copies
  if (copy && copy.width >= (subject.width ?? 0)) {
    return { kind: 'duplicate', of: copy.id, level: 'copy', evidence: { distance: copy.distance } }
  }
  const near = similar.find((other) => !copies.some((one) => one.id === other.id))
  return {
    kind: 'new',
    link: near ? { to: near.duplicateOf ?? near.id, level: 'similar' } : null,
    supersedes: copies.map((one) => one.id),
    evidence: { copies: copies.length, similar: similar.length },
  }
}

const bytesOf = (seed: string | number): Uint8Array => new TextEncoder().encode(`picture ${seed} `.repeat(50))
const pdqOf = (base: number, bits = 0): string =>
  (BigInt(`0x${createHash('sha256').update(`base ${base}`).digest('hex')}`) ^ ((1n << BigInt(bits)) - 1n)).toString(16).padStart(64, '0')

const askOf = (
  seed: string | number,
  over: {
    readonly url?: string
    readonly width?: number
    readonly pdq?: string
    readonly vector?: readonly number[]
    readonly print?: Partial<Fingerprint>
    readonly request?: string
    readonly spool?: string
  } = {},
): CommitAsk => {
  const bytes = bytesOf(seed)
  const sha256 = sha256Of(bytes)
  const pdq = over.pdq ?? fingerprintOf(seed).pdq
  const url = over.url ?? `https://example.org/${seed}.jpg`
  const requestIds = [(over.request ?? 'r1') as RequestId]
  const id = sha256.slice(0, 24) as never
  return {
    asset: assetOf(seed, { id, sha256, url, pdq, bytes: bytes.byteLength, width: over.width ?? 640, requestIds }),
    fingerprint: fingerprintOf(seed, { sha256, pdq, ...over.print }),
    vectors: over.vector ? [{ space: SPACE, values: unit(over.vector) }] : [],
    verdict: verdictOf(seed, { asset: id, url, task: sha256Of(url).slice(0, 22) as never }),
    body: over.spool === undefined ? { kind: 'inline', bytes } : { kind: 'spool', path: over.spool, size: bytes.byteLength },
  }
}

/** Renditions of the picture that `askOf` makes of the same seed; those of one `text` are the same bytes. */
const renditionsOf = (seed: string | number, ...texts: readonly string[]): RenditionAsk => ({
  asset: askOf(seed).asset.id, request: 'r2' as RequestId,
  renditions: texts.map((text, n) => {
    const bytes = new TextEncoder().encode(text)
    const rendition = renditionOf(n, { name: `n${n}`, sha256: sha256Of(bytes), bytes: bytes.byteLength })
    return { rendition, body: { kind: 'inline', bytes } }
  }),
})

interface House extends CheckedStores {
  readonly committer: OwnedCommitter
  readonly journalPath: string
}
const modelHouse = (over: Partial<CheckedStores> & { readonly judge?: SameJudge; readonly group?: number; readonly journalPath?: string } = {}): House => {
  const stores: CheckedStores = {
    catalogue: createCatalogueModel(),
    blobs: createBlobStoreModel(),
    vectors: createVectorIndexModel(),
    fingerprints: createFingerprints(),
    ...over,
  }
  const journalPath = over.journalPath ?? place()
  return { ...stores, journalPath, committer: createCommitter({ ...stores, limits, judge: over.judge ?? judge, journalPath, ...(over.group && { group: over.group }) }) }
}

/** Nothing wrong anywhere: rows, blobs and indexes agree. */
const expectWhole = async (house: CheckedStores): Promise<void> => {
  expect(await checkStore(house, { deep: true })).toMatchObject({ complete: true, examples: [] })
}
const rowsOf = async ({ catalogue }: CheckedStores) => {
  const rows = []
  for await (const asset of pages((after) => catalogue.list({ after, limit: 50, where: { superseded: true } }))) rows.push(asset)
  return rows
}
const exists = (path: string) => stat(path).then(() => true, () => false)

const asks: fc.Arbitrary<CommitAsk> = fc
  .record({
    seed: fc.nat(14),
    url: fc.option(fc.constantFrom('https://example.org/a', 'https://example.org/b'), { freq: 3 }),
    width: fc.constantFrom(320, 640, 1280),
    base: fc.nat(6),
    bits: fc.constantFrom(0, 5, 20, 31, 33),
    quality: fc.constantFrom(100, 100, 49),
    vector: fc.option(fc.constantFrom([1, 0, 0, 0], [1, 0.1, 0, 0], [0, 1, 0, 0], [0, 0.2, 1, 0])),
    pixels: fc.option(fc.nat(2), { freq: 3 }),
    thumbnail: fc.option(fc.nat(2), { freq: 3 }),
    request: fc.constantFrom('r1', 'r2'),
  })
  .map((r) =>
    askOf(r.seed, {
      ...(r.url !== null && { url: r.url }),
      width: r.width,
      pdq: pdqOf(r.base, r.bits),
      ...(r.vector && { vector: r.vector }),
      print: {
        pdqQuality: r.quality,
        pixels: r.pixels === null ? null : digest(`pixels ${r.pixels}`),
        thumbnail: r.thumbnail === null ? null : digest(`thumb ${r.thumbnail}`),
      },
      request: r.request,
    }),
  )

describe('committer', () => {
  test('asks that arrive together are decided as if one by one, and the stores agree', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(asks, { maxLength: 20 }), fc.integer({ min: 2, max: 9 }), async (some, group) => {
        const together = modelHouse({ group })
        const apart = modelHouse()
        const answers = await together.committer.commit(some)
        const expected: CommitAnswer[] = []
        for (const ask of some) expected.push(...(await apart.committer.commit([ask])))
        expect(answers.map((answer) => ({ ...answer, sequence: 0 }))).toEqual(expected.map((answer) => ({ ...answer, sequence: 0 })))
        expect((await rowsOf(together)).map((row) => row.id)).toEqual((await rowsOf(apart)).map((row) => row.id))
        expect(await rowsOf(together)).toEqual(await rowsOf(apart))
        await expectWhole(together)
        await expectWhole(apart)
        expect(await readFile(together.journalPath, 'utf8')).toBe('')
        await together.committer.close()
        await apart.committer.close()
      }),
      { numRuns: 150 },
    )
  })

  test('a picture is stored with its bytes, its row, its verdict and the judge’s evidence', async () => {
    const house = modelHouse()
    const ask = askOf(1, { vector: [1, 0, 0, 0] })
    expect(await house.committer.commit([ask])).toEqual([{ kind: 'stored', id: ask.asset.id, sequence: 1, linked: null }])
    expect(await house.catalogue.get('id', [ask.asset.id])).toEqual([ask.asset])
    expect(await house.blobs.get(ask.asset.sha256)).toEqual(bytesOf(1))
    const [verdict] = await house.catalogue.why({ of: ask.asset.id, limit: 1 })
    expect(verdict).toEqual({ ...ask.verdict, evidence: { ...(ask.verdict.evidence as object), same: { copies: 0, similar: 0 } } })
  })

  test('the same URL bringing the same picture again is stored again, also once superseded', async () => {
    const house = modelHouse()
    const small = askOf('small', { pdq: pdqOf(1), width: 100 })
    const large = askOf('large', { pdq: pdqOf(1, 3), width: 200 })
    await house.committer.commit([small, small])
    expect(await house.committer.commit([askOf('small', { pdq: pdqOf(1), width: 100, request: 'r2' })])).toEqual([
      { kind: 'stored', id: small.asset.id, sequence: 1, linked: null },
    ])
    expect((await house.catalogue.get('id', [small.asset.id]))[0]?.requestIds).toEqual(['r1', 'r2'])
    await house.committer.commit([large])
    expect(await house.blobs.has(small.asset.sha256)).toBe(false)
    expect(await house.committer.commit([small])).toMatchObject([{ kind: 'stored', linked: { to: large.asset.id, level: 'copy' } }])
    expect(await house.blobs.has(small.asset.sha256)).toBe(false)
    const elsewhere = askOf('small', { pdq: pdqOf(1), width: 100, url: 'https://example.net/other' })
    expect(await house.committer.commit([elsewhere])).toMatchObject([{ kind: 'duplicate', of: large.asset.id, level: 'copy' }])
    await expectWhole(house)
  })

  test('a better copy takes the place of a stored one, with those linked to it', async () => {
    const house = modelHouse()
    const small = askOf('small', { pdq: pdqOf(1), width: 100, vector: [1, 0, 0, 0] })
    const alike = askOf('alike', { pdq: pdqOf(2), vector: [1, 0.05, 0, 0] })
    const large = askOf('large', { pdq: pdqOf(1, 9), width: 200, vector: [1, 0, 0, 0] })
    const answers = await house.committer.commit([small, alike])
    expect(answers[1]).toMatchObject({ kind: 'stored', linked: { to: small.asset.id, level: 'similar' } })
    await house.committer.commit([large])
    const [old, linked] = await house.catalogue.get('id', [small.asset.id, alike.asset.id])
    expect([old?.level, old?.duplicateOf, linked?.duplicateOf]).toEqual(['copy', large.asset.id, large.asset.id])
    expect(house.fingerprints.near(small.fingerprint, 31).map((near) => near.id)).toEqual([large.asset.id])
    await expectWhole(house)
  })

  test('a thumbnail that was superseded leads to what replaced it', async () => {
    const house = modelHouse()
    const thumbnail = digest('thumb')
    await house.committer.commit([askOf('small', { pdq: pdqOf(1), width: 100, print: { thumbnail } }), askOf('large', { pdq: pdqOf(1), width: 200 })])
    const subject = { ...askOf('new', { print: { thumbnail } }), task: 't' as never, url: 'u', aspect: 1, width: null, height: null, bytes: null }
    expect(await house.committer.known([subject])).toMatchObject([{ kind: 'duplicate', of: askOf('large').asset.id, level: 'exact' }])
  })

  test('asking what is known changes nothing', async () => {
    const house = modelHouse()
    await house.committer.commit([askOf(1)])
    const { fingerprint, vectors } = askOf(1)
    const subject = { task: 't' as never, url: 'u', fingerprint, vectors, aspect: 1, width: null, height: null, bytes: null }
    expect(await house.committer.known([subject, { ...subject, fingerprint: askOf(2).fingerprint }])).toMatchObject([{ kind: 'duplicate' }, { kind: 'new' }])
    expect((await house.catalogue.stats()).sequence).toBe(1)
  })

  test('what only its thumbnail is known by is asked again at the commit', async () => {
    const house = modelHouse()
    const scouted = (n: number, pdq: string) => ({
      task: `t${n}` as never, url: `https://example.org/${n}.jpg`, fingerprint: fingerprintOf(`thumb ${n}`, { pdq }),
      vectors: [], aspect: 1, width: 100, height: 100, bytes: null,
    })
    const one = { ...askOf(1, { pdq: pdqOf(1) }), scouted: scouted(1, pdqOf(9)) }
    // In full they differ by more than PDQ allows; the second's thumbnail shows the first.
    const two = { ...askOf(2, { pdq: pdqOf(1, 40) }), scouted: scouted(2, pdqOf(1, 10)) }
    expect(await house.committer.commit([one, two])).toMatchObject([{ kind: 'stored' }, { kind: 'duplicate', of: one.asset.id, level: 'copy' }])
    expect(await house.committer.commit([two])).toMatchObject([{ kind: 'duplicate', of: one.asset.id }])
    const { scouted: _, ...blind } = two
    expect(await house.committer.commit([blind])).toMatchObject([{ kind: 'stored' }])
  })

  test('a hash of low quality neither proposes nor is proposed', async () => {
    const seen: number[] = []
    const house = modelHouse({
      judge: (subject, found) => {
        seen.push(found.copies.length)
        return judge(subject, { ...found, copies: [] })
      },
    })
    for (const [n, pdqQuality] of [100, 49, 50, 49].entries()) await house.committer.commit([askOf(n, { pdq: pdqOf(1), print: { pdqQuality } })])
    expect(seen).toEqual([0, 0, 1, 0])
  })

  test('a spooled body is consumed, whatever becomes of the picture', async () => {
    const house = modelHouse()
    const spools = await Promise.all(
      ['a', 'a', 'b'].map(async (seed) => {
        const path = place()
        await writeFile(path, bytesOf(seed))
        return path
      }),
    )
    const answers = await house.committer.commit([
      askOf('a', { spool: spools[0] as string }),
      askOf('a', { spool: spools[1] as string, url: 'https://example.net/elsewhere' }),
      askOf('b', { spool: spools[2] as string }),
    ])
    expect(answers.map((answer) => answer.kind)).toEqual(['stored', 'duplicate', 'stored'])
    expect(await Promise.all(spools.map(exists))).toEqual([false, false, false])
    expect(await house.blobs.get(askOf('b').asset.sha256)).toEqual(bytesOf('b'))
  })

  test('one that cannot be stored does not take the others with it', async () => {
    const house = modelHouse({
      judge: (subject, found) => {
        if (subject.url.includes('poison')) throw new RangeError('the judge is at a loss')
        return judge(subject, found)
      },
    })
    const good = askOf('good')
    const bad: CommitAsk[] = [
      askOf('poison'),
      { ...askOf('dimension'), vectors: [{ space: SPACE, values: unit([1, 0]) }] },
      { ...askOf('number'), vectors: [{ space: SPACE, values: Float32Array.of(Number.NaN, 0, 0, 1) }] },
      { ...askOf('size'), body: { kind: 'inline', bytes: new Uint8Array(3) } },
      askOf('spool', { spool: place() }),
    ]
    const outcomes = await Promise.allSettled([...bad, good].map((ask) => house.committer.commit([ask])))
    expect(outcomes.map((outcome) => outcome.status)).toEqual([...bad.map(() => 'rejected'), 'fulfilled'])
    expect((await rowsOf(house)).map((row) => row.id)).toEqual([good.asset.id])
    await expectWhole(house)
  })

  /** Some of everything: new, linked, exact, superseding, superseding what came in the same group. */
  const scenario = (): readonly CommitAsk[] => [
    askOf('one', { pdq: pdqOf(1), width: 100, vector: [1, 0, 0, 0] }),
    askOf('two', { pdq: pdqOf(2), vector: [1, 0.02, 0, 0] }),
    askOf('three', { pdq: pdqOf(1, 4), width: 200 }),
    askOf('one', { pdq: pdqOf(1), width: 100, url: 'https://example.net/again' }),
    askOf('four', { pdq: pdqOf(4), width: 10, vector: [0, 1, 0, 0] }),
    askOf('five', { pdq: pdqOf(4, 8), width: 20, vector: [0, 1, 0, 0] }),
    askOf('six', { pdq: pdqOf(1, 6), width: 300 }),
  ]

  test('dying at any call to any store loses nothing and doubles nothing', async () => {
    const calm = modelHouse({ group: 3 })
    await calm.committer.commit(scenario())
    const expected = await rowsOf(calm)
    for (let fatal = 0, alive = false; !alive; fatal++) {
      for (const when of ['before', 'after'] as const) {
        const mortal = diesAt(fatal, when, ['near'])
        const house = modelHouse({ group: 3 })
        const first = modelHouse({
          group: 3,
          catalogue: mortal(house.catalogue),
          blobs: mortal(house.blobs),
          vectors: mortal(house.vectors),
          journalPath: house.journalPath,
        })
        const renditions = expected.map(({ id }): RenditionAsk => ({ ...renditionsOf('any', `of ${id}`, 'the same of all'), asset: id }))
        const outcomes = await Promise.allSettled([
          ...scenario().map((ask) => first.committer.commit([ask])), ...renditions.map((ask) => first.committer.commitRenditions(ask)),
        ])
        alive = outcomes.every((outcome) => outcome.status === 'fulfilled')
        await first.committer.close()
        // What the next owner of the folder does. The fingerprints lived in the memory of the dead.
        const next = modelHouse({ ...house, group: 3, fingerprints: createFingerprints() })
        await next.committer.recover()
        await expectWhole(next)
        await next.committer.commit(scenario())
        const stored = await Promise.all(renditions.map((ask) => next.committer.commitRenditions(ask)))
        await expectWhole(next)
        const rows = await rowsOf(next)
        for (const [n, { asset }] of renditions.entries()) {
          expect(rows.find(({ id }) => id === asset)?.renditions).toHaveLength(stored[n] ? 2 : 0)
        }
        expect(stored).toContain(true)
        expect(rows.map((row) => row.id).sort()).toEqual(expected.map((row) => row.id).sort())
        await next.committer.close()
      }
    }
  })

  test('renditions lie beside their original, go with it unless another needs their bytes, and are stored once', async () => {
    const house = modelHouse()
    const [worse, better, other] = [askOf('worse', { width: 10, pdq: pdqOf(1) }), askOf('better', { width: 99, pdq: pdqOf(1, 2) }), askOf('other')]
    await house.committer.commit([worse, other])
    const path = place()
    await writeFile(path, 'mine')
    const mine = renditionsOf('worse', 'mine', 'shared')
    const spooled = { ...mine, renditions: mine.renditions.map((one, n) => (n === 0 ? { ...one, body: { kind: 'spool', path, size: 4 } as const } : one)) }
    expect(await house.committer.commitRenditions(spooled)).toBe(true)
    await expect(stat(path)).rejects.toThrow('ENOENT')
    expect(await house.committer.commitRenditions(renditionsOf('other', 'shared'))).toBe(true)
    expect(await house.committer.commitRenditions(mine)).toBe(true)
    // Another decoder made other bytes of the same recipe: what was first stays, and nothing is left of the second.
    expect(await house.committer.commitRenditions(renditionsOf('worse', 'mine, but otherwise'))).toBe(true)
    await expectWhole(house)
    expect((await rowsOf(house)).map(({ renditions }) => renditions.length)).toEqual([2, 1])
    await house.committer.commit([better])
    await expectWhole(house)
    expect(await Promise.all(['mine', 'shared'].map((text) => house.blobs.has(sha256Of(text))))).toEqual([false, true])
    expect(await house.committer.commitRenditions(mine)).toBe(false)
    expect(await house.committer.commitRenditions(renditionsOf('never stored', 'late'))).toBe(false)
    await expectWhole(house)
    await house.committer.close()
  })

  test('what a crash left is removed by the next owner, and nothing else', async () => {
    const house = modelHouse()
    const kept = askOf('kept')
    await house.committer.commit([kept])
    await house.committer.close()
    const orphan = askOf('orphan').asset.sha256
    const stranger = askOf('stranger').asset.sha256
    for (const [sha256, seed] of [[orphan, 'orphan'], [stranger, 'stranger']] as const) await house.blobs.put(sha256, { kind: 'inline', bytes: bytesOf(seed) })
    await writeFile(house.journalPath, `put ${kept.asset.sha256}\nput ${orphan}\ndrop ${digest('never there')}\nput abc`)
    const next = modelHouse({ ...house })
    expect(await next.committer.recover()).toEqual({ blobsRemoved: 2, followed: 0 })
    expect(await Promise.all([kept.asset.sha256, orphan, stranger].map((sha256: Sha256) => house.blobs.has(sha256)))).toEqual([true, false, true])
    expect(await readFile(house.journalPath, 'utf8')).toBe('')
  })

  test('killed in the middle of its work, again and again, a real folder is whole each time', async () => {
    const dir = place()
    const script = `
      const { commitUntilKilled } = await import('./src/store/committer.kill.contract.ts')
      await commitUntilKilled(process.argv[1], Number(process.argv[2]))`
    let told = 0
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, dir, String(round)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let lines = 0
      child.stdout.on('data', (chunk: Buffer) => {
        lines += chunk.toString().split('\n').length - 1
        if (lines > 40 + 25 * round) child.kill('SIGKILL')
      })
      await once(child, 'close')
      told += lines
      const folder = await lockFolder(dir, { waitMs: 5000 })
      const stores = {
        catalogue: await openSqliteCatalogue({ path: folder.paths.catalogue }),
        blobs: await openFsBlobStore({ dir: folder.paths.blobs }),
        vectors: await openFlatVectors({ dir: folder.paths.vectors }),
        fingerprints: createFingerprints(),
      }
      const committer = createCommitter({ ...stores, limits, judge, journalPath: folder.paths.journal })
      await committer.recover()
      await expectWhole(stores)
      const { assets, superseded, verdicts } = await stores.catalogue.stats()
      expect(assets + superseded).toBeGreaterThanOrEqual(told)
      expect(verdicts).toBe(assets + superseded)
      await committer.close()
      for (const store of [stores.vectors, stores.blobs, stores.catalogue]) await store.close()
      await folder.release()
    }
  })

  test('the distance that decides is the one PDQ means', () => {
    expect(hammingHex(pdqOf(1), pdqOf(1, 31))).toBe(31)
  })
})
