/** What people may order of a fleet: pause, resume and drain of a host, a node, all; by command, or over HTTP at any member. */
import { closest } from 'fastest-levenshtein'
import { GannetError } from '../../core/errors.ts'
import type { FleetLedger, Order } from '../fleet-ledger.ts'
import type { ScheduleStore } from '../schedule-store.ts'

export type Target =
  /** `example.org` (with either scheme), or an origin. */
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'all' }

export interface Ordered {
  readonly order: Order
  /** False when it stood so already. */
  readonly changed: boolean
  /** The hosts that were meant; empty for other targets. */
  readonly hosts: readonly string[]
  readonly node: string | null
  /** Whether the node is a member now; null for other targets. */
  readonly member: boolean | null
}

export interface FleetControlPorts {
  readonly queue: Pick<ScheduleStore, 'pause'>
  readonly ledger: Pick<FleetLedger, 'order' | 'nodes'>
}

/** @throws usage */
const hostsOf = (text: string): readonly string[] => {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
  const origins = (hasScheme ? [text] : [`https://${text}`, `http://${text}`]).flatMap((url) => (URL.canParse(url) ? new URL(url) : []))
  const wrong = origins.length === 0 || origins.some(({ protocol, hostname, pathname, search, username }) =>
    !/^https?:$/.test(protocol) || hostname === '' || pathname !== '/' || search !== '' || username !== '')
  if (wrong) throw new GannetError('usage', `${JSON.stringify(text.slice(0, 200))} names no host: write example.org, or https://example.org:8443 for that one alone`)
  return [...new Set(origins.map(({ origin }) => origin))]
}

/**
 * @throws usage for what is no host, and for a host that is to be drained; not-found for a node that is to be drained and
 *   is no member
 */
export const giveOrder = async ({ queue, ledger }: FleetControlPorts, order: Order, target: Target): Promise<Ordered> => {
  if (target.kind === 'host') {
    if (order === 'drain') {
      throw new GannetError('usage', 'a host holds nothing that could be given back: pause it, and what is under way there ends')
    }
    const hosts = hostsOf(target.host)
    const changed = await queue.pause(hosts, order === 'pause')
    return { order, changed: changed.includes(true), hosts, node: null, member: null }
  }
  if (target.kind === 'all') return { order, changed: await ledger.order(order, null), hosts: [], node: null, member: null }
  const { node } = target
  const names = (await ledger.nodes()).map(({ name }) => name)
  const changed = await ledger.order(order, node)
  if (order === 'drain' && !changed) {
    const hint = names.length === 0 ? 'none is there' : `did you mean ${closest(node, names)}?`
    throw new GannetError('not-found', `no task server of this fleet is called ${JSON.stringify(node.slice(0, 200))}: ${hint}`)
  }
  return { order, changed, hosts: [], node, member: names.includes(node) }
}
