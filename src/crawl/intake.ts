/**
 * Seeds and lists become batches of tasks. A batch's sequence is the position behind its last row, so a list that
 * was cut short goes on where it stopped, and a batch that is sent twice counts once.
 */
import { requestId, taskId, type RequestId } from '../core/ids.ts'
import { homeOf } from '../core/scope.ts'
import type { BrokenRow, GoodRow, List, ListKind, ListRow } from '../lists/list.ts'
import type { NewTask } from '../schedule/task.ts'
import { imageTask, pageTask, type AdmitRules } from './admit.ts'
import { bareCandidate } from './page-walk.ts'

export interface Seeds {
  /** Pages and pictures, as typed. */
  readonly urls: readonly string[]
  readonly list: List | null
}

const BATCH = 500
/** The seeds' own batch; a list's positions come behind it. */
const SEEDS = 1
const IMAGE_PATH = /\.(?:jpe?g|jfif|png|webp|gif|avif|heic|tiff?|bmp|svg|ico)$/i
/** Of rows that cannot be used: they stand on no host. */
const NOWHERE = 'invalid:'

/**
 * The same seeds name the same request: that is how a second run finds the first one's work. A list is known by
 * what it says, so one that has changed is a new request, in which the old rows are done already.
 */
export const requestOf = ({ urls, list }: Seeds): RequestId =>
  requestId(['crawl', ...urls, ...(list === null ? [] : ['--list', 'by position', list.identity])])

/** `example.org/cats` is what people type. */
const absolute = (typed: string): string => (/^[a-z][a-z0-9+.-]*:/i.test(typed) && !/^[\w.-]+:\d+(?:\/|$)/.test(typed) ? typed : `http://${typed}`)

/** Null when it is no URL. */
const parsed = (typed: string): URL | null => {
  const text = absolute(typed.trim())
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  url.hash = ''
  // Nobody is logged in as anywhere, and a password has no place in a queue.
  url.username = ''
  url.password = ''
  return url
}

const asPage = (url: string, follow: boolean, rules: AdmitRules): NewTask =>
  pageTask(url, { depth: 0, scope: follow && URL.canParse(url) ? homeOf(url, rules.links.scope) : null, referer: null }, rules)

export const seedTask = (typed: string, rules: AdmitRules): NewTask => {
  const url = parsed(typed)
  // The rules name the reason; the task records it.
  if (url === null) return asPage(absolute(typed.trim()), false, rules)
  return IMAGE_PATH.test(url.pathname) ? imageTask(bareCandidate(url.href, 'seed'), rules) : asPage(url.href, true, rules)
}

const pictureTask = (url: string, row: GoodRow, rules: AdmitRules): NewTask => {
  const { text, category, hash, thumbnailUrl, pageUrl } = row
  const thumbnail = thumbnailUrl === null ? null : parsed(thumbnailUrl)
  const page = pageUrl === null ? null : parsed(pageUrl)
  const candidate = {
    ...bareCandidate(url, 'list', page?.href ?? null),
    caption: text, category, ...(thumbnail === null ? {} : { thumbnailUrl: thumbnail.href }),
  }
  const task = imageTask(candidate, rules)
  return hash === null ? task : { ...task, payload: { candidate: { ...candidate }, hash } }
}

/** Each counts as a candidate that was refused; its payload tells where it stands and what is wrong with it. */
const brokenTask = ({ at, problem, reason, excerpt }: BrokenRow): NewTask => ({
  id: taskId('image', `${at} ${problem} ${excerpt}`), kind: 'image', host: NOWHERE, url: excerpt === '' ? at : excerpt,
  weight: 1, payload: { row: at, problem: `${at} of the list ${problem}` }, refused: reason,
})

/** Links of a listed page are followed only when a depth is asked for. */
export const rowTask = (row: ListRow, kind: ListKind, rules: AdmitRules): NewTask => {
  if (row.problem !== null) return brokenTask(row)
  const url = parsed(row.url)
  // Refused as a picture, because refused pictures are counted.
  if (url === null) return { ...pictureTask(row.url, row, rules), refused: 'invalid-url' }
  const isPicture = kind === 'images' || row.hash !== null || row.thumbnailUrl !== null || (kind === 'either' && IMAGE_PATH.test(url.pathname))
  return isPicture ? pictureTask(url.href, row, rules) : asPage(url.href, rules.maxDepth !== null, rules)
}

/** Batches in order, of at most 500 tasks. @param after skip what the batches up to this sequence held */
export async function* intake(seeds: Seeds, rules: AdmitRules, after: number): AsyncGenerator<{ sequence: number; tasks: readonly NewTask[] }> {
  const { urls, list } = seeds
  if (urls.length > 0 && after < SEEDS) yield { sequence: SEEDS, tasks: urls.map((url) => seedTask(url, rules)) }
  if (list === null) return
  let held: ListRow[] = []
  const batch = (rows: readonly ListRow[]): { sequence: number; tasks: readonly NewTask[] } => ({
    sequence: SEEDS + (rows.at(-1)?.end ?? 0), tasks: rows.map((row) => rowTask(row, list.kind, rules)),
  })
  for await (const rows of list.rows(Math.max(0, after - SEEDS))) {
    for (const row of rows) {
      held.push(row)
      if (held.length < BATCH) continue
      yield batch(held)
      held = []
    }
    if (!list.isPipe || held.length === 0) continue
    yield batch(held)
    held = []
  }
  if (held.length > 0) yield batch(held)
}
