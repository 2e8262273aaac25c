/** Task servers: what is given to them starts at once, in the process that has least to do, and takes as long as its work at the server's speed. */
import { createHeap } from './heap.ts'
import type { Waits } from './waits.ts'
import type { World } from './world.ts'

export interface TaskServers {
  /** Threads that do nothing. */
  spare(server: number): number
  running(server: number): number
  /** Processes with at least one task. */
  runningProcesses(server: number): number
  start(server: number, task: number, at: number): void
  /** When the next task ends; Infinity when none runs. */
  readonly nextEnd: number
  /** Ends it. @returns the server */
  end(): number
}

export const createTaskServers = (world: World, waits: Waits): TaskServers => {
  const { processes, speeds, threads, work } = world
  const firstProcess = new Int32Array(processes.length + 1)
  for (const [server, count] of processes.entries()) firstProcess[server + 1] = (firstProcess[server] as number) + count
  const serverOf = new Uint8Array(firstProcess[processes.length] as number)
  for (const [server, count] of processes.entries()) serverOf.fill(server, firstProcess[server], (firstProcess[server] as number) + count)
  const tasksOf = new Uint8Array(serverOf.length)
  const runningOf = new Int32Array(processes.length)
  const busyOf = new Int32Array(processes.length)
  /** Processes by when a task of theirs ends. */
  const ends = createHeap()

  const idlestProcess = (server: number): number => {
    let best = firstProcess[server] as number
    for (let process = best; process < (firstProcess[server + 1] as number); process++) {
      if ((tasksOf[process] as number) < (tasksOf[best] as number)) best = process
    }
    return best
  }

  return {
    spare: (server) => (processes[server] as number) * threads - (runningOf[server] as number),
    running: (server) => runningOf[server] as number,
    runningProcesses: (server) => busyOf[server] as number,
    start(server, task, at) {
      const process = idlestProcess(server)
      if (tasksOf[process] === threads) throw new Error(`server ${server} was given more than its room`)
      if (tasksOf[process] === 0) busyOf[server]!++
      tasksOf[process]!++
      runningOf[server]!++
      const durationMs = (work[task] as number) / (speeds[server] as number)
      waits.start(task, at, durationMs)
      ends.push(at + durationMs, process)
    },
    get nextEnd() {
      return ends.least
    },
    end() {
      const process = ends.pop()
      const server = serverOf[process] as number
      runningOf[server]!--
      tasksOf[process]!--
      if (tasksOf[process] === 0) busyOf[server]!--
      return server
    },
  }
}
