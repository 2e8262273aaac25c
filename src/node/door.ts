/**
 * The door of a task server: what one node can tell of a URL by itself, before it becomes a task. What is incomplete,
 * invalid, of another scheme, on a literal address inside the network or named before in the same request is turned away
 * with its reason. Whether it waits elsewhere or was done before, only the general queue knows.
 *
 * Memory: the ids of the first 100,000 tasks of a request (about 8 MB), and the first 10,000 refusals (at most 4 MB).
 * A repetition beyond those is folded by the general queue.
 */
import type { TaskId } from '../core/ids.ts'
import type { Reason } from '../core/reasons.ts'
import type { Refusal } from '../schedule/outbox/outbox.ts'
import type { NewTask } from '../schedule/task.ts'

export interface RequestRow {
  /** `url`: a picture or a page, by its looks. `page`: a page, whatever it looks like. */
  readonly kind: 'url' | 'page'
  readonly url: string
}

export interface Door {
  /** The task; null when the row is turned away, which is then in `refused`. */
  pass(row: RequestRow): NewTask | null
  /** By reason. */
  readonly refused: Readonly<Partial<Record<Reason, number>>>
  /** The first of them, in order. */
  readonly refusals: readonly Refusal[]
}

/** Longest URL that becomes a task, in UTF-16 units: what the page room's canonical-url.ts takes, too. */
export const MOST_URL = 16_384
const MOST_KNOWN = 100_000
const MOST_REFUSALS = 10_000
/** Of a refused URL so much is told again, in UTF-16 units; half a character in it becomes U+FFFD. */
const MOST_SHOWN = 400

/** Programs, unlike people, say what scheme they mean: `example.org/cats` may as well be a path. */
const HAS_SCHEME = /^[a-z][a-z0-9+.-]*:/i
const NO_HOST = /^https?:[\\/]*(?:[?#]|$)/i

const shown = (url: string): string => Buffer.from(url.length > MOST_SHOWN ? `${url.slice(0, MOST_SHOWN)}…` : url).toString()

const misspelt = (url: string): Reason | null => {
  if (url.length > MOST_URL) return 'invalid-url'
  const text = url.trim()
  return !HAS_SCHEME.test(text) || NO_HOST.test(text) ? 'incomplete' : null
}

export const createDoor = (toTask: (row: RequestRow) => NewTask): Door => {
  const known = new Set<TaskId>()
  const refused: Partial<Record<Reason, number>> = {}
  const refusals: Refusal[] = []

  const judge = (row: RequestRow): NewTask | Reason => {
    const reason = misspelt(row.url)
    if (reason !== null) return reason
    const task = toTask(row)
    if (task.refused !== undefined) return task.refused
    if (known.has(task.id)) return 'duplicate-url'
    if (known.size < MOST_KNOWN) known.add(task.id)
    return task
  }

  return {
    refused, refusals,
    pass(row) {
      const judged = judge(row)
      if (typeof judged !== 'string') return judged
      refused[judged] = (refused[judged] ?? 0) + 1
      if (refusals.length < MOST_REFUSALS) refusals.push({ url: shown(row.url), reason: judged })
      return null
    },
  }
}
