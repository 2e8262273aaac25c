import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SpoolFile } from './spool-file.ts'

let dir: string
let last = 0
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'gannet-spool-'))
})
afterAll(() => rm(dir, { recursive: true }))

const never = (error: Error): never => {
  throw error
}
const place = (): string => path.join(dir, `${++last}.body`)
const chunk = (n: number, bytes: number): Buffer => Buffer.alloc(bytes, n)

describe('a spool file', () => {
  it.each([0, 1, 300_000, 5_000_000])('holds what was written, %i bytes, in order', async (bytes) => {
    const file = new SpoolFile(place(), () => undefined, never)
    const chunks = Array.from({ length: Math.ceil(bytes / 65_536) }, (_, n) => chunk(n, Math.min(65_536, bytes - n * 65_536)))
    for (const one of chunks) file.write(one)
    await new Promise<void>((resolve) => file.end(resolve))
    expect(Buffer.concat(chunks).equals(await readFile(file.path))).toBe(true)
  })

  it('asks a writer who is faster than the disk to wait, and says when to go on', async () => {
    let drains = 0
    let goOn = (): void => undefined
    const file = new SpoolFile(place(), () => {
      drains++
      goOn()
    }, never)
    let mostAhead = 0
    let ahead = 0
    for (let n = 0; n < 100; n++) {
      ahead++
      mostAhead = Math.max(mostAhead, ahead)
      if (!file.write(chunk(n, 65_536))) {
        await new Promise<void>((resolve) => (goOn = resolve))
        ahead = 0
      }
    }
    await new Promise<void>((resolve) => file.end(resolve))
    expect(await readFile(file.path)).toHaveLength(100 * 65_536)
    expect(drains).toBeGreaterThan(0)
    // At most so much of a body is in memory beside the step under way.
    expect(mostAhead * 65_536).toBeLessThanOrEqual(2 * 1024 * 1024)
  })

  it.each([['at once', 0], ['in the middle', 3_000_000]])('leaves nothing when it is discarded %s, even twice', async (_when, bytes) => {
    const file = new SpoolFile(place(), () => undefined, never)
    file.write(chunk(1, bytes))
    await Promise.all([file.discard(), file.discard()])
    await file.discard()
    expect(await readdir(dir)).not.toContain(path.basename(file.path))
  })

  it('tells once that it cannot be written, and can be discarded then', async () => {
    const told: unknown[] = []
    const trouble = new Promise<void>((resolve) => {
      const file = new SpoolFile(path.join(dir, 'absent', 'a.body'), () => undefined, (error) => {
        told.push(error.code)
        void file.discard().then(resolve)
      })
      file.write(chunk(1, 2_000_000))
      file.write(chunk(2, 2_000_000))
      file.end(() => told.push('ended'))
    })
    await trouble
    expect(told).toEqual(['ENOENT'])
  })
})
