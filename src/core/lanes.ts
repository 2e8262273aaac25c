/**
 * Where tasks stand that visit no host. Everything in the schedule stands at a host, the unit of politeness; a lane is
 * named like one and is no place on the net. No floor of the pace holds for it, so it hands out as many tasks at once as
 * it has.
 */
import { createHash } from 'node:crypto'
import type { TaskId } from './ids.ts'

const LANE = 'work:'
/** So few that all of them can be looked at with every call. */
const LANES = 8

export const LANE_NAMES: readonly string[] = Array.from({ length: LANES }, (_, n) => `${LANE}${n}`)

export const isLane = (host: string): boolean => host.startsWith(LANE)

/** The lane of a task, always the same. */
export const laneOf = (task: TaskId): string =>
  LANE_NAMES[createHash('sha256').update(task).digest().readUInt32BE() % LANES] as string
