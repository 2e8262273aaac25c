/**
 * Whom a host's next task goes to, when the server it sticks to has no room or there is none. A rule is one file in
 * `rules/`, named as users name it.
 */
import type { Server } from './idleness.ts'

export interface Choice {
  /** Those with room, in the order in which they joined; at least one. */
  readonly servers: readonly Server[]
  /** The server that took the request the task belongs to; null where that is unknown, or the rule is not `byOrigin`. */
  readonly origin: string | null
}

export interface DispatchRule {
  readonly name: string
  /** What the rule does, for `--help`: one line. */
  readonly help: string
  /** It looks at the server that took the request; what no rule looks at is not asked for. Absent for false. */
  readonly byOrigin?: boolean
  /** A rule may remember what it chose: each dispatcher has one of its own. */
  create(): (choice: Choice) => Server
}

/** The first of those that no other goes before. @param before whether `a` goes before `b` */
export const foremost = (servers: readonly Server[], before: (a: Server, b: Server) => boolean): Server => {
  let best = servers[0] as Server
  for (const server of servers) if (before(server, best)) best = server
  return best
}
