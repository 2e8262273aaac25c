/** What no dispatch can spare a task: its wait where servers never lack, for its host's delay alone. */
import { createWaits, type Outcome } from './waits.ts'
import { DELAY_MS, type World } from './world.ts'

export const paceAlone = (world: World): Outcome => {
  const waits = createWaits(world)
  const free = new Float64Array(world.hosts)
  for (const [task, arrival] of world.arrivals.entries()) {
    const host = world.hostOf[task] as number
    const at = Math.max(arrival, free[host] as number)
    free[host] = at + DELAY_MS
    waits.start(task, at, 0)
  }
  return waits.outcome()
}
