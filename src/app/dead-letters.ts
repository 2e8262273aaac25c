/** Tasks that failed for good: seen, tried again, or let go. In a data folder that nobody owns at the moment, or in a fleet's Redis. */
import { taskId, type TaskId } from '../core/ids.ts'
import type { ScheduleStore, TaskRecord } from '../schedule/index.ts'
import { joinFleet } from './fleet.ts'
import type { DispatchSettings } from './settings.ts'
import { openStore } from './store.ts'

export interface DeadLetters {
  list(): AsyncIterable<TaskRecord>
  /** They wait again, as if they had never failed. @returns how many */
  retry(which: readonly string[] | 'all'): Promise<number>
  /** They are listed no more; that they failed stays known. @returns how many */
  drop(which: readonly string[] | 'all'): Promise<number>
  close(): Promise<void>
}

type DeadStore = Pick<ScheduleStore, 'tasks' | 'revive' | 'bury'>

const PAGE = 500

export const deadLettersOf = (queue: DeadStore, close: () => Promise<void>): DeadLetters => {
  async function* list(): AsyncGenerator<TaskRecord> {
    for (let after: string | null = null; ; ) {
      const page: Awaited<ReturnType<DeadStore['tasks']>> = await queue.tasks({ after, limit: PAGE, state: 'dead' })
      yield* page.items
      after = page.next
      if (after === null) return
    }
  }
  /** What is named: ids, or URLs of pages and pictures. */
  const idsOf = async (which: readonly string[] | 'all'): Promise<readonly TaskId[]> => {
    if (which !== 'all') return which.flatMap((one) => (URL.canParse(one) ? [taskId('image', one), taskId('page', one)] : [one as TaskId]))
    const ids: TaskId[] = []
    for await (const { task } of list()) ids.push(task.id)
    return ids
  }
  const each = async (which: readonly string[] | 'all', act: (ids: readonly TaskId[]) => Promise<readonly boolean[]>): Promise<number> => {
    const ids = await idsOf(which)
    let done = 0
    for (let at = 0; at < ids.length; at += PAGE) done += (await act(ids.slice(at, at + PAGE))).filter(Boolean).length
    return done
  }
  return { list, retry: (which) => each(which, (ids) => queue.revive(ids)), drop: (which) => each(which, (ids) => queue.bury(ids)), close }
}

/** @throws data-missing, data-locked while a crawl or task server owns the folder; engine-unreachable */
export const openDeadLetters = async (
  where: { readonly data: string } | { readonly fleet: Pick<DispatchSettings, 'prefix'>; readonly redis: string },
): Promise<DeadLetters> => {
  if ('redis' in where) {
    const { queue, close } = await joinFleet(where.fleet, where.redis)
    return deadLettersOf(queue, close)
  }
  const store = await openStore(where.data, { own: true })
  return deadLettersOf(store.schedule, () => store.close())
}
