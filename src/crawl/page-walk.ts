/** The walk of one page: visit, read, and turn what it offers into tasks (DESIGN §3, step 3). */
import { taskId } from '../core/ids.ts'
import type { Scope } from '../core/scope.ts'
import type { Candidate } from '../page/candidate.ts'
import type { Lease } from '../schedule/task.ts'
import { imageTask, picturesOf, type AdmitRules } from './admit.ts'
import { followLinks } from './follow-links.ts'
import type { Handoff } from './image-walk.ts'
import type { CrawlPorts } from './ports.ts'
import { pageIdentity } from './page-identity.ts'
import { createTraps, wayOf, type Trap } from './traps.ts'
import type { Visits } from './visits.ts'
import { endOf, endOfSilence, endOfVisit, type End, type PagePayload } from './work.ts'

/** Pictures that came where a page was expected wait here for their own task; more are fetched again. */
const MAX_HANDOFF = 32

/** A picture of which nothing is known but its address. */
export const bareCandidate = (url: string, via: Candidate['via'], pageUrl: string | null = null): Candidate => ({
  pageUrl, thumbnailUrl: url, fullUrl: url, via, alt: null, title: null, caption: null, category: null,
  publishedAt: null, width: null, height: null, bytes: null, licence: null, creator: null, fields: null,
})

/** Where a page's redirects may lead; a seed's may lead anywhere, and the scope goes with them (follow-links.ts). */
const scopeOf = ({ depth, turn = 0, scope }: PagePayload, { links: { include, exclude } }: AdmitRules): Scope | null =>
  scope === null || (depth === 0 && turn === 0) ? null : { home: scope, include, exclude }

export const createPageWalk = (ports: CrawlPorts, visits: Visits, rules: AdmitRules, handoff: Handoff) => {
  const traps = createTraps({ after: rules.links.trapAfter, now: ports.clock.now })
  const tell = ({ host, kind, detail }: Trap, url: string): void => ports.emit({ type: 'trap-found', host, trap: kind, url, detail })
  return {
    async walk({ task, grant: first }: Lease): Promise<End> {
      const payload = task.payload as unknown as PagePayload
      const { url } = task
      const { from, barren } = wayOf(payload)
      // It was queued before the trap was noticed.
      const trap = traps.judge(url, from, barren)
      if (trap !== null) {
        if (trap.first) tell(trap, url)
        return endOf({ outcome: 'refused', reason: 'out-of-scope', detail: trap.detail, evidence: { url, trap: trap.kind, detail: trap.detail } })
      }
      const scope = scopeOf(payload, rules)
      const came = await visits.visit(task.host, first, async (grant) => {
        const page = await ports.grabber.visitPage({ url, kind: 'page', referer: payload.referer, grant, ...(scope && { scope }) })
        const { visit } = page
        return { page, observations: visit.observations, wireBytes: visit.wireBytes, notes: visit.notes ?? [], ...(visit.ok ? {} : { detail: visit.detail }) }
      })
      if (came === null) return endOfSilence(url, visits.lastFailure(task.host))
      const { page } = came
      if (page.kind === 'none') return endOfVisit(url, page.visit)
      if (page.kind === 'image') {
        const picture = imageTask(bareCandidate(url, 'seed'), rules)
        if (handoff.size < MAX_HANDOFF) handoff.set(taskId('image', url), page.visit)
        return endOf({ outcome: 'read', reason: null, spawn: [picture] })
      }
      const { reading, visit: { finalUrl } } = page
      const pictures = reading.candidates.map(({ fullUrl }) => pageIdentity(fullUrl))
      const followed = followLinks({ url: finalUrl, payload, reading, barren: traps.note({ url: finalUrl, from, barren }, pictures) }, rules, traps)
      for (const found of followed.traps) tell(found, found.url)
      ports.emit({ type: 'page-read', url, candidates: reading.candidates.length + reading.unusable.length, links: reading.links.length })
      for (const { fullUrl, thumbnailUrl, pageUrl } of reading.candidates) {
        ports.emit({ type: 'candidate-found', url: fullUrl, thumbnailUrl, pageUrl })
      }
      return endOf({
        outcome: 'read', reason: null, spawn: [...picturesOf(finalUrl, reading, rules), ...followed.tasks],
        detail: reading.cut === null ? null : `only its beginning was read (limit of ${reading.cut})`,
        sums: { pageBytes: page.visit.wireBytes, ...(followed.trapped > 0 ? { linksTrapped: followed.trapped } : {}) },
      })
    },
  }
}
