/**
 * Eyes for a task server that has no vision processes of its own: those of others in its fleet, over links. A picture goes
 * to the server with most room to spare; when that one dies it goes to another, as if nothing had happened. While the
 * fleet has none at all, whoever wants to see waits, and that is said.
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as rest } from 'node:timers/promises'
import type { Body } from '../core/body.ts'
import { GannetError } from '../core/errors.ts'
import { mayPass } from '../core/patient.ts'
import type { Remote } from '../core/rpc.ts'
import type { NodeReport } from '../schedule/dispatch/idleness.ts'
import type { FleetLedger } from '../schedule/fleet-ledger.ts'
import type { Seen, Vision } from '../vision/vision-api.ts'
import { createLink, type Link } from './link.ts'
import type { Eyes, VisionDesk } from './vision-desk.ts'

export interface RemoteVisionOptions {
  readonly ledger: Pick<FleetLedger, 'nodes' | 'secret'>
  /** Nobody sees, or somebody does again (null). */
  readonly onTrouble: (error: unknown) => void
  /** Who waits for a server then waits no longer, and is told `drained`. */
  readonly signal: AbortSignal
}

export interface RemoteVision extends Vision {
  /** Of the server that looked last: whoever has been seen can ask. */
  readonly eyes: Eyes
}

/** Between two looks at who is in the fleet. */
const LOOK_EVERY_MS = 1_000
/** Pictures under way at one server, for each process task that it says it may hold: its own pool lets some more wait. */
const PICTURES_A_PLACE = 4
/** A picture that is cut off so often is not the connection's fault. */
const MOST_TRIES = 20

interface Server {
  report: NodeReport
  readonly link: Link
  underWay: number
}

const NOBODY = 'no task server of this fleet has vision processes: start one with gannet node --vision 1, or more'

const inlined = async (body: Body): Promise<Body> => (body.kind === 'inline' ? body : { kind: 'inline', bytes: await readFile(body.path) })

const roomOf = ({ report, underWay }: Server): number => report.maxProcessing * PICTURES_A_PLACE - report.runningProcessing - underWay

/** The other is gone, cannot be reached, or cannot see any more: ask someone else. */
const LOST = ['role-died', 'role-failing', 'engine-unreachable', 'drained'] as const
const isLost = (error: unknown): boolean => LOST.some((code) => GannetError.is(error, code))

export const createRemoteVision = ({ ledger, onTrouble, signal }: RemoteVisionOptions): RemoteVision => {
  const servers = new Map<string, Server>()
  const waiting = new Set<{ readonly look: () => void; readonly leave: (why: unknown) => void }>()
  const closing = new AbortController()
  let ended: { readonly why: unknown } | null = null
  let isBlind = false
  let eyes: Eyes = { any: false }

  /** There may be room. */
  const wake = (): void => {
    for (const one of waiting) one.look()
    waiting.clear()
  }
  const end = (why: unknown): void => {
    ended ??= { why }
    for (const one of waiting) one.leave(ended.why)
    waiting.clear()
  }
  const stop = (): void => end(new GannetError('drained', 'the work is stopping, and nobody is there to see for it'))
  signal.addEventListener('abort', stop, { once: true })

  const forget = (instance: string): void => {
    servers.get(instance)?.link.close()
    servers.delete(instance)
  }

  const meet = async (): Promise<void> => {
    const secret = await ledger.secret()
    const seeing = (await ledger.nodes()).filter(({ maxProcessing, draining }) => maxProcessing > 0 && !draining)
    const now = new Set(seeing.map(({ instance }) => instance))
    // What is under way there is cut off, and asked of another: who is silent may never answer.
    for (const instance of servers.keys()) if (!now.has(instance)) forget(instance)
    for (const report of seeing) {
      const known = servers.get(report.instance)
      if (known) known.report = report
      else {
        const link = createLink({ locate: async () => report.url, secret, name: report.name, onTrouble })
        servers.set(report.instance, { report, link, underWay: 0 })
      }
    }
    if (isBlind !== (servers.size === 0)) {
      isBlind = servers.size === 0
      onTrouble(isBlind ? new GannetError('engine-unreachable', NOBODY) : null)
    }
    wake()
  }

  const watch = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await meet().catch((error: unknown) => {
        // Who was known before is asked meanwhile.
        if (!mayPass(error)) throw error
      })
      await rest(LOOK_EVERY_MS, undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }
  const watching = watch().catch(end)

  /** Takes a place at the one with most room; waits while there is none. @throws drained */
  const enter = async (): Promise<Server> => {
    for (;;) {
      const best = [...servers.values()].reduce<Server | null>((best, one) => (best !== null && roomOf(best) >= roomOf(one) ? best : one), null)
      if (best !== null && roomOf(best) > 0) {
        // At once: others who were woken look next.
        best.underWay++
        return best
      }
      if (ended) throw ended.why
      await new Promise<void>((look, leave) => waiting.add({ look, leave }))
    }
  }

  /** Calls a server where a place is taken, and leaves it. */
  const inPlace = async <Result>(server: Server, call: (desk: Remote<VisionDesk>) => Promise<Result>): Promise<Result> => {
    try {
      return await call(server.link.once<VisionDesk>('vision'))
    } finally {
      server.underWay--
      wake()
    }
  }

  /** For who is there already: what is begun does not wait for those who come. */
  const at = <Result>(server: Server, call: (desk: Remote<VisionDesk>) => Promise<Result>): Promise<Result> => {
    server.underWay++
    return inPlace(server, call)
  }

  const anywhere = async <Result>(call: (desk: Remote<VisionDesk>) => Promise<Result>): Promise<{ readonly server: Server; readonly result: Result }> => {
    for (let tries = 1; ; tries++) {
      const server = await enter()
      try {
        return { server, result: await inPlace(server, call) }
      } catch (error) {
        if (!isLost(error) || tries >= MOST_TRIES) throw error
        // It is met again while it is a member.
        forget(server.report.instance)
      }
    }
  }

  return {
    get eyes() {
      return eyes
    },
    async look(body) {
      const see = () => anywhere(async (desk) => desk.look(await inlined(body)))
      const first = await see()
      eyes = first.result.eyes
      let current: { readonly server: Server; readonly ticket: string | null } = { server: first.server, ticket: first.result.ticket }
      const takeTicket = (): string | null => {
        const { ticket } = current
        current = { ...current, ticket: null }
        return ticket
      }
      const infer: Seen['infer'] = async () => {
        for (let tries = 1; ; tries++) {
          try {
            const { server } = current
            const ticket = takeTicket()
            if (ticket === null) throw new GannetError('not-found', 'it is kept there no longer')
            return await at(server, (desk) => desk.infer(ticket))
          } catch (error) {
            if (!(isLost(error) || GannetError.is(error, 'not-found')) || tries >= MOST_TRIES) throw error
            const again = await see()
            current = { server: again.server, ticket: again.result.ticket }
          }
        }
      }
      return {
        look: first.result.look, infer,
        release() {
          const ticket = takeTicket()
          // Who is gone has dropped it already.
          if (ticket !== null) void at(current.server, (desk) => desk.drop(ticket)).catch(() => undefined)
        },
      }
    },
    async render(original, rendition) {
      const bytes = await inlined(original)
      return (await anywhere((desk) => desk.render(bytes, rendition))).result
    },
    async close() {
      signal.removeEventListener('abort', stop)
      closing.abort()
      stop()
      for (const instance of servers.keys()) forget(instance)
      await watching
    },
  }
}
