/** The way into the general queue by which the fleet learns who took a request in, before there is a task of it: a dispatch rule may ask. */
import { LRUCache } from 'lru-cache'
import type { RequestId } from '../core/ids.ts'
import type { FleetLedger, ScheduleStore } from '../schedule/index.ts'

/** Longer than requests are worked on. */
const KNOWN_MS = 30 * 24 * 3_600_000

/** @param name this task server's, from the first `add` on */
export const tellingOrigins = (
  queue: Pick<ScheduleStore, 'add'>, ledger: Pick<FleetLedger, 'tookRequest'>, name: () => string,
): Pick<ScheduleStore, 'add'> => {
  const told = new LRUCache<RequestId, true>({ max: 1_000 })
  return {
    async add(batch) {
      if (!told.has(batch.request)) await ledger.tookRequest(batch.request, name(), KNOWN_MS)
      told.set(batch.request, true)
      return queue.add(batch)
    },
  }
}
