/** What a family of processes weighs: PSS, which counts a shared page once, and so may be added up. Linux only. */
import { readFile } from 'node:fs/promises'

const childrenOf = async (pid: number): Promise<readonly number[]> => {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1').catch(() => '')
  return text.trim().split(' ').filter(Boolean).map(Number)
}

const familyOf = async (pid: number): Promise<readonly number[]> => {
  const children = await childrenOf(pid)
  const below = await Promise.all(children.map(familyOf))
  return [pid, ...below.flat()]
}

/** In bytes; 0 for one that has gone. */
const pssOf = async (pid: number): Promise<number> => {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1').catch(() => '')
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024
}

const titleOf = async (pid: number): Promise<string> =>
  /gannet (\w+)/.exec(await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => ''))?.[1] ?? 'coordinator'

export interface FamilyMemory {
  /** Bytes of PSS. */
  readonly total: number
  /** By role; several processes of a role together. */
  readonly byRole: Readonly<Record<string, number>>
}

export const memoryOf = async (pid: number): Promise<FamilyMemory> => {
  const pids = await familyOf(pid)
  const each = await Promise.all(pids.map(async (one) => [await titleOf(one), await pssOf(one)] as const))
  const byRole: Record<string, number> = {}
  for (const [role, bytes] of each) byRole[role] = (byRole[role] ?? 0) + bytes
  return { total: each.reduce((sum, [, bytes]) => sum + bytes, 0), byRole }
}
