/** Dead letters as a person at a command line reaches them: in a data folder that nobody owns, in a fleet's Redis, or by asking a member. */
import { GannetError } from '../core/errors.ts'
import { deadLettersOf, type DeadLetters } from '../schedule/index.ts'
import { joinFleet } from './fleet.ts'
import { askMember } from './member-client.ts'
import type { DispatchSettings } from './settings.ts'
import { openStore } from './store.ts'

export interface OpenDeadLetters extends DeadLetters {
  close(): Promise<void>
}

export type WhereDead =
  | { readonly data: string }
  | { readonly fleet: Pick<DispatchSettings, 'prefix'>; readonly redis: string }
  /** A member's URL. */
  | { readonly at: string }

const atMember = (at: string): OpenDeadLetters => {
  const ask = askMember(at)
  const act = async (what: 'retry' | 'drop', which: Parameters<DeadLetters['retry']>[0]): Promise<number> =>
    (await ask<{ readonly tasks: number }>(`/v1/dead/${what}`, which === 'all' ? { all: true } : { tasks: which })).tasks
  return {
    page: (after) => ask(`/v1/dead${after === null ? '' : `?after=${encodeURIComponent(after)}`}`),
    retry: (which) => act('retry', which),
    drop: (which) => act('drop', which),
    close: async () => undefined,
  }
}

/** @throws data-missing, data-locked while a crawl or task server owns the folder; engine-unreachable; usage */
export const openDeadLetters = async (where: WhereDead): Promise<OpenDeadLetters> => {
  if ('at' in where) return atMember(where.at)
  if ('redis' in where) {
    const { queue, close } = await joinFleet(where.fleet, where.redis)
    return { ...deadLettersOf(queue), close }
  }
  const store = await openStore(where.data, { own: true }).catch((error: unknown) => {
    if (!GannetError.is(error, 'data-locked')) throw error
    throw new GannetError('data-locked', `${error.message}; a task server that runs can be asked: --at http://HOST:PORT`, { cause: error })
  })
  return { ...deadLettersOf(store.schedule), close: () => store.close() }
}
