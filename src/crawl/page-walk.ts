/** The walk of one page: visit, read, and turn what it offers into tasks (DESIGN §3, step 3). */
import { taskId } from '../core/ids.ts'
import type { Candidate } from '../page/candidate.ts'
import type { Lease } from '../schedule/task.ts'
import { imageTask, spawnOf, type AdmitRules } from './admit.ts'
import type { Handoff } from './image-walk.ts'
import type { CrawlPorts } from './ports.ts'
import type { Visits } from './visits.ts'
import { endOf, endOfSilence, endOfVisit, type End, type PagePayload } from './work.ts'

/** Pictures that came where a page was expected wait here for their own task; more are fetched again. */
const MAX_HANDOFF = 32

/** A picture of which nothing is known but its address. */
export const bareCandidate = (url: string, via: Candidate['via'], pageUrl: string | null = null): Candidate => ({
  pageUrl, thumbnailUrl: url, fullUrl: url, via, alt: null, title: null, caption: null, category: null,
  publishedAt: null, width: null, height: null, bytes: null, licence: null, creator: null, fields: null,
})

export const createPageWalk = (ports: CrawlPorts, visits: Visits, rules: AdmitRules, handoff: Handoff) => ({
  async walk({ task, grant: first }: Lease): Promise<End> {
    const payload = task.payload as unknown as PagePayload
    const { url } = task
    if (visits.isCircuitOpen(task.host)) return endOfSilence(url, visits.lastFailure(task.host))
    const came = await visits.visit(task.host, first, async (grant) => {
      const page = await ports.grabber.visitPage({ url, kind: 'page', referer: payload.referer, grant })
      const { visit } = page
      return { page, observations: visit.observations, wireBytes: visit.wireBytes, ...(visit.ok ? {} : { detail: visit.detail }) }
    })
    const { page } = came
    if (page.kind === 'none') return endOfVisit(url, page.visit)
    if (page.kind === 'image') {
      const picture = imageTask(bareCandidate(url, 'seed'), rules)
      if (handoff.size < MAX_HANDOFF) handoff.set(taskId('image', url), page.visit)
      return endOf({ outcome: 'read', reason: null, spawn: [picture] })
    }
    const { reading } = page
    const spawn = spawnOf(page.visit.finalUrl, payload, reading, rules)
    ports.emit({ type: 'page-read', url, candidates: reading.candidates.length + reading.unusable.length, links: reading.links.length })
    for (const { fullUrl, thumbnailUrl, pageUrl } of reading.candidates) {
      ports.emit({ type: 'candidate-found', url: fullUrl, thumbnailUrl, pageUrl })
    }
    return endOf({
      outcome: 'read', reason: null, spawn,
      detail: reading.cut === null ? null : `only its beginning was read (limit of ${reading.cut})`,
      sums: { pageBytes: page.visit.wireBytes },
    })
  },
})
