/** Tasks that failed for good: seen, tried again, or let go. */
import { taskId, type TaskId } from '../core/ids.ts'
import type { PageOf } from '../core/page-of.ts'
import type { ScheduleStore, TaskRecord } from './schedule-store.ts'

/** Ids, or URLs of pages and pictures. */
export type WhichDead = readonly string[] | 'all'

export interface DeadLetters {
  /** @param after `next` of the page before; null for the first */
  page(after: string | null): Promise<PageOf<TaskRecord>>
  /** They wait again, as if they had never failed. @returns how many */
  retry(which: WhichDead): Promise<number>
  /** They are listed no more; that they failed stays known. @returns how many */
  drop(which: WhichDead): Promise<number>
}

const PAGE = 500

export const deadLettersOf = (queue: Pick<ScheduleStore, 'tasks' | 'revive' | 'bury'>): DeadLetters => {
  const page = (after: string | null): Promise<PageOf<TaskRecord>> => queue.tasks({ after, limit: PAGE, state: 'dead' })
  const idsOf = async (which: WhichDead): Promise<readonly TaskId[]> => {
    if (which !== 'all') return which.flatMap((one) => (URL.canParse(one) ? [taskId('image', one), taskId('page', one)] : [one as TaskId]))
    const ids: TaskId[] = []
    for (let after: string | null = null; ; ) {
      const found: PageOf<TaskRecord> = await page(after)
      ids.push(...found.items.map(({ task }) => task.id))
      after = found.next
      if (after === null) return ids
    }
  }
  const each = async (which: WhichDead, act: (ids: readonly TaskId[]) => Promise<readonly boolean[]>): Promise<number> => {
    const ids = await idsOf(which)
    let done = 0
    for (let at = 0; at < ids.length; at += PAGE) done += (await act(ids.slice(at, at + PAGE))).filter(Boolean).length
    return done
  }
  return { page, retry: (which) => each(which, (ids) => queue.revive(ids)), drop: (which) => each(which, (ids) => queue.bury(ids)) }
}
