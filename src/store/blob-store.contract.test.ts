/** The contract of the blob store, on the model and on the file system; and what is the file system's own. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Of } from '../core/ids.ts'
import { openFsBlobStore } from './adapters/fs.ts'
import { createBlobStoreModel } from './blob-store-model.ts'
import { blobStoreContract } from './blob-store.contract.ts'

let dir: string
let places = 0
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gannet-blobs-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))
const place = () => join(dir, `${++places}`)

blobStoreContract('model', {
  durable: false,
  fresh: async () => ({ open: async () => createBlobStoreModel(), remove: async () => {} }),
})

blobStoreContract('file system', {
  durable: true,
  async fresh() {
    const path = place()
    return { open: () => openFsBlobStore({ dir: path }), remove: () => rm(path, { recursive: true, force: true }) }
  },
})

describe('file system', () => {
  const bytes = new TextEncoder().encode('a picture')
  const sha256 = sha256Of(bytes)

  test('a blob lies at a path that a person can work out', async () => {
    const path = place()
    const blobs = await openFsBlobStore({ dir: path })
    await blobs.put(sha256, { kind: 'inline', bytes })
    expect(blobs.pathOf(sha256)).toBe(join(path, sha256.slice(0, 2), sha256.slice(2, 4), sha256))
    expect(new Uint8Array(await readFile(blobs.pathOf(sha256) ?? ''))).toEqual(bytes)
  })

  test('what a crash left half-written is gone after the next opening, and never listed', async () => {
    const path = place()
    await mkdir(join(path, 'incoming'), { recursive: true })
    await writeFile(join(path, 'incoming', '1-1'), 'half')
    const blobs = await openFsBlobStore({ dir: path })
    expect(await blobs.list(null, 9)).toEqual({ items: [], next: null })
    expect(await readdir(join(path, 'incoming'))).toEqual([])
  })

  test('a blob cut short by a power failure is mended by the next put', async () => {
    const blobs = await openFsBlobStore({ dir: place() })
    await blobs.put(sha256, { kind: 'inline', bytes })
    await truncate(blobs.pathOf(sha256) ?? '', 3)
    expect(await blobs.put(sha256, { kind: 'inline', bytes })).toBe(false)
    expect(sha256Of((await blobs.get(sha256)) ?? '')).toBe(sha256)
  })

  test('a spool on another file system is copied, and consumed', async (context) => {
    const other = '/dev/shm'
    const spool = await mkdtemp(join(other, 'gannet-')).catch(() => null)
    if (spool === null) return context.skip(`no second file system at ${other}`)
    const path = join(spool, 'body')
    await writeFile(path, bytes)
    const blobs = await openFsBlobStore({ dir: place() })
    expect(await blobs.put(sha256, { kind: 'spool', path, size: bytes.byteLength })).toBe(true)
    expect(sha256Of((await blobs.get(sha256)) ?? '')).toBe(sha256)
    expect(await readdir(spool)).toEqual([])
    await rm(spool, { recursive: true })
  })

  test('a spooled body that is gone says so', async () => {
    const blobs = await openFsBlobStore({ dir: place() })
    const gone = { kind: 'spool', path: join(dir, 'gone'), size: 9 } as const
    await expect(blobs.put(sha256, gone)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('a full disk is told apart, and leaves nothing under the address', async (context) => {
    const mount = place()
    await mkdir(mount)
    const run = promisify(execFile)
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mount]).then(() => true, () => false)
    if (!mounted) {
      console.warn('not checked: a full disk (no right to mount a small file system)')
      return context.skip('no right to mount')
    }
    try {
      const blobs = await openFsBlobStore({ dir: mount })
      await expect(blobs.put(sha256, { kind: 'inline', bytes: new Uint8Array(1 << 20) })).rejects.toMatchObject({ code: 'disk-full' })
      expect(await blobs.has(sha256)).toBe(false)
      expect(await readdir(join(mount, 'incoming'))).toEqual([])
      expect(await blobs.put(sha256, { kind: 'inline', bytes })).toBe(true)
    } finally {
      await run('umount', [mount])
    }
  })
})
