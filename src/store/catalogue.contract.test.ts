/** The contract of the catalogue, on the model and on SQLite; and what is SQLite's own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RequestId } from '../core/ids.ts'
import { entryOf, fingerprintOf, idOf, renditionOf } from './asset.contract.ts'
import { openSqliteCatalogue } from './adapters/sqlite.ts'
import { createCatalogueModel } from './catalogue-model.ts'
import { catalogueContract } from './catalogue.contract.ts'

let dir: string
let places = 0
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gannet-catalogue-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const path = () => join(dir, `catalogue ?#%-${++places}.db`)

catalogueContract('model', {
  durable: false,
  fresh: async () => ({ open: async () => createCatalogueModel(), remove: async () => {} }),
})

catalogueContract('sqlite', {
  durable: true,
  async fresh() {
    const file = path()
    return {
      open: () => openSqliteCatalogue({ path: file }),
      remove: async () => {
        for (const end of ['', '-wal', '-shm']) await rm(file + end, { force: true })
      },
    }
  },
})

describe('sqlite', () => {
  test('another process reads while the owner writes, and cannot write', async () => {
    const file = path()
    const owner = await openSqliteCatalogue({ path: file })
    await owner.commit([entryOf(1)])
    const reader = await openSqliteCatalogue({ path: file, readOnly: true })
    expect((await reader.stats()).assets).toBe(1)
    await owner.commit([entryOf(2)])
    expect((await reader.get('id', [idOf(2)]))[0]?.id).toBe(idOf(2))
    await expect(reader.commit([entryOf(3)])).rejects.toMatchObject({ code: 'usage' })
    await owner.close()
    expect((await reader.stats()).assets).toBe(2)
    await reader.close()
    const alone = await openSqliteCatalogue({ path: file, readOnly: true })
    expect((await alone.stats()).assets).toBe(2)
    await alone.close()
  })

  test('a file that is not there is missing to a reader', async () => {
    await expect(openSqliteCatalogue({ path: path(), readOnly: true })).rejects.toMatchObject({ code: 'data-missing' })
  })

  test('a newer format is refused, with what to do', async () => {
    const file = path()
    await (await openSqliteCatalogue({ path: file })).close()
    const raw = new Database(file)
    raw.exec('PRAGMA user_version = 99')
    raw.close()
    await expect(openSqliteCatalogue({ path: file })).rejects.toMatchObject({ code: 'data-newer', message: expect.stringMatching(/update gannet/) })
  })

  test('a file of an earlier format is led to this one, and a reader is told who may do that', async () => {
    const file = path()
    const before = await openSqliteCatalogue({ path: file })
    await before.commit([entryOf(1)])
    await before.close()
    const raw = new Database(file)
    raw.exec('ALTER TABLE asset DROP COLUMN panels; ALTER TABLE asset RENAME COLUMN sketch TO tile; DROP TABLE rendition; PRAGMA user_version = 1')
    raw.close()
    await expect(openSqliteCatalogue({ path: file, readOnly: true })).rejects.toMatchObject({ code: 'data-older', message: expect.stringMatching(/gannet crawl/) })
    const after = await openSqliteCatalogue({ path: file })
    expect(await after.addRenditions([{ asset: idOf(1), request: 'r2' as RequestId, renditions: [renditionOf(1)] }])).toEqual([true])
    expect((await after.get('id', [idOf(1)]))[0]?.renditions).toEqual([renditionOf(1)])
    expect((await after.traits([idOf(1)]))[0]?.fingerprint).toEqual(fingerprintOf(1))
    await after.close()
  })

  test('a file of something else, or one damaged in the middle, is corrupt', async () => {
    const file = path()
    await writeFile(file, 'not a database, but long enough to look at '.repeat(100))
    await expect(openSqliteCatalogue({ path: file })).rejects.toMatchObject({ code: 'data-corrupt' })

    const damaged = path()
    const catalogue = await openSqliteCatalogue({ path: damaged })
    await catalogue.commit(Array.from({ length: 100 }, (_, n) => entryOf(n)))
    await catalogue.close()
    const bytes = await readFile(damaged)
    await writeFile(damaged, bytes.fill(0x5a, 8192, bytes.length - 8192))
    const read = async () => {
      const opened = await openSqliteCatalogue({ path: damaged })
      try {
        return await opened.list({ after: null, limit: 100 })
      } finally {
        await opened.close()
      }
    }
    await expect(read()).rejects.toMatchObject({ code: 'data-corrupt' })
  })

  test('what was committed survives the death of the process at once', async () => {
    const file = path()
    const script = `
      const { openSqliteCatalogue } = await import('./src/store/adapters/sqlite.ts')
      const { entryOf } = await import('./src/store/asset.contract.ts')
      const catalogue = await openSqliteCatalogue({ path: process.argv[1] })
      for (let n = 0; ; n++) {
        await catalogue.commit([entryOf(n)])
        process.stdout.write(n + '\\n')
      }`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.split('\n').length > 20) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const told = output.split('\n').length - 1
    const catalogue = await openSqliteCatalogue({ path: file })
    const { assets, sequence, verdicts } = await catalogue.stats()
    expect(assets).toBeGreaterThanOrEqual(told)
    expect([sequence, verdicts]).toEqual([assets, assets])
    expect(told).toBeGreaterThanOrEqual(20)
    await catalogue.close()
  })
})
