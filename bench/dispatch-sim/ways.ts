/** The ways of dispatching that are compared, by name, and what is asked of a process that tries them on one world. */
import { idlest } from '../../src/schedule/dispatch/rules/idlest.ts'
import { leastLoaded } from '../../src/schedule/dispatch/rules/least-loaded.ts'
import { roundRobin } from '../../src/schedule/dispatch/rules/round-robin.ts'
import { dispatched } from './dispatched.ts'
import { oracle } from './oracle.ts'
import { paceAlone } from './pace-alone.ts'
import { unscheduled } from './unscheduled.ts'
import type { Outcome } from './waits.ts'
import { WEIGHTS, type Scene, type World } from './world.ts'

/** A fair share is what a task would get if none weighed more than another. */
const EQUAL_WEIGHTS = WEIGHTS.map(() => 50)

export const WAYS = {
  'pace alone': paceAlone,
  oracle,
  idlest: (world) => dispatched(world, idlest),
  'idlest, equal weights': (world) => dispatched(world, idlest, EQUAL_WEIGHTS),
  'least-loaded': (world) => dispatched(world, leastLoaded),
  'round-robin': (world) => dispatched(world, roundRobin),
  unscheduled: (world) => unscheduled(world, world.speeds.map(() => 1)),
  'unscheduled, by capacity': (world) => unscheduled(world, world.speeds.map((speed, n) => speed * (world.processes[n] as number))),
} satisfies Readonly<Record<string, (world: World) => Outcome>>

export type Way = keyof typeof WAYS

export interface SimJob {
  readonly scene: Scene
  readonly ways: readonly Way[]
}

export type SimOutcome = Readonly<Partial<Record<Way, Outcome>>>
