import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteSchedule } from '../adapters/sqlite.ts'
import { openSqliteOutbox } from '../adapters/sqlite-outbox.ts'
import { OPTIONS, acceptance, listed, newTask, requestNamed } from './outbox.contract.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gannet-forwarder-'))
})
afterEach(() => rm(folder, { recursive: true }))

const urlOf = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href)

/** Forwards until nothing is left, or is killed when the queue has taken so many chunks and the outbox has not yet heard of the last. */
const forwardUntil = async (most: number): Promise<void> => {
  const script = `
    import { openSqliteOutbox } from ${urlOf('../adapters/sqlite-outbox.ts')}
    import { openSqliteSchedule } from ${urlOf('../adapters/sqlite.ts')}
    import { createForwarder } from ${urlOf('forwarder.ts')}
    import { systemClock } from ${urlOf('../../core/clock.ts')}
    const outbox = await openSqliteOutbox({ path: ${JSON.stringify(path.join(folder, 'outbox.db'))} })
    const store = await openSqliteSchedule({ path: ${JSON.stringify(path.join(folder, 'schedule.db'))}, delayMs: 0 })
    let added = 0
    const queue = {
      async add(batch) {
        const answer = await store.add(batch)
        if (++added === ${most}) process.kill(process.pid, 'SIGKILL')
        return answer
      },
    }
    const stop = new AbortController()
    const running = createForwarder({ outbox, queue, clock: systemClock, random: Math.random }).run(stop.signal)
    while ((await outbox.heads(1)).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    stop.abort()
    await running
    process.stdout.write('done\\n')`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  for await (const _line of createInterface({ input: child.stdout }));
  await gone
}

test('what was accepted reaches the general queue once, however often the forwarder is killed', async () => {
  const names = ['a', 'b', 'c']
  const outbox = await openSqliteOutbox({ path: path.join(folder, 'outbox.db') })
  for (const name of names) {
    const begun = await outbox.begin({ key: name, options: OPTIONS })
    if (begun.kind !== 'draft') throw new TypeError('known')
    for (let sequence = 1; sequence <= 10; sequence++) {
      await outbox.append(begun.draft, { sequence, tasks: [0, 1, 2].map((n) => newTask(`${name}-${sequence}-${n}`)) })
    }
    await outbox.accept(begun.draft, acceptance(name))
  }
  await outbox.close()

  for (const most of [1, 5, 8, Infinity]) await forwardUntil(most)

  const [after, store] = [
    await openSqliteOutbox({ path: path.join(folder, 'outbox.db') }), await openSqliteSchedule({ path: path.join(folder, 'schedule.db'), delayMs: 0 }),
  ]
  expect((await listed(after)).map(({ chunksLeft, tasksLeft }) => [chunksLeft, tasksLeft])).toEqual([[0, 0], [0, 0], [0, 0]])
  const { items } = await store.tasks({ after: null, limit: 1000 })
  expect([items.length, new Set(items.map(({ task }) => task.id)).size]).toEqual([90, 90])
  expect((await store.tally(names.map(requestNamed))).pending.image).toBe(90)
  await Promise.all([after.close(), store.close()])
})
