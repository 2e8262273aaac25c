/**
 * One sort of room of all servers: what each reported, less what it was handed since. The desk keeps one for visits and
 * one for processing, so that neither takes up the other's.
 */
import type { NodeReport, Server } from './idleness.ts'

/** Tasks of this sort that the server had received when it reported, and how it stands once `handed` were handed to it. */
export interface View {
  received(report: NodeReport): number
  serverOf(report: NodeReport, handed: number): Server
}

export interface Debits {
  /** A later report of the instance, or another instance, which counts anew from `handed`. */
  report(report: NodeReport, handed: number): void
  forget(name: string): void
  get(name: string): Server | null
  /** Those with room, in the order in which they joined. */
  withRoom(): readonly Server[]
  /** So many more tasks are on their way to it; fewer, below 0. */
  debit(name: string, count: number): void
  room(): number
  all(): readonly Server[]
}

interface Known {
  report: NodeReport
  handed: number
  /** Null when the report or the debits have changed since. */
  server: Server | null
}

export const createDebits = ({ received, serverOf }: View): Debits => {
  const nodes = new Map<string, Known>()
  /** Those with room; null when it must be looked up again. */
  let open: Server[] | null = null

  const serverAt = (known: Known): Server => (known.server ??= serverOf(known.report, known.handed))
  const withRoom = (): readonly Server[] =>
    (open ??= Array.from(nodes.values(), serverAt).filter(({ spareThreads }) => spareThreads > 0))

  return {
    withRoom,
    report(report, handed) {
      const known = nodes.get(report.name)
      if (known?.report.instance === report.instance) {
        // Reports may overtake one another; the count of what was received tells their order.
        if (received(report) < received(known.report)) return
        known.report = report
        known.server = null
      } else nodes.set(report.name, { report, handed, server: null })
      open = null
    },
    forget(name) {
      nodes.delete(name)
      open = null
    },
    get(name) {
      const known = nodes.get(name)
      return known === undefined ? null : serverAt(known)
    },
    debit(name, count) {
      const known = nodes.get(name)
      if (!known) return
      const at = open?.indexOf(serverAt(known)) ?? -1
      known.handed += count
      known.server = null
      // Looking at every server again for each task would be most of a turn's time.
      if (open === null || at < 0) open = null
      else if (serverAt(known).spareThreads > 0) open[at] = serverAt(known)
      else open.splice(at, 1)
    },
    room: () => withRoom().reduce((sum, { spareThreads }) => sum + spareThreads, 0),
    all: () => [...nodes.values()].map(serverAt),
  }
}
