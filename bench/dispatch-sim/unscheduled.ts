/**
 * The state of the art that the scheduler is to better: a task goes to a server at random as it arrives, and that
 * server works off what it took in order of arrival. A host's pace is honoured all the same, as if the servers agreed
 * on it at no cost: a task whose host may not be visited yet is set aside until the time that is kept for it, and
 * the server goes on with the next.
 */
import { randomOf } from '../../test/site/random.ts'
import { createHeap } from './heap.ts'
import { createTaskServers } from './task-servers.ts'
import { createWaits, type Outcome } from './waits.ts'
import { DELAY_MS, pickerOf, type World } from './world.ts'

/** @param shares in what proportion servers are picked */
export const unscheduled = (world: World, shares: Float64Array): Outcome => {
  const { arrivals, hostOf, tasks, seed } = world
  const waits = createWaits(world)
  const servers = createTaskServers(world, waits)
  const pick = pickerOf(shares, randomOf(`servers ${seed}`))
  const hostFree = new Float64Array(world.hosts)
  const takerOf = Uint8Array.from({ length: tasks }, pick)
  /** Two queues a server, chained: what it took, and before it what was set aside and whose time has come. */
  const following = new Int32Array(tasks).fill(-1)
  const first = new Int32Array(2 * shares.length).fill(-1)
  const last = new Int32Array(2 * shares.length)
  const asides = createHeap()

  const append = (chain: number, task: number): void => {
    following[task] = -1
    if ((first[chain] as number) < 0) first[chain] = task
    else following[last[chain] as number] = task
    last[chain] = task
  }
  const shift = (chain: number): number => {
    const task = first[chain] as number
    if (task >= 0) first[chain] = following[task] as number
    return task
  }

  const goOn = (server: number, now: number): void => {
    while (servers.spare(server) > 0) {
      const come = shift(2 * server)
      const task = come >= 0 ? come : shift(2 * server + 1)
      if (task < 0) return
      const host = hostOf[task] as number
      const at = come >= 0 ? now : Math.max(now, hostFree[host] as number)
      if (come < 0) hostFree[host] = at + DELAY_MS
      if (at === now) servers.start(server, task, now)
      else asides.push(at, task)
    }
  }

  let arrived = 0
  while (waits.started < tasks) {
    const arrival = arrived < tasks ? (arrivals[arrived] as number) : Infinity
    const now = Math.min(arrival, servers.nextEnd, asides.least)
    if (now === servers.nextEnd) goOn(servers.end(), now)
    else {
      const come = now === asides.least
      const task = come ? asides.pop() : arrived++
      const server = takerOf[task] as number
      append(2 * server + (come ? 0 : 1), task)
      goOn(server, now)
    }
  }
  return waits.outcome()
}
