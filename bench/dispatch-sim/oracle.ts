/** What nobody can do: one central queue that sees every server at every instant, loses no time on the way, and keeps no host to a server. */
import { createGeneralQueue } from './general-queue.ts'
import { createTaskServers } from './task-servers.ts'
import { createWaits, type Outcome } from './waits.ts'
import type { World } from './world.ts'

export const oracle = (world: World): Outcome => {
  const { arrivals, speeds, tasks } = world
  const waits = createWaits(world)
  const queue = createGeneralQueue(world)
  const servers = createTaskServers(world, waits)
  /** The fastest first: it takes the fastest that has a thread to spare. */
  const bySpeed = [...speeds.keys()].sort((a, b) => (speeds[b] as number) - (speeds[a] as number))
  const place = new Uint8Array(speeds.length)
  for (const [at, server] of bySpeed.entries()) place[server] = at
  /** No server before this place has one to spare. */
  let from = 0
  let spare = bySpeed.reduce((sum, server) => sum + servers.spare(server), 0)

  const match = (now: number): void => {
    while (spare > 0) {
      const host = queue.next()
      if (host < 0) return
      while (servers.spare(bySpeed[from] as number) === 0) from++
      servers.start(bySpeed[from] as number, queue.take(host, now), now)
      spare--
    }
  }

  let arrived = 0
  while (waits.started < tasks) {
    const arrival = arrived < tasks ? (arrivals[arrived] as number) : Infinity
    const now = Math.min(arrival, servers.nextEnd, queue.nextRelease)
    if (now === arrival) queue.arrive(arrived++)
    else if (now === servers.nextEnd) {
      from = Math.min(from, place[servers.end()] as number)
      spare++
    } else queue.release(now)
    match(now)
  }
  return waits.outcome()
}
