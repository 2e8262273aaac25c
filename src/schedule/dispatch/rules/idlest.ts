/** Most spare processes, then most spare threads, then fastest: the default. */
import type { Server } from '../idleness.ts'
import { foremost, type DispatchRule } from '../rule.ts'

export const isIdler = (a: Server, b: Server): boolean =>
  a.spareProcesses !== b.spareProcesses ? a.spareProcesses > b.spareProcesses
  : a.spareThreads !== b.spareThreads ? a.spareThreads > b.spareThreads
  : a.speed > b.speed

export const idlest: DispatchRule = {
  name: 'idlest',
  help: 'most spare processes, then most spare threads, then fastest',
  create: () => ({ servers }) => foremost(servers, isIdler),
}
