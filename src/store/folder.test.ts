/** One owner a folder, by an operating system's lock; formats that a newer gannet wrote are left alone. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { existingFolder, folderOwner, folderPaths, lockFolder } from './folder.ts'

let root: string
let places = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gannet-folder-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))
const place = () => join(root, `data ${++places}`)

/** Another process that owns the folder until it is killed. */
const ownerOf = async (dir: string): Promise<ChildProcess> => {
  const script = `
    const { lockFolder } = await import('./src/store/folder.ts')
    await lockFolder(process.argv[1])
    process.stdout.write('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, dir, 'redis://me:secret@host'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

describe('data folder', () => {
  test('a folder that is new has all its parts, and an owner until it is released', async () => {
    const dir = place()
    expect(() => existingFolder(dir)).toThrow(/no data folder/)
    const folder = await lockFolder(dir)
    expect(await readdir(dir)).toEqual(expect.arrayContaining(['blobs', 'format.json', 'lock.db', 'owner.json', 'spool', 'vectors']))
    expect(folderOwner(dir)?.pid).toBe(process.pid)
    await folder.release()
    await folder.release()
    expect(folderOwner(dir)).toBeNull()
    expect(existingFolder(dir)).toEqual(folderPaths(dir))
    await (await lockFolder(dir)).release()
  })

  test('a second owner in the same process is refused', async () => {
    const dir = place()
    const folder = await lockFolder(dir)
    await expect(lockFolder(dir)).rejects.toMatchObject({ code: 'data-locked' })
    await folder.release()
    await (await lockFolder(dir)).release()
  })

  test('a second process is refused by name, may wait, and is let in when the first is killed', async () => {
    const dir = place()
    const owner = await ownerOf(dir)
    const refusal = lockFolder(dir)
    await expect(refusal).rejects.toMatchObject({ code: 'data-locked', message: expect.stringContaining(`process ${owner.pid} (gannet`) })
    await expect(refusal).rejects.toThrow(/stop it with "kill \d+", or choose another folder with --data/)
    await expect(refusal).rejects.not.toThrow(/secret/)
    await expect(lockFolder(dir, { waitMs: 150 })).rejects.toMatchObject({ code: 'data-locked' })
    const waiting = lockFolder(dir, { waitMs: 20_000 })
    owner.kill('SIGKILL')
    const folder = await waiting
    expect(folderOwner(dir)?.pid).toBe(process.pid)
    await folder.release()
  })

  test('waiting ends when it is called off', async () => {
    const dir = place()
    const folder = await lockFolder(dir)
    const abort = new AbortController()
    const waiting = lockFolder(dir, { waitMs: 60_000, signal: abort.signal })
    abort.abort(new DOMException('called off', 'AbortError'))
    await expect(waiting).rejects.toThrow('called off')
    await folder.release()
  })

  test('the spool is emptied for its new owner, and only then', async () => {
    const dir = place()
    const folder = await lockFolder(dir)
    await writeFile(join(folder.paths.spool, 'body'), 'half')
    await expect(lockFolder(dir)).rejects.toMatchObject({ code: 'data-locked' })
    expect(await readdir(folder.paths.spool)).toEqual(['body'])
    await folder.release()
    const next = await lockFolder(dir)
    expect(await readdir(next.paths.spool)).toEqual([])
    await next.release()
  })

  test('a folder of a newer gannet, or one that cannot be read, is left alone', async () => {
    const dir = place()
    const folder = await lockFolder(dir)
    await folder.release()
    await writeFile(folder.paths.format, '{"format":99}')
    await expect(lockFolder(dir)).rejects.toMatchObject({ code: 'data-newer', message: expect.stringMatching(/update gannet/) })
    expect(() => existingFolder(dir)).toThrow(/newer gannet/)
    expect(await readFile(folder.paths.format, 'utf8')).toBe('{"format":99}')
    await writeFile(folder.paths.format, 'nonsense')
    await expect(lockFolder(dir)).rejects.toMatchObject({ code: 'data-corrupt' })
  })
})
