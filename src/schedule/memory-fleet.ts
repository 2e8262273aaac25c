/** The fleet's ledger in memory: the model of the port, and what a task server without Redis is a fleet of one by. */
import { randomBytes } from 'node:crypto'
import type { NodeReport } from './dispatch/idleness.ts'
import type { FleetLedger, Leader, StoreHome } from './fleet-ledger.ts'

/** @param now milliseconds from any instant on, never going back */
export const createMemoryFleet = (now: () => number): FleetLedger => {
  const members = new Map<string, { readonly report: NodeReport; readonly until: number }>()
  let led: { readonly leader: Leader; readonly until: number } | null = null
  let lastFence = 0
  let settled: StoreHome | null = null
  let password: string | null = null

  const member = (name: string) => {
    const found = members.get(name)
    return found !== undefined && found.until > now() ? found : null
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
      return true
    },
    async leave(name, instance) {
      if (member(name)?.report.instance === instance) members.delete(name)
    },
    async nodes() {
      return [...members.keys()].sort((a, b) => (a < b ? -1 : 1)).flatMap((name) => member(name)?.report ?? [])
    },
    async close() {},
  }
}
