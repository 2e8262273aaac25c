import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GannetError } from '../../core/errors.ts'
import type { RequestId } from '../../core/ids.ts'
import { createScheduleModel } from '../schedule-model.ts'
import type { Batch, ScheduleStore } from '../schedule-store.ts'
import type { NewTask } from '../task.ts'
import { createForwarder, type Forwarder } from './forwarder.ts'
import { createOutboxModel } from './outbox-model.ts'
import { OPTIONS, acceptance, newTask } from './outbox.contract.ts'
import type { Outbox } from './outbox.ts'
import { createQuickClock } from './quick-clock.fixture.ts'

const away = () => new GannetError('engine-unreachable', 'nobody answers')

describe('the forwarder', () => {
  let outbox: Outbox
  let queue: ScheduleStore
  let delivered: Batch[]
  /** Called before the queue takes a batch, and after it took one. */
  let before: (batch: Batch) => void
  let after: (batch: Batch) => void
  let stop: AbortController
  let running: Promise<void>

  beforeEach(() => {
    outbox = createOutboxModel()
    queue = createScheduleModel({ delayMs: 0 })
    delivered = []
    before = after = () => undefined
    stop = new AbortController()
  })
  afterEach(async () => {
    stop.abort()
    await running.catch(() => undefined)
  })

  const accept = async (name: string, chunks: number, weight = 50): Promise<void> => {
    const begun = await outbox.begin({ key: null, options: { ...OPTIONS, weight } })
    if (begun.kind !== 'draft') throw new TypeError('known')
    for (let n = 1; n <= chunks; n++) {
      const tasks: NewTask[] = [newTask(`${name}-${n}-a`), newTask(`${name}-${n}-b`)]
      await outbox.append(begun.draft, { sequence: n * 2, tasks })
    }
    await outbox.accept(begun.draft, acceptance(name))
  }
  const start = (inFlight = 4) => {
    const { clock, waits } = createQuickClock()
    const troubles: (number | null)[] = []
    const forwarder = createForwarder({
      outbox, clock, inFlight, random: () => 1,
      queue: {
        async add(batch) {
          await new Promise(setImmediate)
          before(batch)
          delivered.push(batch)
          const answer = await queue.add(batch)
          after(batch)
          return answer
        },
      },
      onTrouble: (trouble) => troubles.push(trouble && trouble.retryAt - clock.now()),
    })
    running = forwarder.run(stop.signal)
    running.catch(() => undefined)
    return { forwarder, waits, troubles }
  }
  const emptied = async (): Promise<void> => {
    while ((await outbox.heads(1)).length > 0) await new Promise(setImmediate)
  }
  const find = (name: string) => outbox.find(name as RequestId)

  test('hands on every chunk in order, once, and keeps the answers', async () => {
    await queue.add({ request: 'earlier' as RequestId, sequence: 1, tasks: [newTask('r-2-a')] })
    await accept('r', 3)
    start()
    await emptied()
    expect(delivered.map(({ sequence }) => sequence)).toEqual([2, 4, 6])
    expect(await find('r')).toMatchObject({
      tasksLeft: 0, answers: [{ answer: 'duplicate-url', count: 1 }, { answer: 'queued', count: 5 }],
    })
    expect((await queue.tally(['r' as RequestId])).pending.image).toBe(5)
  })

  test('is woken by what comes later', async () => {
    const { forwarder }: { forwarder: Forwarder } = start()
    await new Promise(setImmediate)
    await accept('late', 1)
    forwarder.wake()
    await emptied()
    expect(delivered).toHaveLength(1)
  })

  test('lets requests take turns: one of a handful does not wait for one of a million, and weights get their shares', async () => {
    await accept('big', 30)
    await accept('small', 1)
    await accept('heavy', 20, 100)
    start(1)
    await emptied()
    const order = delivered.map(({ request }) => request as string)
    expect(order.indexOf('small')).toBeLessThan(5)
    const both = order.filter((name) => name !== 'small').slice(0, 27)
    expect(both.filter((name) => name === 'heavy').length).toBeGreaterThanOrEqual(16)
    expect(both.filter((name) => name === 'big').length).toBeGreaterThanOrEqual(8)
  })

  test('never has two chunks of one request under way, nor more than it may', async () => {
    const now = new Set<string>()
    let most = 0
    before = ({ request }) => {
      expect(now.has(request)).toBe(false)
      now.add(request)
      most = Math.max(most, now.size)
    }
    after = ({ request }) => now.delete(request)
    for (const name of ['a', 'b', 'c', 'd', 'e']) await accept(name, 4)
    start(3)
    await emptied()
    expect(most).toBeLessThanOrEqual(3)
    expect(delivered).toHaveLength(20)
  })

  test('waits ever longer while the queue is away or full, then loses and doubles nothing', async () => {
    let failing = 9
    before = () => {
      if (failing-- > 5) throw away()
      if (failing >= 0) throw Object.assign(new Error('OOM command not allowed'), { code: 'SQLITE_FULL' })
    }
    await accept('r', 3)
    const { waits, troubles } = start(1)
    await emptied()
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    expect(troubles).toEqual([...waits, null])
    expect((await queue.tally(['r' as RequestId])).pending.image).toBe(6)
  })

  test('sends again what was answered into the void, and the queue counts it once', async () => {
    let lost = 3
    after = () => {
      if (lost-- > 0) throw away()
    }
    await accept('r', 2)
    start()
    await emptied()
    expect((await queue.tally(['r' as RequestId])).pending.image).toBe(4)
    expect((await find('r'))?.answers).toEqual([
      { kind: 'image', answer: 'queued', count: 2 }, { kind: 'image', answer: 'repeated', count: 2 },
    ])
  })

  test('loses and doubles nothing over any pattern of failures before and after', async () => {
    let state = 7
    const chance = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    before = after = () => {
      if (chance() < 0.4) throw away()
    }
    for (const [name, weight] of [['a', 1], ['b', 50], ['c', 100], ['d', 50]] as const) await accept(name, 10, weight)
    start(3)
    await emptied()
    const { items } = await queue.tasks({ after: null, limit: 1000 })
    expect(new Set(items.map(({ task }) => task.id)).size).toBe(80)
    expect(items).toHaveLength(80)
  })

  test('stops at what no waiting mends, and leaves it where it is', async () => {
    before = () => {
      throw new GannetError('data-corrupt', 'the queue is damaged')
    }
    await accept('r', 1)
    start()
    await expect(running).rejects.toMatchObject({ code: 'data-corrupt' })
    expect((await find('r'))?.chunksLeft).toBe(1)
  })

  test('ends what is under way when it is told to stop', async () => {
    before = () => stop.abort()
    await accept('r', 3)
    start()
    await running
    expect((await find('r'))?.chunksLeft).toBe(2)
  })
})
