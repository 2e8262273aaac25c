/**
 * Who belongs to a fleet: its task servers with what they last said of themselves, and the one dispatcher that leads.
 * Nothing in it is work: all but the orders may be lost at any time, and is said again. Leases in it run by the ledger's
 * own clock, so that processes whose clocks disagree agree on who leads.
 * Semantics: `memory-fleet.ts`, held by `fleet-ledger.contract.ts`.
 */
import type { RequestId } from '../core/ids.ts'
import type { NodeReport } from './dispatch/idleness.ts'

export interface Dispatcher {
  readonly name: string
  /** Differs from start to start. */
  readonly instance: string
  /** Where it answers. */
  readonly url: string
}

export interface Leader extends Dispatcher {
  /** From 1, higher with each change of the lead; never the same again. */
  readonly fence: number
}

/**
 * Where the fleet's pictures are kept while its stores are a folder of one of its servers: the first that came, for as
 * long as the ledger lives. The others send there what they find.
 */
export interface StoreHome {
  /** Names the folder; another folder at the same server is another store. */
  readonly store: string
  /** The server that has it, and where that one answers. */
  readonly node: string
  readonly url: string
}

/** What people have ordered. It holds until it is lifted, whoever is started again meanwhile. Hosts are the schedule's (`pause`). */
export interface FleetOrders {
  /** Nothing is handed to anyone. */
  readonly allPaused: boolean
  /** Task servers that are handed nothing, by name (code unit); they need not be members. */
  readonly pausedNodes: readonly string[]
  /** Members that are to give back what they hold and go, by name: the instance. Forgotten with that instance. */
  readonly draining: Readonly<Record<string, string>>
}

export type Order = 'pause' | 'resume' | 'drain'

export interface FleetLedger {
  /** Makes this the home where there is none, tells where it answers now where it is; else it is told which one is. */
  settleHome(home: StoreHome): Promise<StoreHome>
  home(): Promise<StoreHome | null>
  /** A secret of the fleet, by which its members know one another: made by whoever asks first. At least 32 characters. */
  secret(): Promise<string>
  /**
   * Takes the lead where nobody has it, keeps it where this instance has. Else it is told who leads. Idempotent.
   * @param leaseMs for how long it leads unless it asks again
   */
  lead(ask: { readonly dispatcher: Dispatcher; readonly leaseMs: number }): Promise<Leader>
  /** Gives the lead up, if this instance has it. */
  resign(instance: string): Promise<void>
  leader(): Promise<Leader | null>
  /**
   * What a task server says of itself; it is a member for `ttlMs` from now.
   * @returns false, and nothing changed, while another instance is a member under its name
   */
  report(report: NodeReport, ttlMs: number): Promise<boolean>
  /** It is a member no longer, if this instance is one. */
  leave(name: string, instance: string): Promise<void>
  /** The members, by name (code unit). */
  nodes(): Promise<readonly NodeReport[]>
  /**
   * Gives an order to one node, by name, or to all. `pause`, `resume`: hand it nothing from now on, or something again; what
   * was ordered of all and of single nodes holds side by side. `drain`: the instance that is a member now is to go; of all:
   * every member is, and nothing is handed out until `resume`.
   * @returns for a node to be drained, whether it is a member; else whether it changed anything
   */
  order(order: Order, node: string | null): Promise<boolean>
  orders(): Promise<FleetOrders>
  /** Remembers for `ttlMs` which task server took a request in. The first to say so is believed. */
  tookRequest(request: RequestId, node: string, ttlMs: number): Promise<void>
  /** The task servers that took the requests in, in their order; null where that is unknown. */
  origins(requests: readonly RequestId[]): Promise<readonly (string | null)[]>
  close(): Promise<void>
}

/** Whom leases belong to: an instance, so that what an earlier start of the same server held is told apart. */
export const ownerOf = ({ name, instance }: Pick<NodeReport, 'name' | 'instance'>): string => `${name} ${instance}`
/** Process tasks come to an inbox of their own: what waits there takes up no room for visits. */
export const processorOwnerOf = (of: Pick<NodeReport, 'name' | 'instance'>): string => `${ownerOf(of)} processing`
