import { array, assert, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LANE_NAMES } from '../../core/lanes.ts'
import { report } from '../fleet-ledger.contract.ts'
import { createHandoutDesk, type DueHost, type Handout, type HandoutDesk } from './handout.ts'
import { serverOf } from './idleness.ts'
import { idlest } from './rules/idlest.ts'
import { localFirst } from './rules/local-first.ts'

const due = (host: string, count = 1, origin: string | null = null): DueHost => ({ host, count, origin })
const hosts = (count: number): readonly DueHost[] => Array.from({ length: count }, (_, n) => due(`h${n}`))

const desk = (...nodes: readonly (readonly [string, number])[]): HandoutDesk => {
  const one = createHandoutDesk({ rule: idlest, maxHosts: 100 })
  for (const [name, maxThreads] of nodes) one.report(report(name, { maxThreads }), 0)
  return one
}
const given = (one: HandoutDesk, due: readonly DueHost[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { node, count } of one.spread(due)) counts[node] = (counts[node] ?? 0) + count
  return counts
}

describe('serverOf', () => {
  test('counts what runs, what waits and what is on its way', () => {
    const busy = report('a', { maxProcesses: 8, runningProcesses: 2, maxThreads: 20, runningThreads: 3, queued: 4, received: 10, speed: 7 })
    expect(serverOf(busy, 12)).toEqual({ name: 'a', spareProcesses: 0, spareThreads: 11, maxThreads: 20, speed: 7 })
    expect(serverOf(busy, 10)).toMatchObject({ spareProcesses: 2, spareThreads: 13 })
  })
  test('is never below nothing, and nothing while it drains', () => {
    expect(serverOf(report('a', { maxThreads: 4, runningThreads: 9 }), 0)).toMatchObject({ spareThreads: 0 })
    expect(serverOf(report('a', { draining: true }), 0)).toMatchObject({ spareThreads: 0 })
    expect(serverOf(report('a', { maxThreads: 4, received: 9 }), 3)).toMatchObject({ spareThreads: 4 })
  })
})

describe('the handout desk', () => {
  test('fills servers by the rule, and never beyond the room reported', () => {
    const one = desk(['a', 3], ['b', 2])
    expect(one.room()).toBe(5)
    expect(given(one, hosts(9))).toEqual({ a: 3, b: 2 })
    expect(one.room()).toBe(0)
    expect(one.spread([due('late')])).toEqual([])
  })

  test('serves hosts in their order', () => {
    const one = desk(['a', 2])
    expect(one.spread(hosts(3)).map(({ host }) => host)).toEqual(['h0', 'h1'])
  })

  test('sends a host to its server again while that has room, whoever is idler', () => {
    const one = desk(['a', 4], ['b', 3])
    expect(given(one, [due('h')])).toEqual({ a: 1 })
    one.report(report('c', { maxProcesses: 50, maxThreads: 50 }), 0)
    expect(given(one, [due('h')])).toEqual({ a: 1 })
    expect(given(one, [due('other')])).toEqual({ c: 1 })
  })

  test('sends a host elsewhere when its server is full, and it stays there', () => {
    const one = desk(['a', 1])
    given(one, [due('h')])
    one.report(report('b', { maxThreads: 9 }), 0)
    expect(given(one, [due('h')])).toEqual({ b: 1 })
    one.report(report('a', { maxThreads: 9, maxProcesses: 9, received: 1 }), 0)
    expect(given(one, [due('h')])).toEqual({ b: 1 })
  })

  test('keeps the tasks of a host together, as many as fit', () => {
    const one = desk(['a', 3], ['b', 9])
    expect(one.spread([due('h', 20)])).toEqual([{ host: 'h', node: 'b', count: 9 }])
  })

  test('forgets a server, and whose hosts it had', () => {
    const one = desk(['a', 9], ['b', 5])
    given(one, [due('h')])
    one.forget('a')
    expect(one.servers().map(({ name }) => name)).toEqual(['b'])
    expect(given(one, [due('h')])).toEqual({ b: 1 })
  })

  test('forgets the hosts that were not seen for longest', () => {
    const one = createHandoutDesk({ rule: idlest, maxHosts: 1 })
    one.report(report('a'), 0)
    given(one, [due('h')])
    given(one, [due('other')])
    one.report(report('b', { maxProcesses: 50 }), 0)
    expect(given(one, [due('h')])).toEqual({ b: 1 })
  })

  test('holds what is on its way against a report that does not know of it', () => {
    const one = desk(['a', 4])
    given(one, hosts(3))
    one.report(report('a', { maxThreads: 4 }), 0)
    expect(one.room()).toBe(1)
    one.report(report('a', { maxThreads: 4, received: 3, runningThreads: 2 }), 0)
    expect(one.room()).toBe(2)
  })

  test('takes no notice of a report that was overtaken', () => {
    const one = desk(['a', 4])
    given(one, hosts(3))
    one.report(report('a', { maxThreads: 4, received: 3, runningThreads: 3 }), 0)
    one.report(report('a', { maxThreads: 4, received: 1, runningThreads: 0 }), 0)
    expect(one.room()).toBe(1)
  })

  test('counts anew for another instance, from what it is told was handed to it', () => {
    const one = desk(['a', 4])
    given(one, hosts(3))
    one.report(report('a', { instance: 'a-2', maxThreads: 4 }), 1)
    expect(one.room()).toBe(3)
  })

  test('gives lanes to servers with room for processing, hosts to those with room for visits, and neither beyond its room', () => {
    const one = createHandoutDesk({ rule: idlest })
    one.report(report('grabs', { maxThreads: 2 }), 0)
    one.report(report('sees', { maxThreads: 0, maxProcessing: 3 }), 0)
    one.report(report('both', { maxThreads: 1, maxProcessing: 1 }), 0)
    expect([one.room(), one.processingRoom()]).toEqual([3, 4])
    const [lane = ''] = LANE_NAMES
    const handouts = one.spread([due('h', 9), due(lane, 9), due('i', 9), due('j', 9)])
    expect(handouts).toEqual([
      { host: 'h', node: 'grabs', count: 2 }, { host: lane, node: 'sees', count: 3 }, { host: lane, node: 'both', count: 1 },
      { host: 'i', node: 'both', count: 1 },
    ])
    expect([one.room(), one.processingRoom()]).toEqual([0, 0])
    one.settle(handouts[1] as Handout, 1)
    expect([one.room(), one.processingRoom()]).toEqual([0, 2])
    one.report(report('sees', { maxThreads: 0, maxProcessing: 3, runningProcessing: 1, receivedProcessing: 1 }), 0)
    expect(one.processingRoom()).toBe(2)
    one.report(report('both', { maxThreads: 1, maxProcessing: 1, draining: true }), 0)
    expect(one.processingRoom()).toBe(2)
  })

  test('gets back what did not go', () => {
    const one = desk(['a', 4])
    const [handout] = one.spread([due('h', 3)])
    if (!handout) throw new Error('nothing was handed out')
    one.settle(handout, 1)
    expect(one.room()).toBe(3)
    one.forget('a')
    one.settle(handout, 0)
    expect(one.room()).toBe(0)
  })

  test('tells the rule where the request came in', () => {
    const one = createHandoutDesk({ rule: localFirst })
    for (const name of ['a', 'b']) one.report(report(name, { maxProcesses: name === 'a' ? 9 : 1 }), 0)
    expect(given(one, [due('h', 1, 'b')])).toEqual({ b: 1 })
  })

  test('hands out all that there is room for, and no more, whatever is due', () => {
    const sizes = array(integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 })
    const asked = array(record({ host: integer({ min: 0, max: 5 }), count: integer({ min: 1, max: 4 }) }), { maxLength: 30 })
    assert(
      property(sizes, asked, (sizes, asked) => {
        const one = desk(...sizes.map((size, n) => [`n${n}`, size] as const))
        const room = one.room()
        const counts = given(one, asked.map(({ host, count }) => due(`h${host}`, count)))
        const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
        expect(total).toBe(room - one.room())
        for (const [n, size] of sizes.entries()) expect(counts[`n${n}`] ?? 0).toBeLessThanOrEqual(size)
        // Single tasks always find the room there is.
        const rest = one.room()
        expect(one.spread(hosts(40))).toHaveLength(Math.min(40, rest))
      }),
    )
  })
})
