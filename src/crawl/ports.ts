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
import type { Catalogue } from '../store/catalogue.ts'
import type { Committer } from '../store/committer.ts'
import type { Vision } from '../vision/vision-api.ts'

export interface CrawlPorts {
  readonly schedule: Remote<ScheduleStore>
  readonly catalogue: Remote<Catalogue>
  readonly committer: Remote<Committer>
  readonly grabber: Remote<GrabberApi>
  readonly vision: Vision
  /** Whether any pack is loaded, and whether one detects. */
  readonly eyes: { readonly any: boolean; readonly detect: boolean }
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
