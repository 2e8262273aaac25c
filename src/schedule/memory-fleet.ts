/** The fleet's ledger in memory: the model of the port, and what a task server without Redis is a fleet of one by. */
import { randomBytes } from 'node:crypto'
import type { RequestId } from '../core/ids.ts'
import type { NodeReport } from './dispatch/idleness.ts'
import type { FleetLedger, FleetOrders, Leader, StoreHome } from './fleet-ledger.ts'

/** The orders that outlive the process. */
export type StandingOrders = Pick<FleetOrders, 'allPaused' | 'pausedNodes'>

export interface OrdersFile {
  /** As last written. */
  readonly found: StandingOrders
  /** Durable when it resolves. */
  write(orders: StandingOrders): Promise<void>
}

const NO_ORDERS: OrdersFile = { found: { allPaused: false, pausedNodes: [] }, write: async () => undefined }

/**
 * @param now milliseconds from any instant on, never going back
 * @param file where orders are kept; without one they end with the process
 */
export const createMemoryFleet = (now: () => number, file: OrdersFile = NO_ORDERS): FleetLedger => {
  const members = new Map<string, { readonly report: NodeReport; readonly until: number }>()
  let led: { readonly leader: Leader; readonly until: number } | null = null
  let lastFence = 0
  let settled: StoreHome | null = null
  let password: string | null = null
  let allPaused = file.found.allPaused
  const pausedNodes = new Set(file.found.pausedNodes)
  const draining = new Map<string, string>()
  const origins = new Map<RequestId, { readonly node: string; readonly until: number }>()
  const names = (): string[] => [...pausedNodes].sort((a, b) => (a < b ? -1 : 1))

  const member = (name: string) => {
    const found = members.get(name)
    return found !== undefined && found.until > now() ? found : null
  }
  const originOf = (request: RequestId): string | null => {
    const found = origins.get(request)
    return found !== undefined && found.until > now() ? found.node : null
  }
  const current = (): Leader | null => (led !== null && led.until > now() ? led.leader : null)

  return {
    async settleHome(home) {
      if (settled === null || settled.store === home.store) settled = home
      return settled
    },
    home: async () => settled,
    secret: async () => (password ??= randomBytes(32).toString('base64url')),
    async lead({ dispatcher, leaseMs }) {
      const leader = current()
      if (leader !== null && leader.instance !== dispatcher.instance) return leader
      const mine = { ...dispatcher, fence: leader?.fence ?? ++lastFence }
      led = { leader: mine, until: now() + leaseMs }
      return mine
    },
    async resign(instance) {
      if (current()?.instance === instance) led = null
    },
    leader: async () => current(),
    async report(report, ttlMs) {
      const known = member(report.name)
      if (known !== null && known.report.instance !== report.instance) return false
      members.set(report.name, { report, until: now() + ttlMs })
      if (draining.get(report.name) !== report.instance) draining.delete(report.name)
      return true
    },
    async leave(name, instance) {
      if (member(name)?.report.instance !== instance) return
      members.delete(name)
      draining.delete(name)
    },
    async nodes() {
      return [...members.keys()].sort((a, b) => (a < b ? -1 : 1)).flatMap((name) => member(name)?.report ?? [])
    },
    async order(order, node) {
      const instance = member(node ?? '')?.report.instance
      const before = JSON.stringify([allPaused, names()])
      if (order === 'drain' && node !== null) {
        if (instance === undefined) return false
        draining.set(node, instance)
        return true
      }
      if (node === null) {
        allPaused = order !== 'resume'
        if (order === 'drain') for (const name of members.keys()) if (member(name)) draining.set(name, member(name)?.report.instance ?? '')
      } else if (order === 'pause') pausedNodes.add(node)
      else pausedNodes.delete(node)
      // Unchanged too: the time before may have failed to write.
      await file.write({ allPaused, pausedNodes: names() })
      return before !== JSON.stringify([allPaused, names()])
    },
    orders: async () => ({ allPaused, pausedNodes: names(), draining: Object.fromEntries(draining) }),
    async tookRequest(request, node, ttlMs) {
      if (originOf(request) === null) origins.set(request, { node, until: now() + ttlMs })
    },
    origins: async (requests) => requests.map(originOf),
    async close() {},
  }
}
