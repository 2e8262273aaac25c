/** What a member tells of its fleet and orders in it. It looks now and then, so that rates are known when they are asked for. */
import { createFleetView, giveOrder, type FleetView, type Order, type Ordered, type Target } from '../schedule/index.ts'
import type { Fleet } from './fleet.ts'

/** A look for rates costs the engine a few small reads. */
const SAMPLE_EVERY_MS = 5_000

export interface FleetWatch {
  readonly view: FleetView
  order(order: Order, target: Target): Promise<Ordered>
  close(): void
}

export const watchFleet = ({ queue, ledger, clock, pace }: Fleet): FleetWatch => {
  const view = createFleetView({ queue, ledger, clock, floorMs: pace?.delayMs ?? 0 })
  // What cannot be looked at now is looked at the next time; whoever asks is told why.
  const sample = (): void => void view.sample().catch(() => undefined)
  sample()
  const timer = setInterval(sample, SAMPLE_EVERY_MS)
  return { view, order: (order, target) => giveOrder({ queue, ledger }, order, target), close: () => clearInterval(timer) }
}
