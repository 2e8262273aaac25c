import { describe, expect, test } from 'vitest'
import { GannetError } from '../core/errors.ts'
import { createOutboxModel, createScheduleModel } from '../schedule/index.ts'
import { accepted, listed, newTask, requestNamed } from '../schedule/outbox/outbox.contract.ts'
import { createQuickClock } from '../schedule/outbox/quick-clock.fixture.ts'
import { watchEnds } from './watch-ends.ts'

describe('the watch over ends', () => {
  test('ends what has nothing left, and nothing else, however many run', async () => {
    const outbox = createOutboxModel()
    const queue = createScheduleModel({ delayMs: 0 })
    await queue.add({ request: requestNamed('busy'), sequence: 1, tasks: [newTask('a')] })
    await accepted(outbox, 'busy', [])
    await accepted(outbox, 'unsent', [1])
    for (let n = 0; n < 450; n++) await accepted(outbox, `idle ${n}`, [])
    const stop = new AbortController()
    let ended = 0
    const onEnded = () => {
      if (++ended === 450) stop.abort()
    }
    await watchEnds({ outbox, queue, clock: createQuickClock().clock, random: Math.random, onEnded }, stop.signal)
    const running = (await listed(outbox)).filter(({ state }) => state === 'closed')
    expect(running.map(({ id }) => id)).toEqual(['busy', 'unsent'])
  })

  test('waits longer and longer while the queue is away, and fails at what no waiting mends', async () => {
    const outbox = createOutboxModel()
    await accepted(outbox, 'r', [])
    const { clock, waits } = createQuickClock()
    let calls = 0
    const tally = () => Promise.reject(new GannetError(++calls < 4 ? 'engine-unreachable' : 'data-corrupt', 'no'))
    const watch = watchEnds({ outbox, queue: { tally }, clock, random: () => 1 }, new AbortController().signal)
    await expect(watch).rejects.toMatchObject({ code: 'data-corrupt' })
    expect(waits).toEqual([1000, 2000, 4000])
  })

  test('forgets what ended long ago', async () => {
    const outbox = createOutboxModel()
    await accepted(outbox, 'r', [])
    const { clock } = createQuickClock()
    const stop = new AbortController()
    const watch = watchEnds({ outbox, queue: createScheduleModel({ delayMs: 0 }), clock, random: Math.random, keptMs: 5000 }, stop.signal)
    while ((await listed(outbox)).length > 0) await new Promise(setImmediate)
    expect(clock.now()).toBeGreaterThan(5000)
    stop.abort()
    await watch
  })
})
