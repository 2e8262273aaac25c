/** A fleet as a person at a command line reaches it: by its Redis, or by asking one of its members over HTTP. */
import { setTimeout as pass } from 'node:timers/promises'
import { createFleetView, giveOrder, type NodesView, type Order, type Ordered, type PausedView, type QueuesView, type Target } from '../schedule/index.ts'
import { joinFleet } from './fleet.ts'
import { askMember } from './member-client.ts'
import type { DispatchSettings } from './settings.ts'

export interface FleetStatus {
  readonly nodes: NodesView
  readonly queues: QueuesView
  /** What is wrong with the fleet's Redis; nothing where a member was asked. */
  readonly engine: readonly string[]
}

export interface FleetDesk {
  /** The first one takes a second where rates are to be measured. @throws engine-unreachable and the like */
  status(): Promise<FleetStatus>
  order(order: Order, target: Target): Promise<Ordered & { readonly paused: PausedView }>
  close(): Promise<void>
}

const MEASURE_MS = 1_000

/** @throws engine-unreachable, engine-unfit, data-newer */
const deskOnRedis = async (settings: Pick<DispatchSettings, 'prefix'>, redis: string): Promise<FleetDesk> => {
  const { queue, ledger, clock, pace, judge, close } = await joinFleet(settings, redis)
  const view = createFleetView({ queue, ledger, clock, floorMs: pace?.delayMs ?? 0 })
  let measured = false
  return {
    async status() {
      if (!measured) {
        await view.sample()
        await pass(MEASURE_MS)
        measured = true
      }
      const [nodes, queues, engine] = await Promise.all([view.nodes(), view.queues(), judge()])
      return { nodes, queues, engine }
    },
    order: async (order, target) => ({ ...(await giveOrder({ queue, ledger }, order, target)), paused: await view.paused() }),
    close,
  }
}

const deskAtMember = (at: string): FleetDesk => {
  const ask = askMember(at)
  return {
    async status() {
      const [nodes, queues] = await Promise.all([ask<NodesView>('/v1/nodes'), ask<QueuesView>('/v1/queues')])
      return { nodes, queues, engine: [] }
    },
    order: (order, target) =>
      ask(`/v1/${order}`, target.kind === 'all' ? { all: true } : target.kind === 'node' ? { node: target.node } : { host: target.host }),
    close: async () => undefined,
  }
}

/** @param at a member's URL, which is asked where no Redis is named. @throws usage */
export const openFleetDesk = async (settings: Pick<DispatchSettings, 'prefix' | 'redis'>, at: string): Promise<FleetDesk> => {
  if (settings.redis !== null) return deskOnRedis(settings, settings.redis)
  return deskAtMember(at)
}
