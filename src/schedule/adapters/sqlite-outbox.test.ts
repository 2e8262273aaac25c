import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isDiskFull } from '../../core/errors.ts'
import { OPTIONS, acceptance, accepted, chunkOf, listed } from '../outbox/outbox.contract.ts'
import { openSqliteOutbox } from './sqlite-outbox.ts'

describe('outbox.db', () => {
  let folder: string
  let file: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gannet-outbox-'))
    file = path.join(folder, 'outbox.db')
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('of a newer gannet is left alone; damaged, it is called so by its path', async () => {
    await (await openSqliteOutbox({ path: file })).close()
    const db = new Database(file)
    db.exec('PRAGMA user_version = 99')
    db.close()
    await expect(openSqliteOutbox({ path: file })).rejects.toMatchObject({ code: 'data-newer' })
    const other = path.join(folder, 'other.db')
    await writeFile(other, 'not a database at all'.repeat(1000))
    await expect(openSqliteOutbox({ path: other })).rejects.toMatchObject({
      code: 'data-corrupt', message: expect.stringContaining(other) as string,
    })
  })

  test('on a full disk says so, keeps what it had, and goes on when there is room', async () => {
    const outbox = await openSqliteOutbox({ path: file, maxBytes: 256 * 1024 })
    const first = await accepted(outbox, 'first', [10])
    const begun = await outbox.begin({ key: 'k', options: OPTIONS })
    if (begun.kind !== 'draft') throw new TypeError('known')
    const error: unknown = await outbox.append(begun.draft, chunkOf(1, 5000)).catch((e: unknown) => e)
    expect(isDiskFull(error)).toBe(true)
    expect(await outbox.chunk(first, 1)).toHaveLength(10)
    await outbox.drop(begun.draft)
    await accepted(outbox, 'second', [10])
    expect(await listed(outbox)).toHaveLength(2)
    await outbox.close()
  })

  test('accepts what comes at once, each for itself', async () => {
    const outbox = await openSqliteOutbox({ path: file })
    const drafts = await Promise.all(['a', 'b', 'a'].map(async (name) => ({ name, begun: await outbox.begin({ key: null, options: OPTIONS }) })))
    const settled = await Promise.all(drafts.map(({ name, begun }) => outbox.accept(begun.kind === 'draft' ? begun.draft : 0, acceptance(name))))
    expect(settled).toEqual(['done', 'done', 'void'])
    await outbox.close()
  })

  test('keeps every request that was acknowledged when its process is killed, whole, and no half of another', async () => {
    const script = `
      import { openSqliteOutbox } from ${JSON.stringify(new URL('sqlite-outbox.ts', import.meta.url).href)}
      const outbox = await openSqliteOutbox({ path: ${JSON.stringify(file)} })
      const tasks = ${JSON.stringify(chunkOf(1, 20).tasks)}
      for (let n = 1; ; n += 1) {
        const { draft } = await outbox.begin({ key: 'key ' + n, options: ${JSON.stringify(OPTIONS)} })
        await outbox.append(draft, { sequence: 1, tasks })
        await outbox.append(draft, { sequence: 2, tasks })
        await outbox.accept(draft, { id: 'request ' + n, fingerprint: '', refused: {}, refusals: [], now: n })
        await new Promise((resolve) => process.stdout.write(n + '\\n', resolve))
      }`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const gone = once(child, 'exit')
    let acknowledged = 0
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line)
      if (acknowledged === 40) child.kill('SIGKILL')
    }
    await gone
    const outbox = await openSqliteOutbox({ path: file })
    const found = await listed(outbox)
    expect(found.length).toBeGreaterThanOrEqual(acknowledged)
    expect(found.every(({ accepted: of, chunksLeft }) => of === 40 && chunksLeft === 2)).toBe(true)
    await outbox.close()
    const db = new Database(file)
    expect(db.prepare('SELECT count(*) FROM chunks').raw().get()).toEqual([2 * found.length])
    db.close()
  })
})
