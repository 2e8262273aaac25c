/** One world, and what the ways of dispatching make of it: in a process of its own, for it fills hundreds of megabytes. */
import { serve } from '../crew.ts'
import { WAYS, type SimJob, type SimOutcome } from './ways.ts'
import { createWorld } from './world.ts'

serve<SimJob, SimOutcome>(async ({ scene, ways }) => async () => {
  const world = createWorld(scene)
  return Object.fromEntries(ways.map((way) => [way, WAYS[way](world)]))
})
