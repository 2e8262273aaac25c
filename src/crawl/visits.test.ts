import { describe, expect, it } from 'vitest'
import type { Clock } from '../core/clock.ts'
import { GannetError } from '../core/errors.ts'
import type { Grant } from '../schedule/task.ts'
import { createVisits, type VisitsOptions } from './visits.ts'

const HOST = 'http://a'
const grantAt = (notBefore: number): Grant => ({ host: HOST, notBefore, count: 1, intervalMs: 0, fence: 1 })

/** A clock that moves when somebody waits. */
const movingClock = (): Clock & { time: number } => ({
  time: 0,
  now() {
    return this.time
  },
  async until(at, signal) {
    signal?.throwIfAborted()
    this.time = Math.max(this.time, at)
  },
})

const setUp = (over: Partial<VisitsOptions> = {}) => {
  const clock = movingClock()
  const asked: string[] = []
  const hosts: VisitsOptions['hosts'] = {
    grant: async (asks) => asks.map(({ host }) => {
      asked.push(host)
      return grantAt(clock.time + 100)
    }),
    pace: async () => undefined,
  }
  const visits = createVisits({
    hosts, clock, concurrency: 2, perHost: 1, signal: new AbortController().signal,
    policy: { observe: () => [], isCircuitOpen: () => false, holdUntil: () => null, allowance: () => 10, addressPace: () => null, states: () => [] },
    onFree: () => undefined, onBytes: () => undefined, onPace: () => undefined, onNote: () => undefined, ...over,
  })
  return { visits, clock, asked }
}
const done = { observations: [], wireBytes: 1 }

describe('visits', () => {
  it('keep to so many a host, and end what is begun before they begin more', async () => {
    const { visits } = setUp()
    const order: string[] = []
    let finish: () => void = () => undefined
    const first = visits.visit(HOST, grantAt(0), async () => {
      await new Promise<void>((resolve) => (finish = resolve))
      order.push('first')
      return done
    })
    const next = visits.visit(HOST, grantAt(0), async () => {
      order.push('another')
      return done
    })
    const full = visits.visit(HOST, null, async () => {
      order.push('full of the first')
      return done
    })
    expect(visits.busy()).toEqual({ [HOST]: 3 })
    await new Promise(setImmediate)
    finish()
    await Promise.all([first, next, full])
    expect(order).toEqual(['first', 'full of the first', 'another'])
    expect(visits.busy()).toEqual({})
  })

  it('are made again when the grabber dies with them: each under a new grant, and alone', async () => {
    const { visits, clock, asked } = setUp({ perHost: 9, concurrency: 9 })
    const starts: (readonly [string, number, boolean])[] = []
    let underWay = 0
    const make = (name: string) => visits.visit(HOST, grantAt(5), async (_grant, alone) => {
      starts.push([name, clock.time, alone])
      if (alone) expect(underWay++).toBe(0)
      await new Promise(setImmediate)
      if (alone) underWay--
      if (!alone || name === 'poison') throw new GannetError('role-died', 'killed')
      return done
    })
    const poison = expect(make('poison')).rejects.toMatchObject({ code: 'role-died' })
    const others = [make('a'), make('b')]
    expect(await Promise.all(others)).toEqual([done, done])
    await poison
    const lone = starts.filter(([, , alone]) => alone)
    expect(lone.map(([name]) => name).sort()).toEqual(['a', 'b', 'poison', 'poison', 'poison', 'poison'])
    expect([starts.length, asked.length]).toEqual([9, 6])
  })

  it('are made under a new grant where they have missed the time of theirs, and others visit their host too', async () => {
    const paced = (notBefore: number): Grant => ({ ...grantAt(notBefore), intervalMs: 10 })
    for (const shared of [true, false]) {
      const { visits, clock, asked } = setUp({ shared })
      clock.time = 10_000
      const starts: number[] = []
      const begin = (grant: Grant) => visits.visit(HOST, grant, async () => {
        starts.push(clock.time)
        return done
      })
      // In time, as far as anybody can tell; it lay in a buffer, or was slept over; it waited for room.
      await begin(paced(9_800))
      await begin(paced(9_000))
      expect([starts, asked.length]).toEqual(shared ? [[10_000, 10_100], 1] : [[10_000, 10_010], 0])
      let finish: () => void = () => undefined
      let before: Promise<unknown> = Promise.resolve()
      await new Promise<void>((isUnderWay) => {
        before = visits.visit(HOST, paced(clock.time + 10), () => new Promise<typeof done>((resolve) => {
          finish = () => resolve(done)
          isUnderWay()
        }))
      })
      const waiting = begin(paced(clock.time))
      await new Promise(setImmediate)
      clock.time += 5_000
      finish()
      await Promise.all([before, waiting])
      expect([starts.slice(2), asked.length]).toEqual(shared ? [[clock.time], 2] : [[clock.time], 0])
      // A host that wants a visit an hour has not missed it by a minute.
      await visits.visit('http://b', { ...grantAt(clock.time - 60_000), intervalMs: 3_600_000 }, async () => done)
      expect(asked.length).toBe(shared ? 2 : 0)
    }
  })

  it('to a paused host, or led to one, are put off and not made', async () => {
    const { visits, clock } = setUp({ hosts: { grant: async (asks) => asks.map(() => null), pace: async () => undefined } })
    let made = 0
    // What was granted before stands; leave for more is refused.
    expect(await visits.visit(HOST, grantAt(0), async () => {
      made++
      return done
    })).toEqual(done)
    expect(visits.heldUntil(HOST)).toBeNull()
    expect(await visits.visit(HOST, null, async () => {
      made++
      return done
    })).toBeNull()
    expect(made).toBe(1)
    expect(visits.heldUntil(HOST)).toBe(clock.time + 30_000)
    expect(await visits.visit('http://b', grantAt(0), async () => {
      await visits.grant(HOST)
      return done
    })).toBeNull()
    expect(visits.heldUntil('http://b')).toBe(clock.time + 30_000)
    expect(visits.busy()).toEqual({})
    await clock.until(clock.time + 30_000)
    expect(visits.heldUntil('http://b')).toBeNull()
  })

  it('that wait are given up when the crawl stops', async () => {
    const stop = new AbortController()
    const { visits } = setUp({ signal: stop.signal })
    let finish: () => void = () => undefined
    const under = visits.visit(HOST, grantAt(0), () => new Promise<typeof done>((resolve) => (finish = () => resolve(done))))
    await new Promise(setImmediate)
    const waiting = visits.visit(HOST, grantAt(0), async () => done)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'drained' })
    await expect(visits.visit(HOST, null, async () => done)).rejects.toMatchObject({ code: 'drained' })
    finish()
    expect(await under).toBe(done)
  })

  it('learn that a host is dead from the first that tries it, and then are not made', async () => {
    let open = false
    const { visits } = setUp({
      policy: { observe: () => [], isCircuitOpen: () => open, holdUntil: () => null, allowance: () => 1, addressPace: () => null, states: () => [] },
    })
    let tries = 0
    const results = await Promise.all([1, 2, 3].map(() => visits.visit(HOST, grantAt(0), async () => {
      tries++
      open = true
      return { ...done, detail: 'no answer' }
    })))
    expect(tries).toBe(1)
    expect(results.slice(1)).toEqual([null, null])
    expect(visits.lastFailure(HOST)).toBe('no answer')
  })

  it('wait for a host that asked for patience without taking room from the others', async () => {
    let now = 0
    const sleepers: { at: number; wake: () => void }[] = []
    const clock: Clock = {
      now: () => now,
      until: (at) => new Promise((resolve) => (at <= now ? resolve() : void sleepers.push({ at, wake: resolve }))),
    }
    const { visits } = setUp({ clock, concurrency: 1 })
    const patient = visits.visit(HOST, grantAt(3_600_000), async () => done)
    expect(await visits.visit('http://b', { ...grantAt(0), host: 'http://b' }, async () => done)).toBe(done)
    expect(visits.busy()).toEqual({ [HOST]: 1 })
    now = 3_600_000
    for (const { wake } of sleepers) wake()
    expect(await patient).toBe(done)
  })

  it('ask for few leases where little is known of a host, for more where it bears them', async () => {
    let allowance = 1
    const { visits } = setUp({
      perHost: 8, policy: { observe: () => [], isCircuitOpen: () => false, holdUntil: () => null, allowance: () => allowance, addressPace: () => null, states: () => [] },
    })
    let finish: () => void = () => undefined
    const under = visits.visit(HOST, grantAt(0), () => new Promise<typeof done>((resolve) => (finish = () => resolve(done))))
    await new Promise(setImmediate)
    expect(visits.taken(3)).toEqual({ [HOST]: 1 })
    allowance = 5
    expect(visits.taken(3)).toEqual({ [HOST]: -11 })
    allowance = 50
    expect(visits.taken(3)).toEqual({ [HOST]: -20 })
    finish()
    await under
    expect(visits.taken(3)).toEqual({ [HOST]: -21 })
  })
})
