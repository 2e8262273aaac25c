/**
 * What a task server says of itself, and what the dispatcher makes of it between two reports: each task handed out
 * is debited at once, so that no server is given more than the room it reported.
 */

/** Plain and serialisable; sent on every change that matters, at least once in `REPORT_EVERY_MS`. */
export interface NodeReport {
  /** Unique in the fleet, chosen by its operator. */
  readonly name: string
  /** Differs from start to start: what an earlier one held is given back, and two nodes of one name are noticed. */
  readonly instance: string
  /** Where its data interface answers, `http://10.0.0.7:7070`. */
  readonly url: string
  /** Grabber processes that may run, and those that have at least one task. */
  readonly maxProcesses: number
  readonly runningProcesses: number
  /** Visits that may be under way in all of them together, and those that are; none where there is no grabber. */
  readonly maxThreads: number
  readonly runningThreads: number
  /** Tasks that visit, were handed to it and have not begun. */
  readonly queued: number
  /** Process tasks that it may hold at a time, none where nothing sees, and those that it holds. */
  readonly maxProcessing: number
  readonly runningProcessing: number
  /** Tasks ended a second: a moving average. */
  readonly speed: number
  /** It takes nothing new. */
  readonly draining: boolean
  /**
   * Tasks taken out of its inboxes since its start, those that visit and those that process: what was handed to it beyond
   * these is not in the counts above.
   */
  readonly received: number
  readonly receivedProcessing: number
}

/** A task server as the rules see it, debits counted. */
export interface Server {
  readonly name: string
  /** Maximum − running, never below 0. */
  readonly spareProcesses: number
  /** Tasks that may still be handed to it. */
  readonly spareThreads: number
  readonly maxThreads: number
  /** Tasks ended a second. */
  readonly speed: number
}

/**
 * The idleness of a server that was handed `handed` tasks since its start, by what it last reported.
 * A task goes to an idle process while there is one: that is how task servers spread their work.
 */
export const serverOf = (report: NodeReport, handed: number): Server => {
  const coming = report.queued + Math.max(0, handed - report.received)
  const room = report.draining ? 0 : report.maxThreads - report.runningThreads - coming
  return {
    name: report.name,
    spareProcesses: Math.max(0, report.maxProcesses - report.runningProcesses - coming),
    spareThreads: Math.max(0, room),
    maxThreads: report.maxThreads,
    speed: report.speed,
  }
}

/** The same for process tasks, so that the rules can tell servers apart by their room for these: each takes up a place of its own. */
export const processorOf = (report: NodeReport, handed: number): Server => {
  const { name, maxProcessing, runningProcessing, receivedProcessing, draining, speed } = report
  const spare = draining ? 0 : Math.max(0, maxProcessing - runningProcessing - Math.max(0, handed - receivedProcessing))
  return { name, spareProcesses: spare, spareThreads: spare, maxThreads: maxProcessing, speed }
}
