import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isDiskFull } from '../../core/errors.ts'
import type { RequestId, TaskId } from '../../core/ids.ts'
import type { NewTask } from '../task.ts'
import { openSqliteSchedule } from './sqlite.ts'

const A = 'request-a' as RequestId
const task = (name: string, payload = ''): NewTask => ({
  id: name as TaskId, kind: 'image', host: `https://${name}.example`, url: `https://${name}.example/`, weight: 1, payload,
})

describe('schedule.db', () => {
  let folder: string
  let file: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gannet-schedule-'))
    file = path.join(folder, 'schedule.db')
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('of a newer gannet is left alone, and its reader told to update', async () => {
    await (await openSqliteSchedule({ path: file, delayMs: 0 })).close()
    const db = new Database(file)
    db.exec('PRAGMA user_version = 99')
    db.close()
    await expect(openSqliteSchedule({ path: file, delayMs: 0 })).rejects.toMatchObject({
      code: 'data-newer', message: expect.stringContaining('update gannet') as string,
    })
  })

  test('of an older gannet is brought up to date, with all that is counted now', async () => {
    const before = await openSqliteSchedule({ path: file, delayMs: 0 })
    await before.add({ request: A, sequence: 1, tasks: ['a', 'b', 'c', 'd', 'e'].map((name) => task(name)) })
    const { leases } = await before.reserve({ owner: 'w', count: 4, perHost: 9, busy: {}, leaseMs: 10, now: 0 })
    const held = leases.map((lease) => ({ id: lease.task.id, fence: lease.fence }))
    await before.fail([{ ...held[0]!, reason: 'timeout', retryAt: null }, { ...held[1]!, reason: 'timeout', retryAt: 50 }])
    await before.complete([{ ...held[2]!, end: { outcome: 'kept', reason: null }, spawn: [] }])
    const { oldestAt: _, ...expected } = await before.overview({ top: 9, now: 0 })
    await before.close()
    const db = new Database(file)
    db.exec(`DROP INDEX hosts_ready; DROP INDEX hosts_due; DROP INDEX hosts_paused; DROP TABLE depths; DROP TABLE marks;
      ALTER TABLE hosts DROP COLUMN waiting; ALTER TABLE hosts DROP COLUMN paused;
      CREATE INDEX hosts_ready ON hosts (ready_at) WHERE ready_at IS NOT NULL AND due = 0;
      CREATE INDEX hosts_due ON hosts (stamp, name) WHERE due = 1;
      DELETE FROM meta WHERE key IN ('accepted', 'dispatched', 'dead'); DELETE FROM tallies WHERE request = 0;
      DELETE FROM pending WHERE request = 0; PRAGMA user_version = 3`)
    db.close()
    const after = await openSqliteSchedule({ path: file, delayMs: 0 })
    const { oldestAt, ...overview } = await after.overview({ top: 9, now: 7 })
    expect(overview).toEqual(expected)
    expect(oldestAt).toBe(7)
    expect((await after.reserve({ owner: 'w', count: 9, perHost: 9, busy: {}, leaseMs: 10, now: 100 })).leases.map((lease) => lease.task.id)).toEqual(['b', 'd', 'e'])
    await after.close()
  })

  test('that is no database is called damaged, by its path', async () => {
    await writeFile(file, 'not a database at all'.repeat(1000))
    await expect(openSqliteSchedule({ path: file, delayMs: 0 })).rejects.toMatchObject({
      code: 'data-corrupt', message: expect.stringContaining(file) as string,
    })
  })

  test('in a folder that does not exist says which folder', async () => {
    const missing = path.join(folder, 'none', 'schedule.db')
    await expect(openSqliteSchedule({ path: missing, delayMs: 0 })).rejects.toMatchObject({
      code: 'data-missing', message: expect.stringContaining(missing) as string,
    })
  })

  test('on a full disk says so, keeps what it had, and goes on when there is room', async () => {
    const store = await openSqliteSchedule({ path: file, delayMs: 0, maxBytes: 256 * 1024 })
    await store.add({ request: A, sequence: 1, tasks: [task('first')] })
    const big = Array.from({ length: 50 }, (_, index) => task(`big-${index}`, 'x'.repeat(10_000)))
    const error: unknown = await store.add({ request: A, sequence: 2, tasks: big }).catch((e: unknown) => e)
    expect(isDiskFull(error)).toBe(true)
    expect((await store.tally([A])).sequence).toBe(1)
    const { leases } = await store.reserve({ owner: 'w', count: 9, perHost: 1, busy: {}, leaseMs: 1, now: 0 })
    expect(leases).toHaveLength(1)
    await store.close()
    const roomy = await openSqliteSchedule({ path: file, delayMs: 0 })
    expect(await roomy.add({ request: A, sequence: 2, tasks: big })).toEqual(big.map(() => 'queued'))
    await roomy.close()
  })

  test('keeps every batch that was acknowledged when its process is killed', async () => {
    const script = `
      import { openSqliteSchedule } from ${JSON.stringify(new URL('sqlite.ts', import.meta.url).href)}
      const store = await openSqliteSchedule({ path: ${JSON.stringify(file)}, delayMs: 0 })
      for (let sequence = 1; ; sequence += 1) {
        const tasks = Array.from({ length: 20 }, (_, n) => ({
          id: sequence + '-' + n, kind: 'image', host: 'https://a.example', url: 'https://a.example/',
          weight: 1, payload: null,
        }))
        await store.add({ request: 'request-a', sequence, tasks })
        await new Promise((resolve) => process.stdout.write(sequence + '\\n', resolve))
      }`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const gone = once(child, 'exit')
    let acknowledged = 0
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line)
      if (acknowledged === 40) child.kill('SIGKILL')
    }
    await gone
    const store = await openSqliteSchedule({ path: file, delayMs: 0 })
    const { sequence, pending } = await store.tally([A])
    expect(sequence).toBeGreaterThanOrEqual(acknowledged)
    expect(pending.image).toBe(20 * sequence)
    expect((await store.tasks({ after: null, limit: 20 * sequence + 1 })).items).toHaveLength(20 * sequence)
    await store.close()
  })
})
