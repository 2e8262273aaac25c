/** The walk of one page: visit, read, and turn what it offers into tasks (DESIGN §3, step 3). */
import { taskId } from '../core/ids.ts'
import { inScope, type Scope } from '../core/scope.ts'
import type { PageVisit } from '../fetch/grabber-api.ts'
import type { Candidate } from '../page/candidate.ts'
import type { Lease, NewTask } from '../schedule/task.ts'
import { imageTask, picturesOf, type AdmitRules } from './admit.ts'
import { followLinks, isStart } from './follow-links.ts'
import type { Handoff } from './image-walk.ts'
import type { CrawlPorts } from './ports.ts'
import { pageIdentity } from './page-identity.ts'
import { createTraps, wayOf, type Trap } from './traps.ts'
import type { Visits } from './visits.ts'
import { endOf, endOfSilence, endOfVisit, handOn, wishesOf, type End, type PagePayload } from './work.ts'

/** Pictures that came where a page was expected wait here for their own task; more are fetched again. */
const MAX_HANDOFF = 32

/** A picture of which nothing is known but its address. */
export const bareCandidate = (url: string, via: Candidate['via'], pageUrl: string | null = null): Candidate => ({
  pageUrl, thumbnailUrl: url, fullUrl: url, via, alt: null, title: null, caption: null, category: null,
  publishedAt: null, width: null, height: null, bytes: null, licence: null, creator: null, fields: null,
})

/** Where a page's redirects may lead; a seed's may lead anywhere, and the scope goes with them (follow-links.ts). */
const scopeOf = (payload: PagePayload, { links: { include, exclude } }: AdmitRules): Scope | null =>
  payload.scope === null || isStart(payload) ? null : { home: payload.scope, include, exclude }

/** A page or a picture outside the scope, where a sitemap may lie. */
const isElsewhere = (page: Exclude<PageVisit, { readonly kind: 'none' }>, scope: Scope): boolean =>
  (page.kind === 'image' || page.reading.document === 'html') && !inScope(page.visit.finalUrl, scope)

export const createPageWalk = (ports: CrawlPorts, visits: Visits, rules: AdmitRules, handoff: Handoff) => {
  const traps = createTraps({ after: rules.links.trapAfter, now: ports.clock.now })
  const tell = ({ host, kind, detail }: Trap, url: string): void => ports.emit({ type: 'trap-found', host, trap: kind, url, detail })
  return {
    async walk({ task, grant: first }: Lease): Promise<End> {
      const payload = task.payload as unknown as PagePayload
      const { url } = task
      const wishes = wishesOf(task)
      const brings = (tasks: readonly NewTask[]): readonly NewTask[] => tasks.map((one) => handOn(one, task.weight, wishes))
      const { from, barren } = wayOf(payload)
      // It was queued before the trap was noticed.
      const trap = traps.judge(url, from, barren)
      if (trap !== null) {
        if (trap.first) tell(trap, url)
        return endOf({ outcome: 'refused', reason: 'out-of-scope', detail: trap.detail, evidence: { url, trap: trap.kind, detail: trap.detail } })
      }
      const scope = scopeOf(payload, rules)
      const asksSitemaps = rules.links.sitemaps && payload.scope !== null && isStart(payload)
      const came = await visits.visit(task.host, first, async (grant, alone) => {
        const page = await ports.grabber.visitPage({
          url, kind: 'page', referer: payload.referer, grant,
          ...(scope && !payload.sitemap && { scope }), ...(asksSitemaps && { sitemaps: true }),
          ...(wishes.recipe !== undefined && { recipe: wishes.recipe }), ...(alone && { alone }),
        })
        const { visit } = page
        return { page, observations: visit.observations, wireBytes: visit.wireBytes, notes: visit.notes ?? [], ...(visit.ok ? {} : { detail: visit.detail }) }
      }, task.attempts > 0)
      if (came === null) return endOfSilence(url, visits.lastFailure(task.host), visits.heldUntil(task.host))
      const { page } = came
      if (page.kind === 'none') return endOfVisit(url, page.visit, ports.clock.now())
      if (payload.sitemap && scope && isElsewhere(page, scope)) {
        const detail = 'it was named as a sitemap, and is none'
        return endOf({ outcome: 'refused', reason: 'out-of-scope', detail, evidence: { url, detail } })
      }
      if (page.kind === 'image') {
        const picture = imageTask(bareCandidate(url, 'seed'), rules)
        if (handoff.size < MAX_HANDOFF) handoff.set(taskId('image', url), page.visit)
        return endOf({ outcome: 'read', reason: null, spawn: brings([picture]) })
      }
      const { reading, visit: { finalUrl } } = page
      // What a sitemap lists is yet to be shown by its pages: it must not make them look barren.
      const pictures = reading.document === 'sitemap' ? [] : reading.candidates.map(({ fullUrl }) => pageIdentity(fullUrl))
      const followed = await followLinks({ url: finalUrl, payload, reading, barren: traps.note({ url: finalUrl, from, barren }, pictures) }, rules, traps)
      for (const found of followed.traps) tell(found, found.url)
      ports.emit({ type: 'page-read', url, candidates: reading.candidates.length + reading.unusable.length, links: reading.links.length })
      for (const { fullUrl, thumbnailUrl, pageUrl } of reading.candidates) {
        ports.emit({ type: 'candidate-found', url: fullUrl, thumbnailUrl, pageUrl })
      }
      return endOf({
        outcome: 'read', reason: null, spawn: brings([...picturesOf(finalUrl, reading, rules), ...followed.tasks]),
        detail: reading.cut === null ? null : `only its beginning was read (limit of ${reading.cut})`,
        sums: { pageBytes: page.visit.wireBytes, ...(followed.trapped > 0 ? { linksTrapped: followed.trapped } : {}) },
      })
    },
  }
}
