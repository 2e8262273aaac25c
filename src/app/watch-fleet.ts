/** Looks at the fleet now and then, so that its rates are known when they are asked for. */
import { createFleetView, type FleetView } from '../schedule/index.ts'
import type { Fleet } from './fleet.ts'

/** A look for rates costs the engine a few small reads. */
const SAMPLE_EVERY_MS = 5_000

export const watchFleet = ({ queue, ledger, clock, pace }: Fleet): { readonly view: FleetView; close(): void } => {
  const view = createFleetView({ queue, ledger, clock, floorMs: pace?.delayMs ?? 0 })
  // What cannot be looked at now is looked at the next time; whoever asks is told why.
  const sample = (): void => void view.sample().catch(() => undefined)
  sample()
  const timer = setInterval(sample, SAMPLE_EVERY_MS)
  return { view, close: () => clearInterval(timer) }
}
