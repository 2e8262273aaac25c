/**
 * One turn of the dispatcher's decision, without its clock and its engine: which of the hosts that are due goes to
 * which task server. Hosts go where there is room for visits, lanes where there is room for processing. A host sticks to its server while that one is well, since the server knows how the host
 * answers and has connections to it; when it is full the host does not wait for it, and sticks to the next one.
 */
import { LRUCache } from 'lru-cache'
import { isLane } from '../../core/lanes.ts'
import { createDebits } from './debits.ts'
import { processorOf, serverOf, type NodeReport, type Server } from './idleness.ts'
import type { Choice, DispatchRule } from './rule.ts'

/** A host with a waiting task that may be visited now, or a lane with one. */
export interface DueHost {
  readonly host: string
  /** Tasks that may be handed out for it at once. */
  readonly count: number
  /** The server that took the request of its next task; null where that is unknown. */
  readonly origin: string | null
}

/** Tasks of a host for a server. */
export interface Handout {
  readonly host: string
  readonly node: string
  readonly count: number
}

export interface HandoutOptions {
  readonly rule: DispatchRule
  /** Hosts whose server is remembered; of the others the longest unseen are forgotten. Default 100,000. */
  readonly maxHosts?: number
}

export interface HandoutDesk {
  /**
   * A server's report: it is well until `forget`.
   * @param handed tasks handed to this instance so far, where the desk has not kept count
   * @param handedProcessing the same of process tasks, which `handed` leaves out; default those that it has received
   */
  report(report: NodeReport, handed: number, handedProcessing?: number): void
  /** The server is gone: its hosts go elsewhere. */
  forget(name: string): void
  /** Tasks of hosts that could be handed out now, to all servers together. */
  room(): number
  /** The same of lanes. */
  processingRoom(): number
  /**
   * Spreads hosts and lanes, in their order, over the servers, debiting each; what finds no room is left out.
   * A host's tasks of one turn go to one server, a lane's to as many as there are.
   */
  spread(due: readonly DueHost[]): readonly Handout[]
  /** What came of a handout: `count` tasks really went; the rest of the debit is given back. */
  settle(handout: Handout, count: number): void
  servers(): readonly Server[]
}

export const createHandoutDesk = ({ rule, maxHosts = 100_000 }: HandoutOptions): HandoutDesk => {
  const visits = createDebits({ received: ({ received }) => received, serverOf })
  const processing = createDebits({ received: ({ receivedProcessing }) => receivedProcessing, serverOf: processorOf })
  const homes = new LRUCache<string, string>({ max: maxHosts })
  const choose: (choice: Choice) => Server = rule.create()
  const chooseProcessor: (choice: Choice) => Server = rule.create()

  const handHost = ({ host, count, origin }: DueHost): readonly Handout[] => {
    const home = visits.get(homes.get(host) ?? '')
    const stays = home !== null && home.spareThreads > 0
    const servers = stays ? [home] : visits.withRoom()
    if (servers.length === 0) return []
    const server = stays ? home : choose({ servers, origin })
    const given = Math.min(count, server.spareThreads)
    if (!stays) homes.set(host, server.name)
    visits.debit(server.name, given)
    return [{ host, node: server.name, count: given }]
  }

  /** Nobody knows a lane better than others do: its tasks go to as many servers as have room. */
  const handLane = ({ host, count, origin }: DueHost): readonly Handout[] => {
    const given = new Map<string, number>()
    for (let left = count; left > 0; left--) {
      const servers = processing.withRoom()
      if (servers.length === 0) break
      const { name } = chooseProcessor({ servers, origin })
      processing.debit(name, 1)
      given.set(name, (given.get(name) ?? 0) + 1)
    }
    return Array.from(given, ([node, count]) => ({ host, node, count }))
  }

  return {
    report(report, handed, handedProcessing = report.receivedProcessing) {
      visits.report(report, handed)
      processing.report(report, handedProcessing)
    },
    forget(name) {
      visits.forget(name)
      processing.forget(name)
    },
    room: () => visits.room(),
    processingRoom: () => processing.room(),
    spread: (due) => due.flatMap((one) => (isLane(one.host) ? handLane(one) : handHost(one))),
    settle({ host, node, count: planned }, count) {
      if (count !== planned) (isLane(host) ? processing : visits).debit(node, count - planned)
    },
    servers: () => visits.all(),
  }
}
