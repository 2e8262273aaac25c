/** What every fleet ledger must do: each sentence of the port as a case, on the model and on the adapter's real engine. */
import { setTimeout as pass } from 'node:timers/promises'
import { describe, expect, test, type TestContext } from 'vitest'
import type { RequestId } from '../core/ids.ts'
import type { NodeReport } from './dispatch/idleness.ts'
import { ownerOf, type Dispatcher, type FleetLedger } from './fleet-ledger.ts'

export interface FleetContract {
  readonly name: string
  prepare?(context: TestContext): Promise<void>
  /** Empty each time. */
  open(): Promise<FleetLedger>
  /** The one opened last, as another process finds it; null where it ends with its process. */
  readonly reopen: (() => Promise<FleetLedger>) | null
}

export const report = (name: string, more: Partial<NodeReport> = {}): NodeReport => ({
  name, instance: `${name}-1`, url: `http://${name}:7070`, maxProcesses: 2, runningProcesses: 0, maxThreads: 20, runningThreads: 0,
  queued: 0, maxProcessing: 0, runningProcessing: 0, speed: 0, draining: false, received: 0, receivedProcessing: 0, ...more,
})
const dispatcher = (name: string, instance = `${name}-1`): Dispatcher => ({ name, instance, url: `http://${name}:7090` })

const LONG = 60_000
const SHORT = 60
/** Engines' own clocks decide, so these tests wait for them. */
const past = (ms: number): Promise<void> => pass(ms + 40)

export const describeFleetLedger = (contract: FleetContract): void => {
  const check = (title: string, body: (fleet: FleetLedger) => Promise<void>) =>
    test(title, async (context) => {
      await contract.prepare?.(context)
      const fleet = await contract.open()
      try {
        await body(fleet)
      } finally {
        await fleet.close()
      }
    })

  describe(`fleet ledger on ${contract.name}`, () => {
    check('gives the lead to one, who keeps it while it asks', async (fleet) => {
      expect(await fleet.leader()).toBeNull()
      const first = await fleet.lead({ dispatcher: dispatcher('a'), leaseMs: LONG })
      expect(first).toEqual({ ...dispatcher('a'), fence: 1 })
      expect(await fleet.lead({ dispatcher: dispatcher('b'), leaseMs: LONG })).toEqual(first)
      expect(await fleet.lead({ dispatcher: dispatcher('a'), leaseMs: LONG })).toEqual(first)
      expect(await fleet.lead({ dispatcher: dispatcher('a', 'a-2'), leaseMs: LONG })).toEqual(first)
      expect(await fleet.leader()).toEqual(first)
    })

    check('gives it to another under a higher fence when its time has run out, or it was given up', async (fleet) => {
      await fleet.lead({ dispatcher: dispatcher('a'), leaseMs: SHORT })
      await past(SHORT)
      expect(await fleet.leader()).toBeNull()
      expect(await fleet.lead({ dispatcher: dispatcher('b'), leaseMs: LONG })).toEqual({ ...dispatcher('b'), fence: 2 })
      await fleet.resign('a-1')
      expect((await fleet.leader())?.name).toBe('b')
      await fleet.resign('b-1')
      expect(await fleet.leader()).toBeNull()
      expect((await fleet.lead({ dispatcher: dispatcher('b'), leaseMs: LONG })).fence).toBe(3)
    })

    check('knows its members by what they said last, for as long as they said', async (fleet) => {
      expect(await fleet.report(report('b'), LONG)).toBe(true)
      expect(await fleet.report(report('a'), SHORT)).toBe(true)
      expect(await fleet.report(report('b', { queued: 7, url: 'http://ü b' }), LONG)).toBe(true)
      expect(await fleet.nodes()).toEqual([report('a'), report('b', { queued: 7, url: 'http://ü b' })])
      await past(SHORT)
      expect((await fleet.nodes()).map((node) => node.name)).toEqual(['b'])
    })

    check('lets no two instances be members under one name', async (fleet) => {
      await fleet.report(report('a'), SHORT)
      expect(await fleet.report(report('a', { instance: 'other' }), LONG)).toBe(false)
      expect((await fleet.nodes())[0]?.instance).toBe('a-1')
      await past(SHORT)
      expect(await fleet.report(report('a', { instance: 'other' }), LONG)).toBe(true)
      await fleet.leave('a', 'a-1')
      expect(await fleet.nodes()).toHaveLength(1)
      await fleet.leave('a', 'other')
      expect(await fleet.nodes()).toEqual([])
    })

    check('has one home for what is kept, and hears where it has moved to', async (fleet) => {
      expect(await fleet.home()).toBeNull()
      const home = { store: 's1', node: 'a', url: 'http://a' }
      expect(await fleet.settleHome(home)).toEqual(home)
      expect(await fleet.settleHome({ store: 's2', node: 'b', url: 'http://b' })).toEqual(home)
      const moved = { ...home, url: 'http://a:2' }
      expect(await fleet.settleHome(moved)).toEqual(moved)
      expect(await fleet.home()).toEqual(moved)
    })

    check('has one secret', async (fleet) => {
      const secret = await fleet.secret()
      expect(secret.length).toBeGreaterThanOrEqual(32)
      expect(await fleet.secret()).toBe(secret)
    })

    check('keeps what people ordered of a node and of all, side by side, until it is lifted', async (fleet) => {
      expect(await fleet.orders()).toEqual({ allPaused: false, pausedNodes: [], draining: {} })
      expect(await fleet.order('resume', null)).toBe(false)
      expect(await fleet.order('pause', null)).toBe(true)
      expect(await fleet.order('pause', null)).toBe(false)
      // Not here yet, or no longer: the order waits for it.
      for (const name of ['b', 'all', 'ü a']) expect(await fleet.order('pause', name)).toBe(true)
      expect(await fleet.order('pause', 'b')).toBe(false)
      const again = (await contract.reopen?.()) ?? fleet
      expect(await again.orders()).toEqual({ allPaused: true, pausedNodes: ['all', 'b', 'ü a'], draining: {} })
      expect(await again.order('resume', null)).toBe(true)
      expect(await again.order('resume', 'b')).toBe(true)
      expect(await again.order('resume', 'b')).toBe(false)
      expect(await ((await contract.reopen?.()) ?? fleet).orders()).toEqual({ allPaused: false, pausedNodes: ['all', 'ü a'], draining: {} })
    })

    check('drains the instance that is a member, and no later one', async (fleet) => {
      expect(await fleet.order('drain', 'a')).toBe(false)
      await fleet.report(report('a'), LONG)
      await fleet.report(report('gone'), SHORT)
      await past(SHORT)
      expect(await fleet.order('drain', 'gone')).toBe(false)
      expect(await fleet.order('drain', 'a')).toBe(true)
      await fleet.report(report('a'), LONG)
      expect(await fleet.orders()).toEqual({ allPaused: false, pausedNodes: [], draining: { a: 'a-1' } })
      await fleet.leave('a', 'a-1')
      expect((await fleet.orders()).draining).toEqual({})
      await fleet.report(report('a', { instance: 'a-2' }), SHORT)
      await fleet.order('drain', 'a')
      await past(SHORT)
      await fleet.report(report('a', { instance: 'a-3' }), LONG)
      expect((await fleet.orders()).draining).toEqual({})
    })

    check('drains every member, and hands nothing out until all may go on', async (fleet) => {
      await fleet.report(report('a'), LONG)
      await fleet.report(report('b'), LONG)
      expect(await fleet.order('drain', null)).toBe(true)
      expect(await fleet.orders()).toEqual({ allPaused: true, pausedNodes: [], draining: { a: 'a-1', b: 'b-1' } })
      expect(await fleet.order('resume', null)).toBe(true)
      expect((await fleet.orders()).allPaused).toBe(false)
    })

    check('remembers for a time which server took a request in', async (fleet) => {
      const [a, b, none] = ['a', 'b', 'none'] as unknown as RequestId[]
      await fleet.tookRequest(a as RequestId, 'node-1', LONG)
      await fleet.tookRequest(b as RequestId, 'node-2', SHORT)
      await fleet.tookRequest(a as RequestId, 'node-3', LONG)
      expect(await fleet.origins([b, none, a] as RequestId[])).toEqual(['node-2', null, 'node-1'])
      await past(SHORT)
      expect(await fleet.origins([b, a] as RequestId[])).toEqual([null, 'node-1'])
      expect(await fleet.origins([])).toEqual([])
    })

    test('leases belong to an instance', () => {
      expect(ownerOf(report('a'))).not.toBe(ownerOf(report('a', { instance: 'other' })))
    })
  })
}
