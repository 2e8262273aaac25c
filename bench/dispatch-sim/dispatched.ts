/**
 * A fleet under its dispatcher: the real handout desk and the real rules, told by reports that come late, in turns
 * that come now and then; what is handed out takes its time on the way.
 */
import { DISPATCHER_DEFAULTS } from '../../src/schedule/dispatch/dispatcher.ts'
import { createHandoutDesk, type DueHost } from '../../src/schedule/dispatch/handout.ts'
import type { DispatchRule } from '../../src/schedule/dispatch/rule.ts'
import { createGeneralQueue } from './general-queue.ts'
import { createReporters, nameOf } from './reporters.ts'
import { createTaskServers } from './task-servers.ts'
import { createWaits, type Outcome } from './waits.ts'
import type { World } from './world.ts'

/** The dispatcher takes a turn so often. */
export const TURN_MS = 10
/** What a report needs to the dispatcher, and a task to its server. */
export const NETWORK_MS = 1

/** @param weights what a place in `WEIGHTS` stands for; left out, those that are written there */
export const dispatched = (world: World, rule: DispatchRule, weights?: readonly number[]): Outcome => {
  const { arrivals, tasks, speeds } = world
  const waits = createWaits(world)
  const queue = createGeneralQueue(world, weights)
  const servers = createTaskServers(world, waits)
  const desk = createHandoutDesk({ rule })
  const reporters = createReporters(world, servers, (report) => desk.report(report, report.received))
  const numberOf = new Map(Array.from(speeds, (_, server) => [nameOf(server), server]))
  const hosts = Array.from({ length: world.hosts }, (_, host): DueHost => ({ host: `https://${host}.example`, count: 1, origin: null }))

  const collectDue = (limit: number): number[] => {
    const due: number[] = []
    for (let host = limit > 0 ? queue.next() : -1; host >= 0; host = due.length < limit ? queue.next() : -1) due.push(host)
    return due
  }

  /** Tasks on their way. */
  const coming: { readonly server: number; readonly task: number }[] = []
  let arrived = 0
  for (let now = 0; waits.started < tasks; now += TURN_MS) {
    reporters.runUntil(now - TURN_MS + NETWORK_MS)
    for (const { server, task } of coming.splice(0)) {
      servers.start(server, task, now - TURN_MS + NETWORK_MS)
      reporters.received(server)
    }
    reporters.runUntil(now - NETWORK_MS)
    while (arrived < tasks && (arrivals[arrived] as number) <= now) queue.arrive(arrived++)
    queue.release(now)

    const due = collectDue(Math.min(desk.room(), DISPATCHER_DEFAULTS.most))
    const handouts = desk.spread(due.map((host) => hosts[host] as DueHost))
    let placed = 0
    for (const host of due) {
      const handout = handouts[placed]
      if (handout?.host !== hosts[host]?.host) queue.restore(host)
      else {
        coming.push({ server: numberOf.get(handout?.node as string) as number, task: queue.take(host, now) })
        placed++
      }
    }
  }
  return waits.outcome()
}
