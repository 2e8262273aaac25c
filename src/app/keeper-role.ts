/** Places the stores in the keeper process: names their adapters, wires the committer to its judge. */
import { GannetError } from '../core/errors.ts'
import { PDQ_MATCH } from '../core/hamming.ts'
import { createSameJudge, type SamePolicies } from '../analyze/index.ts'
import { openSqliteOutbox } from '../schedule/adapters/sqlite-outbox.ts'
import { openSqliteSchedule } from '../schedule/adapters/sqlite.ts'
import { createSearch } from '../search/index.ts'
import { openFlatVectors } from '../store/adapters/flat-vectors.ts'
import { openFsBlobStore } from '../store/adapters/fs.ts'
import { createMemoryCache } from '../store/adapters/memory-cache.ts'
import { openSqliteCatalogue } from '../store/adapters/sqlite.ts'
import { checkStore, createCommitter, createFingerprints, existingFolder, folderIdentity, follow, lockFolder, type Committer, type FolderOwner } from '../store/index.ts'
import type { KeeperApi } from './keeper-api.ts'
import type { RoleFactory } from './role-factory.ts'

export interface KeeperInit {
  readonly data: string
  /** `own` locks the folder and may write; `read` looks on beside its owner. */
  readonly mode: 'own' | 'read'
  /** Whom to name to those who find the folder locked. */
  readonly owner: Pick<FolderOwner, 'pid' | 'command'>
  /** A restart within a crawl: bodies in the spool belong to pictures that are still on their way. */
  readonly restarted: boolean
  readonly delayMs: number
  readonly addressDelayMs: number
  /** A task server's: its sub-queue lies here too. */
  readonly outbox?: boolean
  readonly policies: SamePolicies
  readonly copyAt: Readonly<Record<string, number>>
  readonly similarAt: Readonly<Record<string, number>>
}

/** A crawl that was killed a moment ago may still be letting go of the folder. */
const LOCK_PATIENCE_MS = 2_000
/** What the vector index has taken in becomes durable so often; a crash follows it again from there. */
const FLUSH_EVERY_MS = 5_000

const refuse = async (): Promise<never> => {
  throw new GannetError('internal', 'the folder was opened for reading; its owner commits')
}
const forReadersOnly: Committer = { known: refuse, commit: refuse, commitRenditions: refuse, withdraw: refuse }

export const keeperRole: RoleFactory<KeeperInit> = {
  async create(init) {
    const own = init.mode === 'own'
    const locked = own ? await lockFolder(init.data, { waitMs: LOCK_PATIENCE_MS, owner: init.owner, keepSpool: init.restarted }) : null
    const paths = locked?.paths ?? existingFolder(init.data)
    const readOnly = !own
    const catalogue = await openSqliteCatalogue({ path: paths.catalogue, readOnly })
    const schedule = await openSqliteSchedule({ path: paths.schedule, delayMs: init.delayMs, addressDelayMs: init.addressDelayMs })
    const blobs = await openFsBlobStore({ dir: paths.blobs, readOnly })
    const vectors = await openFlatVectors({ dir: paths.vectors, readOnly })
    const cache = createMemoryCache()
    const fingerprints = createFingerprints()
    const committer = own
      ? createCommitter({
          catalogue, blobs, vectors, fingerprints, judge: createSameJudge(init.policies), journalPath: paths.journal,
          limits: { pdqDistance: PDQ_MATCH, copyAt: init.copyAt, similarAt: init.similarAt },
        })
      : null
    if (committer) await committer.recover()
    else await follow(catalogue, fingerprints)

    let flushed = await vectors.position()
    const flush = async (): Promise<void> => {
      const position = await vectors.position()
      if (position === flushed) return
      await vectors.flush()
      flushed = position
    }
    const flushing = own
      ? setInterval(() => {
          // What cannot be flushed (a full disk) is followed again; commits tell of the disk.
          flush().catch(() => undefined)
        }, FLUSH_EVERY_MS)
      : undefined

    const outbox = init.outbox ? await openSqliteOutbox({ path: paths.outbox }) : null
    const api: KeeperApi = {
      ready: async () => undefined,
      identity: async () => folderIdentity(paths.identity),
      ...(outbox === null ? {} : { outbox }),
      catalogue, schedule, blobs, vectors, cache,
      committer: committer ?? forReadersOnly,
      search: createSearch({
        catalogue, vectors,
        near: (pdq, maxDistance) => fingerprints.near({ pdq, pdqQuality: 100, panels: [] }, maxDistance),
        pathOf: (sha256) => blobs.pathOf(sha256),
      }),
      maintenance: { check: (options) => checkStore({ catalogue, blobs, vectors, fingerprints }, options) },
    }
    return {
      api,
      async close() {
        clearInterval(flushing)
        await committer?.close()
        if (own) await flush()
        await Promise.all([outbox?.close(), catalogue.close(), schedule.close(), blobs.close(), vectors.close(), cache.close()])
        await locked?.release()
      },
    }
  },
}
