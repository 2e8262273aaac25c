/** What the figures were measured on, as far as it matters to them and says nothing of whose machine it is. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

export interface Machine {
  readonly cores: number
  readonly processor: string
  readonly memoryGb: number
  readonly node: string
  readonly system: string
  /** Mean number of running processes over the minute before: above 0.5 someone else was at work. */
  readonly loadBefore: number
}

export const describeMachine = (): Machine => ({
  cores: availableParallelism(),
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGb: Math.round(totalmem() / 1e8) / 10,
  node: process.versions.node,
  system: `${process.platform}-${process.arch}`,
  loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
})
