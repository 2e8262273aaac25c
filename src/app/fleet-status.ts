/** A fleet as anybody sees it who can reach its Redis. */
import type { Leader, NodeReport, StoreHome } from '../schedule/index.ts'
import { joinFleet } from './fleet.ts'
import type { DispatchSettings } from './settings.ts'

export interface FleetStatus {
  /** The dispatcher that leads; null while none does. */
  readonly leader: Leader | null
  readonly home: StoreHome | null
  readonly nodes: readonly NodeReport[]
  /** Waiting or leased, by kind. */
  readonly pending: Readonly<Record<string, number>>
  /** Handed to a task server that has not fetched them yet, by owner. */
  readonly uncollected: Readonly<Record<string, number>>
  /** Ended, by outcome. */
  readonly ended: Readonly<Record<string, number>>
}

/** @throws engine-unreachable */
export const fleetStatus = async (settings: Pick<DispatchSettings, 'prefix'>, redis: string): Promise<FleetStatus> => {
  const { queue, ledger, close } = await joinFleet(settings, redis)
  try {
    const [leader, home, nodes, tally, uncollected] = await Promise.all([
      ledger.leader(), ledger.home(), ledger.nodes(), queue.tally('all'), queue.uncollected(),
    ])
    const ended: Record<string, number> = {}
    for (const { outcome, count } of tally.ended) ended[outcome] = (ended[outcome] ?? 0) + count
    return { leader, home, nodes, pending: tally.pending, uncollected, ended }
  } finally {
    await close()
  }
}
