/**
 * Where a fleet keeps its pictures: in the folder of the task server that came first, while the stores are folders. That
 * one's catalogue and committer are served to the others over their links; who is not at home sends bodies along.
 */
import { readFile, rm } from 'node:fs/promises'
import type { Remote } from '../core/rpc.ts'
import { createLink } from '../node/index.ts'
import type { FleetLedger, StoreHome } from '../schedule/index.ts'
import type { Catalogue, CommitAsk, Committer } from '../store/index.ts'
import type { StandingRole } from './role-process.ts'

export interface FleetStore {
  readonly home: StoreHome
  readonly catalogue: Remote<Catalogue>
  readonly committer: Remote<Committer>
  /** What this server serves to others: its own stores, whoever is at home. */
  readonly served: { readonly catalogue: object; readonly committer: object }
  close(): void
}

/** Spool files are of this machine: their bytes go along, and the file goes when the other has them. */
const sendingBodies = (committer: Remote<Committer>): Remote<Committer> => ({
  known: (subjects) => committer.known(subjects),
  async commit(asks) {
    const spooled = asks.flatMap(({ body }) => (body.kind === 'spool' ? [body.path] : []))
    const inline = await Promise.all(asks.map(async (ask): Promise<CommitAsk> =>
      ask.body.kind === 'spool' ? { ...ask, body: { kind: 'inline', bytes: await readFile(ask.body.path) } } : ask))
    const answers = await committer.commit(inline)
    await Promise.all(spooled.map((path) => rm(path, { force: true })))
    return answers
  },
})

export const openFleetStore = async (options: {
  readonly ledger: FleetLedger
  readonly keeper: StandingRole
  /** Of this server's own folder. */
  readonly store: string
  readonly name: string
  readonly url: string
  readonly onTrouble: (error: unknown) => void
}): Promise<FleetStore> => {
  const { ledger, keeper, store, name, url, onTrouble } = options
  const home = await ledger.settleHome({ store, node: name, url })
  const own = { catalogue: keeper.again<Catalogue>('catalogue'), committer: keeper.again<Committer>('committer') }
  if (home.store === store) return { home, ...own, served: own, close: () => undefined }
  const link = createLink({
    locate: async () => (await ledger.home())?.url ?? home.url,
    secret: await ledger.secret(), name: home.node, onTrouble,
  })
  return {
    home, served: own, catalogue: link.again('catalogue'), committer: sendingBodies(link.again('committer')),
    close: () => link.close(),
  }
}
