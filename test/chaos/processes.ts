/** The processes of a crawl as the kernel sees them: found by parentage, told apart by what they were started as. */
import { readFileSync } from 'node:fs'

export type RoleName = 'coordinator' | 'keeper' | 'grabber' | 'vision'

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const childrenOf = (pid: number): number[] =>
  read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)

const roleOf = (pid: number): RoleName | null => {
  const [, role] = /(?:gannet |role-main\.[jt]s\0)(keeper|grabber|vision)/.exec(read(`/proc/${pid}/cmdline`)) ?? []
  return (role as RoleName | undefined) ?? null
}

/** @param main the coordinator's pid */
export const processesOf = (main: number): readonly { readonly role: RoleName; readonly pid: number }[] => [
  { role: 'coordinator', pid: main },
  ...childrenOf(main).flatMap((pid) => {
    const role = roleOf(pid)
    return role === null ? [] : [{ role, pid }]
  }),
]
