/** Everything a crawl tells while it runs: one list, noun-action. Callbacks and the display follow it. */
import type { AssetId, RequestId, TaskId } from './ids.ts'
import type { Outcome, Reason } from './reasons.ts'

export type GannetEvent =
  | { readonly type: 'request-accepted'; readonly request: RequestId; readonly accepted: number; readonly refused: number }
  | { readonly type: 'task-queued'; readonly count: number; readonly by: TaskId | null }
  | { readonly type: 'task-leased'; readonly task: TaskId; readonly url: string }
  | {
      readonly type: 'task-ended'
      readonly task: TaskId
      readonly kind: 'page' | 'image' | 'process'
      readonly url: string
      readonly outcome: Outcome
      readonly reason: Reason | null
      /** The person's sentence: status, distance, size. */
      readonly detail: string | null
    }
  | { readonly type: 'page-read'; readonly url: string; readonly candidates: number; readonly links: number }
  | { readonly type: 'candidate-found'; readonly url: string; readonly thumbnailUrl: string; readonly pageUrl: string | null }
  | { readonly type: 'image-rejected'; readonly url: string; readonly reason: Reason }
  | { readonly type: 'image-stored'; readonly id: AssetId; readonly url: string; readonly bytes: number }
  | { readonly type: 'duplicate-found'; readonly url: string; readonly of: AssetId; readonly level: 'exact' | 'copy' | 'similar' }
  | { readonly type: 'host-slowed'; readonly host: string; readonly delayMs: number }
  | { readonly type: 'host-blocked'; readonly host: string; readonly until: number }
  /** Once for each kind of pages that leads nowhere; `detail` tells which, and the setting that lifts it. */
  | { readonly type: 'trap-found'; readonly host: string; readonly trap: string; readonly url: string; readonly detail: string }
  /** What visits made allowances for, each once a host: a certificate that was not verified, a coding wrongly named. */
  | { readonly type: 'visit-noted'; readonly host: string; readonly note: string }
  | { readonly type: 'role-restarted'; readonly role: string; readonly why: string }
  | { readonly type: 'crawl-ended'; readonly why: CrawlEnd }

/** Why a crawl stopped: nothing was left, a limit was met, or it was asked to. */
export type CrawlEnd = 'done' | 'max-images' | 'max-bytes' | 'max-time' | 'drained' | 'failed'

export type EventType = GannetEvent['type']
export type Emit = (event: GannetEvent) => void
