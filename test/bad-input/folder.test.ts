/** Data folders that are full, in use, too new, damaged or not there. */
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'libsql'
import { openStore } from 'gannet'
import { describe, expect, it, onTestFinished } from 'vitest'
import { planGallery } from '../site/index.ts'
import { crawlArgs, folder, gannet, reportIn, site, SMALL, startGannet } from './gannet.ts'

const gallery = (pictures: number) => planGallery({ seed: 41, pictures, worth: pictures, picturesPerPage: 25, ...SMALL })

const storedIn = async (data: string): Promise<readonly string[]> => {
  const store = await openStore(data)
  try {
    const urls: string[] = []
    for await (const asset of store.images()) urls.push(asset.url)
    return urls.sort()
  } finally {
    await store.close()
  }
}

const mount = (...args: readonly string[]): boolean => {
  try {
    execFileSync('mount', args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('a full disk', () => {
  it('stops the crawl in plain words; with room again the same command finishes it, nothing lost', { timeout: 90_000 }, async (ctx) => {
    const dir = await folder()
    const disk = join(dir, 'disk')
    await mkdir(disk)
    if (!mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk)) {
      console.warn('a full disk was not tried: mounting a small file system takes root on Linux')
      return ctx.skip()
    }
    onTestFinished(() => void execFileSync('umount', ['-l', disk], { stdio: 'ignore' }))
    const data = join(disk, 'data')
    const many = await site({ plan: gallery(100) })

    const first = await gannet(crawlArgs([many.url], data))
    expect(first.stderr).toMatch(/no room left .*free some, then run the same command again/)
    expect(first.stderr).not.toMatch(/\n\s+at /)
    expect(first.code).toBe(1)

    // Looking at what is there takes no room.
    const before = await storedIn(data)
    expect(before.length).toBeLessThan(100)
    expect(mount('-o', 'remount,size=64m', disk)).toBe(true)
    const second = await gannet(crawlArgs([many.url], data))
    expect(reportIn(second)).toMatchObject({ candidates: 100, kept: 100, failed: {}, rejected: {}, pending: 0 })
    expect(second.code).toBe(0)
    const after = await storedIn(data)
    expect(after).toEqual([...many.truth.keep].sort())
    expect(after).toEqual(expect.arrayContaining([...before]))
    expect(await readdir(join(data, 'spool'))).toEqual([])
    const check = await gannet(['store', 'check', '--deep', '--data', data])
    expect(check).toMatchObject({ code: 0, stdout: expect.stringContaining('everything agrees') as string })
  })
})

describe('a folder in use', () => {
  it('names its owner; readers look on beside it', async () => {
    const data = await folder()
    const slow = await site({ plan: gallery(5), switches: [{ do: 'hang', kinds: ['full'] }] })
    const owner = startGannet(crawlArgs([slow.url], data))
    await expect.poll(() => slow.counts({ kinds: ['full'] }).size, { timeout: 20_000 }).toBeGreaterThan(0)

    const second = await gannet(crawlArgs([slow.url], data))
    expect(second.code).toBe(1)
    expect(second.stdout).toBe('')
    expect(second.stderr).toMatch(new RegExp(`in use by process ${owner.pid} \\(gannet crawl .*\\) since .*kill ${owner.pid}.*--data`))

    const stats = await gannet(['stats', '--data', data, '--json'])
    expect(stats.code).toBe(0)
    expect(JSON.parse(stats.stdout)).toMatchObject({ assets: 0 })
    const repair = await gannet(['store', 'check', '--repair', '--data', data])
    expect(repair).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${owner.pid}`) as string })
  })
})

describe('a folder of a newer gannet', () => {
  it.each(['format.json', 'catalogue.db', 'schedule.db'])('is left as it is: %s', async (file) => {
    const data = await folder()
    const good = await site({ plan: gallery(2) })
    expect((await gannet(crawlArgs([good.url], data))).code).toBe(0)
    const path = join(data, file)
    if (file.endsWith('.json')) await writeFile(path, '{"format":99}\n')
    else {
      const database = new Database(path)
      database.exec('PRAGMA user_version = 99')
      database.close()
    }
    const before = await readFile(path)
    for (const args of [crawlArgs([good.url], data), ['stats', '--data', data]]) {
      const ended = await gannet(args)
      expect(ended.code).toBe(1)
      expect(ended.stderr).toMatch(/was written by a newer gannet \(.*99.*\): update gannet/)
      expect(ended.stdout).toBe('')
    }
    expect((await readFile(path)).equals(before)).toBe(true)
  })
})

describe('a damaged folder', () => {
  it.each(['catalogue.db', 'schedule.db'])('is told as such, with what to do: %s', async (file) => {
    const data = await folder()
    const good = await site({ plan: gallery(2) })
    expect((await gannet(crawlArgs([good.url], data))).code).toBe(0)
    await writeFile(join(data, file), Buffer.alloc(20_000, 'not a database '))
    // What was written last would mend it.
    for (const beside of ['-wal', '-shm']) await rm(join(data, file + beside), { force: true })
    const ended = await gannet(crawlArgs([good.url], data))
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain(file)
    expect(ended.stderr).toMatch(/backup|store check/)
    expect(ended.stderr).not.toMatch(/\n\s+at /)
  })
})

describe('a folder that is none', () => {
  it('is an error for whoever reads, and says how there will be one', async () => {
    const dir = await folder()
    const absent = join(dir, 'absent')
    const reading = [['stats'], ['why', 'http://127.0.0.1/'], ['search', '--text', 'cat'], ['store', 'check'], ['export', '--format', 'jsonl', '--out', join(dir, 'out')]]
    for (const data of [absent, dir]) {
      for (const args of reading) {
        const ended = await gannet([...args, '--data', data])
        expect(ended, args.join(' ')).toMatchObject({ code: 1, stdout: '' })
        expect(ended.stderr).toMatch(/there is no data folder.*--data.*crawl/)
      }
    }
    expect(await readdir(dir)).toEqual([])
  })

  it('cannot be made where a file is', async () => {
    const file = join(await folder(), 'file')
    await writeFile(file, 'taken')
    const ended = await gannet(crawlArgs(['http://127.0.0.1:1/'], file))
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/cannot be used as a data folder \(EEXIST\): name one that may be written with --data/)
    expect(await readFile(file, 'utf8')).toBe('taken')
  })
})
