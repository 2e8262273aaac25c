/** What a grabber process does, as the coordinator sees it: visits, and the reading of pages. */
import type { PageReading } from '../page/candidate.ts'
import type { VisitAsk, VisitResult } from './visit.ts'

export type PageVisit =
  | { readonly kind: 'page'; readonly visit: VisitResult & { readonly ok: true }; readonly reading: PageReading }
  /** The seed named a picture, not a page: its body is in the visit. */
  | { readonly kind: 'image'; readonly visit: VisitResult & { readonly ok: true } }
  | { readonly kind: 'none'; readonly visit: VisitResult & { readonly ok: false } }

export interface GrabberApi {
  visitImage(ask: VisitAsk): Promise<VisitResult>
  visitPage(ask: VisitAsk): Promise<PageVisit>
}
