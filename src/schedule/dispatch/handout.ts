/**
 * One turn of the dispatcher's decision, without its clock and its engine: which of the hosts that are due goes to
 * which task server. A host sticks to its server while that one is well, since the server knows how the host
 * answers and has connections to it; when it is full the host does not wait for it, and sticks to the next one.
 */
import { LRUCache } from 'lru-cache'
import { serverOf, type NodeReport, type Server } from './idleness.ts'
import type { Choice, DispatchRule } from './rule.ts'

/** A host with a waiting task that may be visited now. */
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
  /** A server's report: it is well until `forget`. @param handed tasks handed to this instance so far, where the desk has not kept count */
  report(report: NodeReport, handed: number): void
  /** The server is gone: its hosts go elsewhere. */
  forget(name: string): void
  /** Tasks that could be handed out now, to all servers together. */
  room(): number
  /**
   * Spreads hosts, in their order, over the servers, debiting each; what finds no room is left out.
   * A host's tasks of one turn go to one server.
   */
  spread(due: readonly DueHost[]): readonly Handout[]
  /** What came of a handout: `count` tasks really went; the rest of the debit is given back. */
  settle(handout: Handout, count: number): void
  servers(): readonly Server[]
}

interface Known {
  report: NodeReport
  handed: number
  /** Null when the report or the debits have changed since. */
  server: Server | null
}

export const createHandoutDesk = ({ rule, maxHosts = 100_000 }: HandoutOptions): HandoutDesk => {
  const nodes = new Map<string, Known>()
  const homes = new LRUCache<string, string>({ max: maxHosts })
  const choose: (choice: Choice) => Server = rule.create()

  /** Those with room, in the order in which they joined; null when it must be looked up again. */
  let open: Server[] | null = null

  const serverAt = (known: Known): Server => (known.server ??= serverOf(known.report, known.handed))
  const withRoom = (): readonly Server[] =>
    (open ??= Array.from(nodes.values(), serverAt).filter(({ spareThreads }) => spareThreads > 0))
  const debit = (name: string, count: number): void => {
    const known = nodes.get(name)
    if (!known) return
    const at = open?.indexOf(serverAt(known)) ?? -1
    known.handed += count
    known.server = null
    // Looking at every server again for each task would be most of a turn's time.
    if (open === null || at < 0) open = null
    else if (serverAt(known).spareThreads > 0) open[at] = serverAt(known)
    else open.splice(at, 1)
  }

  return {
    report(report, handed) {
      const known = nodes.get(report.name)
      if (known?.report.instance === report.instance) {
        // Reports may overtake one another; the count of what was received tells their order.
        if (report.received < known.report.received) return
        known.report = report
        known.server = null
      } else nodes.set(report.name, { report, handed, server: null })
      open = null
    },
    forget(name) {
      nodes.delete(name)
      open = null
    },
    room: () => withRoom().reduce((sum, { spareThreads }) => sum + spareThreads, 0),
    spread(due) {
      const handouts: Handout[] = []
      for (const { host, count, origin } of due) {
        const home = nodes.get(homes.get(host) ?? '')
        const stays = home !== undefined && serverAt(home).spareThreads > 0
        const servers = stays ? [serverAt(home)] : withRoom()
        if (servers.length === 0) break
        const server = stays ? serverAt(home) : choose({ servers, origin })
        const given = Math.min(count, server.spareThreads)
        if (!stays) homes.set(host, server.name)
        debit(server.name, given)
        handouts.push({ host, node: server.name, count: given })
      }
      return handouts
    },
    settle({ node, count: planned }, count) {
      if (count !== planned) debit(node, count - planned)
    },
    servers: () => [...nodes.values()].map(serverAt),
  }
}
