/** Renditions on a real folder, rendered by the real renderer: made once, of what is stored now, whatever fails on the way. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asSharp, draw } from '../../test/drawn-pictures.ts'
import { diesAt } from '../../test/mortal.ts'
import { storedOriginals } from '../app/originals.ts'
import { sha256Of, type AssetId, type RequestId, type TaskId } from '../core/ids.ts'
import { LANE_NAMES } from '../core/lanes.ts'
import { policySettings } from '../analyze/index.ts'
import { resolveConfig } from '../core/config.ts'
import type { Rendition } from '../core/rendition.ts'
import type { Lease } from '../schedule/task.ts'
import { openFsBlobStore } from '../store/adapters/fs.ts'
import { assetOf, fingerprintOf, verdictOf } from '../store/asset.contract.ts'
import { createCatalogueModel } from '../store/catalogue-model.ts'
import type { Asset } from '../store/asset.ts'
import type { CommitAsk } from '../store/committer.ts'
import { checkStore, createCommitter, createFingerprints, type CommitterOptions } from '../store/index.ts'
import { createVectorIndexModel } from '../store/vector-index-model.ts'
import { createVisionProcess, type Vision } from '../vision/index.ts'
import { createProcessWalk, type ProcessPorts } from './process-walk.ts'
import type { End } from './work.ts'

let root: string
let small: Buffer
let large: Buffer
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gannet-process-'))
  small = await asSharp(draw(1, 120, 80)).png().toBuffer()
  large = await asSharp(draw(1, 240, 160)).png().toBuffer()
})
afterAll(() => rm(root, { recursive: true, force: true }))

const want = (name: string, more: Partial<Rendition> = {}): Rendition =>
  ({ name, crop: null, width: 30, height: null, fit: 'inside', format: 'jpeg', quality: null, ...more })
const WANTED = [want('a'), want('b', { format: 'png', width: null, crop: { x: 5, y: 5, width: 40, height: 40 } })]
const REQUEST = 'wants' as RequestId

const leaseOf = (asset: AssetId, renditions: readonly Rendition[] = WANTED): Lease => ({
  task: { id: 't' as TaskId, request: REQUEST, kind: 'process', host: LANE_NAMES[0] as string, url: 'https://a/1', weight: 50, attempts: 0, sequence: 1, payload: { asset, renditions } as never },
  fence: 1, until: 0, grant: { host: '', notBefore: 0, count: 1, intervalMs: 0, fence: 1 },
})

let places = 0
const setUp = async (over: { readonly mortal?: <Store extends object>(store: Store) => Store } = {}) => {
  const { mortal = (store) => store } = over
  const dir = join(root, `${++places}`)
  const spool = join(root, `spool-${places}`)
  await mkdir(spool)
  const catalogue = createCatalogueModel()
  const blobs = await openFsBlobStore({ dir })
  const rest = { vectors: createVectorIndexModel(), fingerprints: createFingerprints() }
  const options: CommitterOptions = {
    catalogue, blobs, ...rest, journalPath: join(root, `journal-${places}`), limits: { pdqDistance: 31, copyAt: {}, similarAt: {} },
    // The larger one replaces the smaller.
    judge: (_, { copies }) => ({ kind: 'new', link: null, supersedes: copies.map(({ id }) => id), evidence: null }),
  }
  const committer = createCommitter(options)
  const ask = (bytes: Buffer): CommitAsk => {
    const sha256 = sha256Of(bytes)
    const id = sha256.slice(0, 24) as AssetId
    return {
      asset: assetOf(id, { id, sha256, bytes: bytes.length, requestIds: ['brought' as RequestId] }), vectors: [], body: { kind: 'inline', bytes },
      fingerprint: fingerprintOf('same', { sha256 }), verdict: verdictOf(id, { asset: id }),
    }
  }
  const store = async (bytes: Buffer): Promise<AssetId> => {
    await committer.commit([ask(bytes)])
    return ask(bytes).asset.id
  }
  const id = await store(small)
  const policy = resolveConfig(policySettings, [])
  const process = createVisionProcess({ choice: { detect: null, embed: null, classify: null } })
  const rendered: string[] = []
  const vision: Pick<Vision, 'render'> = {
    async render(original, rendition) {
      rendered.push(rendition.name)
      return process.render(original, rendition)
    },
  }
  const ports = { catalogue, committer, originals: storedOriginals(blobs as never, spool), vision: vision as Vision, policy } satisfies ProcessPorts
  const mortals: ProcessPorts = { catalogue: mortal(catalogue), committer: mortal(committer), originals: mortal(ports.originals), vision: mortal(ports.vision), policy }
  const walk = (lease = leaseOf(id), using: Partial<ProcessPorts> = {}): Promise<End> =>
    createProcessWalk({ ...mortals, ...using }, new AbortController().signal).walk(lease)
  const isWhole = async (): Promise<void> => {
    expect(await checkStore({ catalogue, blobs, ...rest }, { deep: true })).toMatchObject({ ok: true, examples: [] })
    expect(await readdir(spool)).toEqual([])
  }
  const asset = async (of = id) => (await catalogue.get('id', [of]))[0]
  return { id, walk, ports, rendered, store, isWhole, asset, blobs, options, catalogue }
}

describe('the walk of a process task', () => {
  test('makes what was asked for, stores it beside the original, and is done', async () => {
    const { walk, isWhole, asset, blobs } = await setUp()
    expect(await walk()).toMatchObject({ outcome: 'processed', reason: null, recorded: true, spawn: [] })
    const found = await asset()
    expect(found?.renditions).toMatchObject([
      { name: 'a', format: 'jpeg', width: 30, height: 20, asked: { width: 30, height: null }, crop: null, reason: null },
      { name: 'b', format: 'png', width: 40, height: 40, crop: { x: 5, y: 5, width: 40, height: 40 } },
    ])
    expect(found?.requestIds).toEqual(['brought', REQUEST])
    for (const { sha256, bytes } of found?.renditions ?? []) expect(await blobs.get(sha256 as never)).toHaveLength(bytes as number)
    await isWhole()
  })

  test('makes nothing twice, and knows who had part in it', async () => {
    const { id, walk, rendered, asset, isWhole } = await setUp()
    await walk()
    const other = leaseOf(id, [want('a'), want('c')])
    await walk({ ...other, task: { ...other.task, request: 'other' as RequestId } })
    await walk({ ...other, task: { ...other.task, request: 'third' as RequestId } })
    expect(rendered).toEqual(['a', 'b', 'c'])
    expect((await asset())?.requestIds).toEqual(['brought', REQUEST, 'other', 'third'])
    await isWhole()
  })

  test('veils the faces of what it makes where the policy says so', async () => {
    const { walk, ports, asset, id } = await setUp()
    const veils: unknown[] = []
    const vision = { ...ports.vision, render: async (...[original, rendition]: Parameters<Vision['render']>) => {
      veils.push(rendition.veils)
      return ports.vision.render(original, rendition)
    } }
    const face = { x: 10, y: 10, width: 20, height: 20, name: 'face', score: 0.9, by: 'yunet' }
    const catalogue = { get: async () => [{ ...((await asset()) as Asset), boxes: [face, { ...face, score: 0.4 }, { ...face, name: 'cat' }] }] }
    await walk(leaseOf(id), { vision, catalogue, policy: { ...ports.policy, faces: 'blur' } })
    expect(veils).toEqual([0, 1].map(() => [{ x: 10, y: 10, width: 20, height: 20 }]))
  })

  test('says what could not be made, and makes the rest', async () => {
    const { id, walk, asset, isWhole } = await setUp()
    const end = await walk(leaseOf(id, [want('beyond', { crop: { x: 100, y: 0, width: 60, height: 9 } }), want('a')]))
    expect(end).toMatchObject({
      outcome: 'processed', recorded: false, detail: expect.stringMatching(/^beyond: .*do not lie within/),
      evidence: { renditions: 2, unmade: [{ name: 'beyond', reason: 'crop-outside' }] },
    })
    expect((await asset())?.renditions.map(({ sha256 }) => sha256 === null)).toEqual([true, false])
    await isWhole()
  })

  test('goes to the better copy that has replaced its picture, also while it was under way', async () => {
    const before = await setUp()
    const heir = await before.store(large)
    expect(await before.walk()).toMatchObject({ outcome: 'processed', asset: heir })
    expect((await before.asset(heir))?.renditions).toHaveLength(2)
    await before.isWhole()

    const meanwhile = await setUp()
    const vision = meanwhile.ports.vision
    const slow: Pick<Vision, 'render'> = {
      async render(original, rendition) {
        const made = await vision.render(original, rendition)
        if (meanwhile.rendered.length === 2) await meanwhile.store(large)
        return made
      },
    }
    const end = await meanwhile.walk(undefined, { vision: slow as Vision })
    expect(end.asset).toBe(heir)
    expect((await meanwhile.asset(heir))?.renditions.map(({ name }) => name)).toEqual(['a', 'b'])
    expect((await meanwhile.asset())?.renditions).toEqual([])
    await meanwhile.isWhole()
  })

  test('fails, to be tried again, where the bytes are lost or nothing is stored', async () => {
    const { id, walk, blobs } = await setUp()
    await blobs.delete(sha256Of(small))
    expect(await walk()).toMatchObject({ outcome: 'failed', reason: 'original-missing', detail: `the bytes of ${id} are not there` })
    expect(await walk(leaseOf('0'.repeat(24) as AssetId))).toMatchObject({ outcome: 'failed', reason: 'original-missing' })
  })

  test('fails as well when the bytes go while it reads them', async () => {
    const { walk, ports, blobs } = await setUp()
    const vision = { render: async (...ask: Parameters<Vision['render']>) => (await blobs.delete(sha256Of(small)), ports.vision.render(...ask)) }
    expect(await walk(undefined, { vision: vision as Vision })).toMatchObject({ outcome: 'failed', reason: 'original-missing' })
  })

  test('dying at any call loses nothing and doubles nothing', async () => {
    for (let fatal = 0, alive = false; !alive; fatal++) {
      for (const when of ['before', 'after'] as const) {
        const mortal = diesAt(fatal, when)
        const house = await setUp({ mortal })
        alive = await house.walk().then(() => true, () => false)
        const next = createCommitter({ ...house.options, fingerprints: createFingerprints() })
        await next.recover()
        const { originals, vision, catalogue } = house.ports
        expect(await house.walk(undefined, { committer: next, originals, vision, catalogue })).toMatchObject({ outcome: 'processed' })
        expect((await house.asset())?.renditions.map(({ name }) => name)).toEqual(['a', 'b'])
        await house.isWhole()
      }
    }
  })
})
