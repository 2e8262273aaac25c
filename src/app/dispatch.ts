/** A dispatch server: one of those of a fleet, which leads it or stands by. */
import { randomUUID } from 'node:crypto'
import { GannetError } from '../core/errors.ts'
import { deadLettersOf, DISPATCHER_DEFAULTS, ruleNamed, RULES, startDispatcher, type DispatchEvent, type Dispatcher } from '../schedule/index.ts'
import { addDeadRoutes, addFleetRoutes, addMetrics, createHttpServer, listenAt } from '../server/index.ts'
import { joinFleet } from './fleet.ts'
import { watchFleet } from './watch-fleet.ts'
import { defaultName } from './node.ts'
import type { DispatchSettings } from './settings.ts'

export interface DispatchServer {
  readonly name: string
  readonly url: string
  /** What is wrong with the fleet's Redis. */
  readonly warnings: readonly string[]
  /** When it was stopped; rejects when it cannot go on. */
  readonly ended: Promise<void>
  /** Gives up the lead at once. */
  stop(): Promise<void>
}

/** @throws usage without a Redis: a task server that stands alone dispatches by itself */
export const startDispatch = async ({ settings, tell }: {
  readonly settings: DispatchSettings
  readonly tell: (event: DispatchEvent) => void
}): Promise<DispatchServer> => {
  if (settings.redis === null) {
    throw new GannetError('usage', 'a dispatch server needs the Redis of its fleet: name it with --redis (a task server that stands alone dispatches by itself)')
  }
  const fleet = await joinFleet(settings, settings.redis, settings)
  const server = createHttpServer({ onTrouble: (error) => tell({ type: 'trouble', error }) })
  let undo: () => void = () => undefined
  const close = async (): Promise<void> => {
    undo()
    await server.close()
    await fleet.close()
  }
  try {
    const warnings = await fleet.judge()
    const watch = watchFleet(fleet)
    undo = watch.close
    addFleetRoutes(server, watch)
    addDeadRoutes(server, deadLettersOf(fleet.queue))
    let dispatcher: Dispatcher | null = null
    const metrics = addMetrics(server, { view: watch.view, report: () => null, leads: () => dispatcher?.leads ?? false })
    const { url, port } = await listenAt(server, settings.listen)
    const name = settings.name ?? defaultName(port)
    const started = startDispatcher(
      { queue: fleet.queue, fleet: fleet.ledger, clock: fleet.clock, tell, onTurn: metrics.turned },
      { ...DISPATCHER_DEFAULTS, identity: { name, instance: randomUUID(), url }, rule: ruleNamed(settings.rule) ?? (RULES[0] as (typeof RULES)[number]) },
    )
    dispatcher = started
    const ended = started.ended.finally(close)
    ended.catch(() => undefined)
    return {
      name, url, ended, warnings,
      async stop() {
        await started.stop()
        await ended
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
