/**
 * From what a page yields to tasks: every candidate becomes a task, or a refusal that is recorded
 * as one, so that each is counted once and `why` can answer for it. Pure.
 */
import { taskId } from '../core/ids.ts'
import type { Reason } from '../core/reasons.ts'
import { passes } from '../core/scope.ts'
import { judgeStated, type LookPolicy } from '../analyze/index.ts'
import type { Candidate, PageReading } from '../page/candidate.ts'
import type { NewTask } from '../schedule/task.ts'
import type { LinkSettings } from './settings.ts'
import type { ImagePayload, PagePayload } from './work.ts'

/** Of a crawl's own seeds; what a page brings has its page's. */
const WEIGHT = 50
/** Long enough to recognise it by, short enough that a page of `data:` pictures stays small. */
const MAX_REFUSED_URL = 300

export interface AdmitRules {
  readonly admits: (url: string) => Reason | null
  readonly policy: LookPolicy
  readonly maxDepth: number | null
  readonly links: LinkSettings
}

const hostOf = (url: string): string => {
  try {
    return new URL(url).origin
  } catch {
    return 'invalid:'
  }
}

export const imageTask = (candidate: Candidate, rules: AdmitRules, optedOut = false): NewTask => {
  const refused =
    rules.admits(candidate.thumbnailUrl) ?? rules.admits(candidate.fullUrl) ??
    (optedOut ? 'opt-out' : (judgeStated(candidate, rules.policy)?.reason ?? null))
  return {
    id: taskId('image', candidate.fullUrl),
    kind: 'image',
    host: hostOf(candidate.thumbnailUrl),
    url: candidate.fullUrl,
    weight: WEIGHT,
    payload: { candidate: { ...candidate } } satisfies { candidate: ImagePayload['candidate'] },
    ...(refused === null ? {} : { refused }),
  }
}

export const pageTask = (url: string, { depth, scope, referer, turn = 0, barren = 0, sitemap }: PagePayload, rules: AdmitRules): NewTask => {
  const refused = rules.admits(url)
  const way = { ...(turn > 0 ? { turn } : {}), ...(barren > 0 ? { barren } : {}), ...(sitemap ? { sitemap } : {}) }
  return {
    id: taskId('page', url),
    kind: 'page',
    host: hostOf(url),
    url,
    weight: WEIGHT,
    payload: { depth, scope: scope && { ...scope }, referer, ...way },
    ...(refused === null ? {} : { refused }),
  }
}

/** A page's pictures: those that can be fetched, those that never can. */
export const picturesOf = (pageUrl: string, reading: PageReading, rules: AdmitRules): readonly NewTask[] => {
  const optedOut = !reading.optOut.images
  const { includeImages, excludeImages } = rules.links
  const images = reading.candidates.map((candidate): NewTask => {
    const task = imageTask(candidate, rules, optedOut)
    const wanted = task.refused !== undefined ||
      (passes(candidate.fullUrl, { include: includeImages, exclude: excludeImages }) &&
        passes(candidate.thumbnailUrl, { include: [], exclude: excludeImages }))
    return wanted ? task : { ...task, refused: 'out-of-scope' }
  })
  const unusable = reading.unusable.map(({ url, reason }): NewTask => {
    const shown = url.length > MAX_REFUSED_URL ? `${url.slice(0, MAX_REFUSED_URL)}…` : url
    // The same spacer on a thousand pages is a thousand candidates: each page answers for its own.
    return { id: taskId('image', `${pageUrl} ${url}`), kind: 'image', host: hostOf(pageUrl), url: shown, weight: WEIGHT, payload: { pageUrl }, refused: reason }
  })
  return [...images, ...unusable]
}
