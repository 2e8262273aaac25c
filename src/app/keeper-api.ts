/** What the keeper serves: the ports of everything stored, and what works on several of them at once. */
import type { Outbox, ScheduleStore } from '../schedule/index.ts'
import type { Search } from '../search/index.ts'
import type { BlobStore, Cache, Catalogue, StoreCheckReport, Committer, VectorIndex } from '../store/index.ts'

export interface KeeperApi {
  /** Answers once the folder is open; rejects when it cannot be opened. */
  ready(): Promise<void>
  /** Names the folder among others; made when it is first asked for. */
  identity(): Promise<string>
  readonly schedule: ScheduleStore
  /** A task server's. */
  readonly outbox?: Outbox
  readonly catalogue: Catalogue
  readonly blobs: BlobStore
  readonly vectors: VectorIndex
  readonly cache: Cache
  readonly committer: Committer
  readonly search: Search
  readonly maintenance: Maintenance
}

export interface Maintenance {
  check(options: { readonly repair: boolean; readonly deep: boolean }): Promise<StoreCheckReport>
}
