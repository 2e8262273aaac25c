/** What task servers say of themselves, and when: after tasks have ended, but not oftener than a batch's time, and now and then whatever happens. */
import type { NodeReport } from '../../src/schedule/dispatch/idleness.ts'
import { createHeap } from './heap.ts'
import type { TaskServers } from './task-servers.ts'
import type { World } from './world.ts'

/** Ends of tasks are told together, at most so often. */
export const BATCH_MS = 20
/** The longest silence. */
export const REPORT_EVERY_MS = 250
/** Of the moving average that tells the speed. */
const SPEED_MS = 10_000

export const nameOf = (server: number): string => `n${String(server).padStart(3, '0')}`

export interface Reporters {
  /** The server was handed a task. */
  received(server: number): void
  /** Ends tasks and sends reports, in order of time. */
  runUntil(time: number): void
}

export const createReporters = (world: World, servers: TaskServers, send: (report: NodeReport) => void): Reporters => {
  const { processes, threads } = world
  const count = processes.length
  const names = Array.from(processes, (_, server) => nameOf(server))
  const handed = new Int32Array(count)
  const lastAt = new Float64Array(count).fill(-BATCH_MS)
  const endsSince = new Int32Array(count)
  const speeds = new Float64Array(count)
  /** Servers by when they report what has ended; those from `count` on by when they have been silent for too long. */
  const timers = createHeap()
  // Not all at once: they were not started together.
  for (let server = 0; server < count; server++) timers.push((REPORT_EVERY_MS * server) / count, count + server)

  const report = (server: number, at: number): void => {
    const kept = Math.exp(-(at - (lastAt[server] as number)) / SPEED_MS)
    speeds[server] = (speeds[server] as number) * kept + ((endsSince[server] as number) * 1000) / SPEED_MS
    endsSince[server] = 0
    lastAt[server] = at
    const name = names[server] as string
    send({
      name, instance: name, url: '', queued: 0, draining: false, maxProcessing: 0, runningProcessing: 0, receivedProcessing: 0,
      maxProcesses: processes[server] as number, runningProcesses: servers.runningProcesses(server),
      maxThreads: (processes[server] as number) * threads, runningThreads: servers.running(server),
      speed: speeds[server] as number, received: handed[server] as number,
    })
  }

  return {
    received: (server) => void handed[server]!++,
    runUntil(time) {
      for (;;) {
        const end = servers.nextEnd
        const now = Math.min(end, timers.least)
        if (now > time) return
        if (now === end) {
          const server = servers.end()
          if (endsSince[server]!++ === 0) timers.push(Math.max(now, (lastAt[server] as number) + BATCH_MS), server)
          continue
        }
        const timer = timers.pop()
        const server = timer % count
        const silentUntil = (lastAt[server] as number) + REPORT_EVERY_MS
        if (timer < count || (silentUntil <= now && endsSince[server] === 0)) report(server, now)
        if (timer >= count) timers.push(Math.max(silentUntil, now + BATCH_MS), timer)
      }
    },
  }
}
