/** A new policy over a real folder: what is queued again, what is taken back, and what is left of it when it dies on the way. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { diesAt, type Mortal } from '../../test/mortal.ts'
import { policySettings } from '../analyze/index.ts'
import { resolveConfig } from '../core/config.ts'
import { sha256Of, type AssetId, type RequestId, type TaskId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import { openSqliteSchedule } from '../schedule/adapters/sqlite.ts'
import { openFsBlobStore } from '../store/adapters/fs.ts'
import { openFlatVectors } from '../store/adapters/flat-vectors.ts'
import { openSqliteCatalogue } from '../store/adapters/sqlite.ts'
import { assetOf, fingerprintOf, space, unit } from '../store/asset.contract.ts'
import { checkStore, createCommitter, createFingerprints, lockFolder } from '../store/index.ts'
import { rejudgeStores } from './rejudge.ts'

let root: string
let places = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gannet-rejudge-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const REQUEST = 'r1' as RequestId
const NOW = '2026-02-03T04:05:06.000Z'
const policyOf = (more: Record<string, unknown> = {}) => resolveConfig(policySettings, [{ from: 'test', values: more }])
const candidate = { title: null, alt: null, caption: null, category: null }
const boxOf = (name: string, score: number): Json => ({ name, score, x: 0, y: 0, width: 50, height: 50, by: 'd' })
const evidenceOf = (width: number, ...boxes: Json[]): { readonly [key: string]: Json } =>
  ({ candidate, full: { format: 'jpeg', width, height: width, warning: null, looks: { blur: 300, brightness: 120, contrast: 50, entropy: 7 }, boxes, labels: [], models: { detect: 'd' } } })
const bytesOf = (name: string): Uint8Array => new TextEncoder().encode(name.repeat(100))

/** A cat and a dog were kept; a small cat, an unsure dog and another copy were not. */
const EVIDENCE: Readonly<Record<string, { readonly [key: string]: Json }>> = {
  cat: evidenceOf(400, boxOf('cat', 0.9)), dog: evidenceOf(400, boxOf('dog', 0.9)), small: evidenceOf(100, boxOf('cat', 0.9)), unsure: evidenceOf(400, boxOf('dog', 0.3)),
}
const REJECTED = { small: 'too-small', unsure: 'no-target' } as const

const openAll = async (dir: string) => {
  const { paths, release } = await lockFolder(dir, { waitMs: 5000 })
  const catalogue = await openSqliteCatalogue({ path: paths.catalogue })
  const blobs = await openFsBlobStore({ dir: paths.blobs })
  const vectors = await openFlatVectors({ dir: paths.vectors })
  const fingerprints = createFingerprints()
  const schedule = await openSqliteSchedule({ path: paths.schedule, delayMs: 0 })
  const open = (mortal: Mortal = (store) => store) => createCommitter({
    catalogue: mortal(catalogue), blobs: mortal(blobs), vectors, fingerprints, limits: { pdqDistance: 31, similarAt: {}, copyAt: {} }, journalPath: paths.journal,
    judge: () => ({ kind: 'new', link: null, supersedes: [], evidence: null }),
  })
  return {
    catalogue, blobs, schedule, open, vectors, fingerprints,
    isWhole: async () => expect(await checkStore({ catalogue, blobs, vectors, fingerprints }, { deep: true })).toMatchObject({ ok: true, examples: [] }),
    close: async () => {
      await Promise.all([catalogue.close(), blobs.close(), vectors.close(), schedule.close()])
      await release()
    },
  }
}
type All = Awaited<ReturnType<typeof openAll>>

const setUp = async (): Promise<All> => {
  const all = await openAll(join(root, `${++places}`))
  const { schedule, catalogue, open } = all
  const committer = open()
  await committer.recover()
  const names = [...Object.keys(EVIDENCE), 'copy']
  await schedule.add({ request: REQUEST, sequence: 1, tasks: names.map((name) => ({ id: name as TaskId, kind: 'image', host: 'https://a', url: `https://a/${name}`, weight: 50, payload: {} })) })
  const { leases } = await schedule.reserve({ owner: 'me', count: 9, perHost: 9, busy: {}, leaseMs: 1000, now: 0 })
  for (const { task: { id }, fence } of leases) {
    const base = { task: id, request: REQUEST, url: `https://a/${id}`, thumbnailUrl: null, pageUrl: null, at: '2026-01-01T00:00:00.000Z' }
    const reason = id === 'copy' ? 'copy-duplicate' : REJECTED[id as keyof typeof REJECTED]
    if (reason === undefined) {
      const bytes = bytesOf(id)
      const sha256 = sha256Of(bytes)
      const asset = assetOf(id, { id: sha256.slice(0, 24) as AssetId, sha256, bytes: bytes.byteLength, url: `https://a/${id}` })
      await committer.commit([{
        asset, fingerprint: fingerprintOf(id, { sha256 }), vectors: [{ space: space('p', 4), values: unit([1, id.length, 2, 3]) }], body: { kind: 'inline', bytes },
        verdict: { ...base, outcome: 'kept', reason: null, asset: asset.id, evidence: EVIDENCE[id] ?? null },
      }])
    } else {
      await catalogue.judge([{ ...base, outcome: id === 'copy' ? 'duplicate' : 'rejected', reason, asset: null, evidence: EVIDENCE[id] ?? null }])
    }
    const outcome = reason === undefined ? 'kept' : id === 'copy' ? 'duplicate' : 'rejected'
    await schedule.complete([{ id, fence, end: { outcome, reason: reason ?? null } as never, spawn: [] }])
  }
  await committer.close()
  return all
}

/** What a user would find. */
const stateOf = async ({ catalogue, schedule }: All) => ({
  kept: (await catalogue.list({ after: null, limit: 9 })).items.map(({ url }) => url).sort(),
  waiting: (await schedule.tasks({ after: null, limit: 9, state: 'waiting' })).items.map(({ task }) => task.id).sort(),
  verdicts: (await catalogue.verdicts({ after: null, limit: 9 })).items.map(({ task, outcome, reason }) => `${task} ${outcome} ${reason}`),
})

const POLICY = policyOf({ target: ['cat'], minSide: 90 })

test('tells what would change, and changes nothing', async () => {
  const all = await setUp()
  const before = await stateOf(all)
  const committer = all.open()
  expect(await rejudgeStores({ ...all, committer }, POLICY, false, NOW)).toEqual({
    verdicts: 4, unchanged: 2, wouldKeep: { 'too-small': 1 }, wouldReject: { 'no-target': 1 }, unjudged: {}, applied: null,
    examples: [{ url: 'https://a/dog', from: 'kept', to: 'no-target' }, { url: 'https://a/small', from: 'too-small', to: 'kept' }],
  })
  expect((await rejudgeStores({ ...all, committer }, policyOf({ faces: 'drop' }), false, NOW)).unjudged).toEqual({ faces: 2 })
  expect(await stateOf(all)).toEqual(before)
  await committer.close()
  await all.close()
})

const AFTER = {
  kept: ['https://a/cat'], waiting: ['small'],
  verdicts: ['cat kept null', 'copy duplicate copy-duplicate', 'dog rejected no-target', 'small rejected too-small', 'unsure rejected no-target'],
}

test('queues again what would be kept, takes back what would not, once however often it is told to, and the other way again', async () => {
  const all = await setUp()
  const committer = all.open()
  const stores = { ...all, committer }
  expect((await rejudgeStores(stores, POLICY, true, NOW)).applied).toEqual({ queued: 1, takenBack: 1 })
  expect(await stateOf(all)).toEqual(AFTER)
  expect((await rejudgeStores(stores, POLICY, true, NOW)).applied).toEqual({ queued: 0, takenBack: 0 })
  expect(await stateOf(all)).toEqual(AFTER)
  await all.isWhole()
  const bytes = bytesOf('dog')
  expect(await all.blobs.get(sha256Of(bytes))).toBeNull()
  // The evidence is all there still, and says by whom.
  const [dog] = await all.catalogue.why({ of: 'dog' as TaskId, limit: 1 })
  expect(dog).toMatchObject({ at: NOW, evidence: { full: { width: 400 }, because: { targets: ['cat'] }, rejudged: true } })

  expect((await rejudgeStores(stores, policyOf({ minSide: 90 }), true, NOW)).applied).toEqual({ queued: 2, takenBack: 0 })
  expect((await stateOf(all)).waiting).toEqual(['dog', 'small', 'unsure'])
  // It comes again as in a crawl.
  const sha256 = sha256Of(bytes)
  const asset = assetOf('dog', { id: sha256.slice(0, 24) as AssetId, sha256, bytes: bytes.byteLength, url: 'https://a/dog' })
  const [answer] = await committer.commit([{
    asset, fingerprint: fingerprintOf('dog', { sha256 }), vectors: [], body: { kind: 'inline', bytes },
    verdict: { ...(dog as NonNullable<typeof dog>), outcome: 'kept', reason: null, asset: asset.id },
  }])
  expect(answer).toMatchObject({ kind: 'stored', id: asset.id })
  expect((await stateOf(all)).kept).toEqual(['https://a/cat', 'https://a/dog'])
  await all.isWhole()
  await committer.close()
  await all.close()
})

test('dying at any call of any store leaves a folder that is whole, where the same command goes on', async () => {
  for (const when of ['before', 'after'] as const) {
    for (let fatal = 0, died = true; died; fatal++) {
      const all = await setUp()
      const mortal = diesAt(fatal, when)
      const first = all.open(mortal)
      died = await rejudgeStores({ catalogue: mortal(all.catalogue), committer: first, schedule: mortal(all.schedule) }, POLICY, true, NOW).then(() => false, () => true)
      await first.close().catch(() => undefined)
      const second = all.open()
      await second.recover()
      await all.isWhole()
      await rejudgeStores({ ...all, committer: second }, POLICY, true, NOW)
      expect(await stateOf(all), `${when} call ${fatal}`).toEqual(AFTER)
      await all.isWhole()
      await second.close()
      await all.close()
      if (fatal > 60) expect.fail('it never came to an end')
    }
  }
})
