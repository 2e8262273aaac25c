/** The process that the committer's tests kill: it owns a real folder and commits until it dies. */
import { openFlatVectors } from './adapters/flat-vectors.ts'
import { openFsBlobStore } from './adapters/fs.ts'
import { openSqliteCatalogue } from './adapters/sqlite.ts'
import { sha256Of } from '../core/ids.ts'
import { assetOf, fingerprintOf, renditionOf, space, unit, verdictOf } from './asset.contract.ts'
import type { CommitAsk } from './committer.ts'
import { createCommitter } from './create-committer.ts'
import { createFingerprints } from './fingerprints.ts'
import { lockFolder } from './folder.ts'

const SPACE = space('pack', 4)

/** Every third picture is a better copy of the one before it. */
const askOf = (seed: string, n: number): CommitAsk => {
  const bytes = new TextEncoder().encode(`${seed} `.repeat(300))
  const sha256 = sha256Of(bytes)
  const id = sha256.slice(0, 24) as never
  return {
    asset: assetOf(seed, { id, sha256, bytes: bytes.byteLength, width: n }),
    fingerprint: fingerprintOf(n % 3 === 2 ? `before ${seed}` : seed, { sha256 }),
    vectors: [{ space: SPACE, values: unit([n, 1, n % 7, 1]) }],
    verdict: verdictOf(seed, { asset: id }),
    body: { kind: 'inline', bytes },
  }
}

/** Writes a line for each commit that was answered. */
export const commitUntilKilled = async (dir: string, round: number): Promise<void> => {
  const { paths } = await lockFolder(dir, { waitMs: 5000 })
  const committer = createCommitter({
    catalogue: await openSqliteCatalogue({ path: paths.catalogue }),
    blobs: await openFsBlobStore({ dir: paths.blobs }),
    vectors: await openFlatVectors({ dir: paths.vectors }),
    fingerprints: createFingerprints(),
    limits: { pdqDistance: 31, copyAt: {}, similarAt: {} },
    journalPath: paths.journal,
    judge: (_subject, { copies }) => ({ kind: 'new', link: null, supersedes: copies.map((copy) => copy.id), evidence: null }),
  })
  await committer.recover()
  let superseding = ''
  for (let n = 0; ; n += 10) {
    const asks = Array.from({ length: 10 }, (_, i) => {
      const seed = n + i
      const ask = askOf(`${round}/${seed}`, seed)
      if (seed % 3 !== 2) {
        superseding = ask.fingerprint.pdq
        return ask
      }
      return { ...ask, fingerprint: { ...ask.fingerprint, pdq: superseding } }
    })
    await committer.commit(asks)
    await Promise.all(asks.map(({ asset }) => {
      const bytes = new TextEncoder().encode(`rendition of ${asset.id}`)
      const rendition = renditionOf(asset.id, { sha256: sha256Of(bytes), bytes: bytes.byteLength })
      return committer.commitRenditions({ asset: asset.id, request: 'r' as never, renditions: [{ rendition, body: { kind: 'inline', bytes } }] })
    }))
    process.stdout.write('stored\n'.repeat(asks.length))
  }
}
