/** The library's `openStore`: what a crawl has kept, for reading while it runs or afterwards. */
import { mkdir, readFile, readdir } from 'node:fs/promises'
import { GannetError } from '../core/errors.ts'
import { spaceId, taskId, type AssetId, type Sha256 } from '../core/ids.ts'
import { pages } from '../core/page-of.ts'
import { EXPORTERS, type ExportProgress } from '../export/index.ts'
import type { ScheduleStore, TaskRecord } from '../schedule/index.ts'
import type { Search, SearchAnswer } from '../search/index.ts'
import { existingFolder } from '../store/index.ts'
import type { Asset, AssetFilter, BlobStore, Catalogue, CatalogueStats, RelabelEntry, StoreCheckReport, StoredVector, VectorIndex, VerdictRecord } from '../store/index.ts'
import { addressDelayOf, packsFor, similarAtOf, thisCommand } from './house.ts'
import type { KeeperApi, Maintenance } from './keeper-api.ts'
import type { KeeperInit } from './keeper-role.ts'
import { keepRole, startRole } from './role-process.ts'
import { settingsFrom, type PartialSettings } from './settings.ts'
import { settleDevice } from './settle-device.ts'
import { openVision } from './vision-house.ts'

export { EXPORTERS }

export interface StoreSearch {
  /** A picture: its path, or its bytes. */
  readonly image?: string | Uint8Array
  readonly text?: string
  readonly id?: string
  /** Most hits, default 10. */
  readonly top?: number
  /** Least score, default 0. */
  readonly threshold?: number
  readonly label?: string
  readonly category?: string
  readonly host?: string
}

export interface StoreStats extends CatalogueStats {
  /** Of the vector index, in bytes in memory and on disk together, by space. */
  readonly index: readonly { readonly space: string; readonly vectors: number; readonly bytes: number }[]
  readonly pending: Readonly<Record<string, number>>
}

export interface Why {
  /** Newest first. */
  readonly verdicts: readonly VerdictRecord[]
  /** What the schedule knows of the URL: still waiting, refused at the door, failed before. */
  readonly tasks: readonly TaskRecord[]
}

export interface Store {
  images(where?: AssetFilter): AsyncIterable<Asset>
  /** File that an original lies in; null where the store has no files. */
  pathOf(sha256: Sha256): Promise<string | null>
  search(ask: StoreSearch): Promise<SearchAnswer>
  /** @param of a URL (picture, thumbnail or page), an asset's id or a task's */
  why(of: string): Promise<Why>
  stats(): Promise<StoreStats>
  /** @param out a folder that is empty or not there yet */
  export(ask: { readonly format: string; readonly out: string; readonly where?: AssetFilter; readonly onProgress?: (written: number) => void }): Promise<ExportProgress>
  /** Vectors of assets, in the order asked; none where there is no such asset. */
  vectors(ids: readonly AssetId[]): Promise<readonly (readonly StoredVector[])[]>
  /** Changes labels, as `Catalogue.relabel` says; only by who opened the folder as its own. */
  relabel(entries: readonly RelabelEntry[]): Promise<readonly boolean[]>
  /** What waits and what has ended; to be changed only by who opened the folder as its own. */
  readonly schedule: Pick<ScheduleStore, 'tasks' | 'revive' | 'bury'>
  /** Compares rows, bytes and indexes; `repair` needs the folder to itself. */
  check(ask?: { readonly repair?: boolean; readonly deep?: boolean }): Promise<StoreCheckReport>
  close(): Promise<void>
}

const DEFAULT_TOP = 10
const PAGE = 200
const WHY_LIMIT = 100

/** @throws data-missing, data-locked (only when `own`), data-newer */
export const openStore = async (
  dir: string,
  options: PartialSettings & {
    /** Take the folder for oneself, to repair it. Default false: read beside its owner. */
    readonly own?: boolean
  } = {},
): Promise<Store> => {
  const { own = false, ...flags } = options
  const settings = await settingsFrom({ flags: { ...flags, data: dir } })
  // Before its owner's lock, which would make a folder of whatever --data names.
  existingFolder(settings.data)
  const init: KeeperInit = {
    data: settings.data, mode: own ? 'own' : 'read', owner: thisCommand(), restarted: false, delayMs: settings.delay, addressDelayMs: addressDelayOf(settings),
    policies: { onExact: settings.onExact, onCopy: settings.onCopy, onSimilar: settings.onSimilar }, copyAt: {}, similarAt: {},
  }
  const keeper = keepRole({ role: 'keeper', start: () => startRole('keeper', init, {}), onRestart: () => undefined })
  try {
    await keeper.again<KeeperApi>('').ready()
  } catch (error) {
    await keeper.stop()
    throw error
  }
  const catalogue = keeper.again<Catalogue>('catalogue')
  const blobs = keeper.again<BlobStore>('blobs')
  const schedule = keeper.again<ScheduleStore>('schedule')
  const vectors = keeper.again<VectorIndex>('vectors')

  async function* images(where?: AssetFilter): AsyncGenerator<Asset> {
    yield* pages((after) => catalogue.list({ after, limit: PAGE, ...(where ? { where } : {}) }))
  }

  /** The picture is decoded, and seen where an embedder is on, in a vision process of its own. */
  const likePicture = async (image: string | Uint8Array) => {
    const { choice } = await packsFor(settings)
    const vision = openVision({ choice: { ...choice, detect: null }, processes: 1, batch: 1, decodeSeconds: settings.decodeTime, device: (await settleDevice(settings.device)).device, emit: () => undefined })
    try {
      const bytes = typeof image === 'string'
        ? await readFile(image).catch((cause: Error) => {
            throw new GannetError('usage', `${image} cannot be read: ${cause.message}`, { cause })
          })
        : image
      const seen = await vision.look({ kind: 'inline', bytes })
      if (!seen.look.ok) throw new GannetError('usage', `the picture to search by ${seen.look.reason}: ${seen.look.detail}`)
      const vector = choice.embed ? ((await seen.infer()).vectors[0] ?? null) : null
      seen.release()
      return { like: { sha256: seen.look.sha256, pdq: seen.look.pdq, vector, except: null }, similarAt: similarAtOf(choice) }
    } finally {
      await vision.close()
    }
  }

  const likeStored = async (id: string) => {
    const [asset] = await catalogue.get('id', [id])
    if (!asset) throw new GannetError('not-found', `nothing is stored under the id ${id}`)
    const { choice } = await packsFor(settings)
    const [traits] = await catalogue.traits([asset.id])
    const stored = traits?.vectors ?? []
    const space = choice.embed?.space ? spaceId(choice.embed.space) : null
    const vector = stored.find((one) => one.space === space) ?? stored[0] ?? null
    return { like: { sha256: asset.sha256, pdq: asset.pdq, vector, except: asset.id }, similarAt: similarAtOf(choice) }
  }

  return {
    images, schedule,
    vectors: async (ids) => (await catalogue.traits(ids)).map((traits) => traits?.vectors ?? []),
    relabel: (entries) => catalogue.relabel(entries),
    pathOf: (sha256) => blobs.pathOf(sha256),
    async search(ask) {
      const { image, id, text, top = DEFAULT_TOP, threshold = 0, label, category, host } = ask
      const likeness = image !== undefined ? await likePicture(image) : id !== undefined ? await likeStored(id) : null
      return keeper.again<Search>('search').search({
        top, threshold, similarAt: likeness?.similarAt ?? {},
        where: { ...(label === undefined ? {} : { label }), ...(category === undefined ? {} : { category }), ...(host === undefined ? {} : { host }) },
        ...(likeness ? { like: likeness.like } : {}),
        ...(text === undefined ? {} : { text }),
      })
    },
    async why(of) {
      const ids = URL.canParse(of) ? [taskId('image', of), taskId('page', of)] : [of as ReturnType<typeof taskId>]
      const [verdicts, tasks] = await Promise.all([
        catalogue.why({ of: of as AssetId, limit: WHY_LIMIT }),
        schedule.tasks({ after: null, limit: WHY_LIMIT, ids }),
      ])
      return { verdicts, tasks: tasks.items }
    },
    async stats() {
      const [stats, index, tally] = await Promise.all([catalogue.stats(), vectors.spaces(), schedule.tally('all')])
      return { ...stats, index, pending: tally.pending }
    },
    async export({ format, out, where, onProgress = () => undefined }) {
      const exporter = EXPORTERS.find(({ name }) => name === format)
      if (!exporter) {
        throw new GannetError('usage', `there is no export format ${format}; there are ${EXPORTERS.map(({ name }) => name).join(', ')}`)
      }
      await mkdir(out, { recursive: true })
      if ((await readdir(out)).length > 0) throw new GannetError('usage', `${out} is not empty; name a folder that is, or is not there yet`)
      return exporter.write(
        {
          assets: () => images(where),
          async bytes(asset) {
            const path = await blobs.pathOf(asset.sha256)
            return path === null ? blobs.get(asset.sha256) : readFile(path).catch(() => null)
          },
        },
        out,
        onProgress,
      )
    },
    check: ({ repair = false, deep = false } = {}) => keeper.again<Maintenance>('maintenance').check({ repair, deep }),
    close: () => keeper.stop(),
  }
}

