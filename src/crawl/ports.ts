/** What a crawl needs of the other rooms; `app` hands it in, wherever each of them runs. */
import type { Clock } from '../core/clock.ts'
import type { Emit } from '../core/events.ts'
import type { Remote } from '../core/rpc.ts'
import type { Reason } from '../core/reasons.ts'
import type { Policy } from '../analyze/index.ts'
import type { GrabberApi } from '../fetch/grabber-api.ts'
import type { HostPolicy } from '../schedule/host-book.ts'
import type { ScheduleStore } from '../schedule/schedule-store.ts'
import type { Task } from '../schedule/task.ts'
import type { Body } from '../core/body.ts'
import type { Asset } from '../store/asset.ts'
import type { Catalogue } from '../store/catalogue.ts'
import type { Committer } from '../store/committer.ts'
import type { Vision } from '../vision/vision-api.ts'

/** The bytes of stored pictures, on this machine or fetched to it. */
export interface Originals {
  /** They may be read until `release`, and are nobody's to consume; null when there are none. */
  fetch(asset: Pick<Asset, 'sha256' | 'bytes'>): Promise<{ readonly body: Body; release(): Promise<void> } | null>
}

export interface CrawlPorts {
  readonly schedule: Remote<ScheduleStore>
  readonly catalogue: Remote<Catalogue>
  readonly committer: Remote<Committer>
  readonly originals: Originals
  readonly grabber: Remote<GrabberApi>
  readonly vision: Vision
  /** Whether any pack is loaded. */
  readonly eyes: { readonly any: boolean }
  readonly hostPolicy: HostPolicy
  /** When a failure may be tried again; null when this was the last time. */
  readonly retryAt: (failure: {
    readonly task: Task
    readonly reason: Reason
    readonly status: number | null
    readonly retryAfterMs: number | null
    readonly now: number
  }) => number | null
  /** Whether an address may be asked for at all, as far as its spelling tells. */
  readonly admits: (url: string) => Reason | null
  readonly policy: Policy
  readonly clock: Clock
  readonly emit: Emit
}
