/**
 * Where a fleet keeps its pictures: in the folder of the task server that came first, while the stores are folders. That
 * one's catalogue and committer are served to the others over their links; who is not at home sends bodies along.
 */
import { readFile, rm } from 'node:fs/promises'
import type { Body } from '../core/body.ts'
import type { Remote } from '../core/rpc.ts'
import type { Originals } from '../crawl/index.ts'
import { createLink } from '../node/index.ts'
import type { FleetLedger, StoreHome } from '../schedule/index.ts'
import { folderPaths, type BlobStore, type Catalogue, type Committer } from '../store/index.ts'
import { fetchedOriginals, storedOriginals } from './originals.ts'
import type { StandingRole } from './role-process.ts'

export interface FleetStore {
  readonly home: StoreHome
  readonly catalogue: Remote<Catalogue>
  readonly committer: Remote<Committer>
  readonly originals: Originals
  /** Pictures' bytes, wherever they are kept. */
  readonly blobs: Pick<Remote<BlobStore>, 'slice'>
  /** What this server serves to others: its own stores, whoever is at home. */
  readonly served: { readonly catalogue: object; readonly committer: object; readonly blobs: object }
  close(): void
}

/** Spool files are of this machine: their bytes go along, and the file goes when the other has them. */
const inlined = async (body: Body): Promise<Body> => (body.kind === 'spool' ? { kind: 'inline', bytes: await readFile(body.path) } : body)
const consume = async (bodies: readonly (Body | null)[]): Promise<void> => {
  for (const body of bodies) if (body?.kind === 'spool') await rm(body.path, { force: true })
}

const sendingBodies = (committer: Remote<Committer>): Remote<Committer> => ({
  known: (subjects) => committer.known(subjects),
  async commit(asks) {
    const answers = await committer.commit(await Promise.all(asks.map(async (ask) => ({ ...ask, body: await inlined(ask.body) }))))
    await consume(asks.map(({ body }) => body))
    return answers
  },
  async commitRenditions(ask) {
    const renditions = await Promise.all(ask.renditions.map(async ({ rendition, body }) => ({ rendition, body: body && (await inlined(body)) })))
    const answer = await committer.commitRenditions({ ...ask, renditions })
    await consume(ask.renditions.map(({ body }) => body))
    return answer
  },
  withdraw: (entries) => committer.withdraw(entries),
})

export const openFleetStore = async (options: {
  readonly ledger: FleetLedger
  readonly keeper: StandingRole
  /** Names this server's own folder, which lies at `data`. */
  readonly store: string
  readonly data: string
  readonly name: string
  readonly url: string
  readonly onTrouble: (error: unknown) => void
}): Promise<FleetStore> => {
  const { ledger, keeper, store, data, name, url, onTrouble } = options
  const home = await ledger.settleHome({ store, node: name, url })
  const blobs = keeper.again<BlobStore>('blobs')
  const { spool } = folderPaths(data)
  const own = { catalogue: keeper.again<Catalogue>('catalogue'), committer: keeper.again<Committer>('committer') }
  // Paths are of this machine, and nothing but the committer writes.
  const served = { ...own, blobs: { slice: blobs.slice } }
  if (home.store === store) return { home, ...own, blobs, originals: storedOriginals(blobs, spool), served, close: () => undefined }
  const link = createLink({
    locate: async () => (await ledger.home())?.url ?? home.url,
    secret: await ledger.secret(), name: home.node, onTrouble,
  })
  const elsewhere = link.again<BlobStore>('blobs')
  return {
    home, served, catalogue: link.again('catalogue'), committer: sendingBodies(link.again('committer')),
    blobs: elsewhere, originals: fetchedOriginals(elsewhere, spool),
    close: () => link.close(),
  }
}
