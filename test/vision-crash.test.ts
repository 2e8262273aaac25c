import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterEach, describe, expect, it } from 'vitest'
import { sha256Of } from '../src/core/ids.ts'
import { connect } from '../src/core/rpc.ts'
import { findPacks, type PackChoice } from '../src/models/index.ts'
import { createVisionPool, type Vision, type VisionApi, type VisionHandle } from '../src/vision/index.ts'

const CHILD = fileURLToPath(new URL('vision-child.ts', import.meta.url))
const OFF: PackChoice = { detect: null, embed: null, classify: null }
const pools: Vision[] = []
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())))

const setUp = (choice: PackChoice, size: number) => {
  const pids: number[] = []
  const spawn = (): VisionHandle => {
    const child = fork(CHILD, [JSON.stringify(choice)], { execArgv: ['--import', 'tsx'], serialization: 'advanced' })
    pids.push(child.pid as number)
    const peer = connect({
      send: (message) => void child.send(message, () => undefined),
      onMessage: (listener) => void child.on('message', listener),
      onClose: (listener) => void child.on('exit', () => listener('the vision process has gone')),
    }, {})
    return {
      api: peer.remote<VisionApi>(),
      onExit: (listener) => void child.on('exit', (code, signal) => listener({ code, signal })),
      kill: () => void child.kill('SIGKILL'),
    }
  }
  const deaths: string[] = []
  const pool = createVisionPool({ spawn, size, onDeath: (what) => deaths.push(what) })
  pools.push(pool)
  return { pool, pids, deaths }
}

const inline = (bytes: Uint8Array) => ({ kind: 'inline', bytes }) as const
const drawn = (level: number): Promise<Buffer> =>
  sharp({ create: { width: 90, height: 60, channels: 3, background: { r: level, g: 90, b: 200 } } }).png().toBuffer()

describe('real vision processes', () => {
  it('crash on a hostile file without harm to its neighbours', async () => {
    const { pool, pids, deaths } = setUp(OFF, 1)
    const bytes = [await drawn(10), Buffer.from('CRASH this process'), await drawn(20), Buffer.from('plain words')]
    const seen = await Promise.all(bytes.map((one) => pool.look(inline(one))))
    expect(seen[0]?.look).toMatchObject({ ok: true, width: 90, height: 60, format: 'png' })
    expect(seen[2]?.look).toMatchObject({ ok: true, sha256: sha256Of(bytes[2] as Buffer) })
    expect(seen[3]?.look).toMatchObject({ ok: false, reason: 'not-an-image' })
    expect(seen[1]?.look).toMatchObject({
      ok: false, reason: 'undecodable', sha256: sha256Of(bytes[1] as Buffer), detail: expect.stringContaining('SIGSEGV'),
    })
    expect(deaths).toHaveLength(3)
    expect(await seen[0]?.infer()).toEqual({ boxes: [], labels: [], vectors: [] })
    expect(new Set(pids).size).toBe(4)
  })

  it('crash on what they render without harm to its neighbours', async () => {
    const { pool, deaths } = setUp(OFF, 1)
    const small = { name: 's', crop: null, width: 30, height: null, fit: 'inside', format: 'jpeg', quality: null } as const
    const bytes = [await drawn(10), Buffer.from('CRASH this process'), await drawn(20)]
    const [first, second, third] = await Promise.all(bytes.map((one) => pool.render(inline(one), small)))
    expect([first, third]).toMatchObject([{ ok: true, width: 30, height: 20 }, { ok: true, width: 30, height: 20 }])
    expect(second).toMatchObject({ ok: false, reason: 'undecodable', detail: expect.stringContaining('SIGSEGV') })
    expect(deaths.length).toBeLessThanOrEqual(3)
  })

  it('are killed from outside at any moment, and every picture is still seen as it is', async (ctx) => {
    const shared = resolve('..', 'shared')
    if (!existsSync(join(shared, 'photos')) || !existsSync(join(shared, 'models'))) {
      console.warn(`no weights or pictures in ${shared}: the pool was not tested on them`)
      return ctx.skip()
    }
    const { choice } = await findPacks({ modelsDir: join(shared, 'models') })
    const { pool, pids } = setUp(choice, 2)
    const folder = join(shared, 'photos', 'coco-val', 'images')
    const files = (await readdir(folder)).sort().slice(0, 24).map((name) => join(folder, name))
    const see = async (path: string) => {
      const seen = await pool.look({ kind: 'spool', path, size: 1 })
      const sight = await seen.infer()
      seen.release()
      return { sha256: seen.look.sha256, names: sight.boxes.map((box) => box.name), vector: [...sight.vectors[0]?.values ?? []] }
    }
    const calm = await Promise.all(files.map(see))
    expect(pids).toHaveLength(2)
    let kills = 0
    const stormy = await Promise.all(files.map(async (path, i) => {
      const sight = await see(path)
      // Each eighth answer costs the youngest process its life.
      if (i % 8 === 0 && kills++ < 3) process.kill(pids.at(-1) as number, 'SIGKILL')
      return sight
    }))
    expect(stormy).toEqual(calm)
    expect(calm[0]?.sha256).toBe(sha256Of(await readFile(files[0] as string)))
    // The last kill may come with the last answer.
    const again = await see(files[0] as string)
    expect(again).toEqual(calm[0])
    expect(pids.length).toBeGreaterThan(2)
  })

  it('read spooled files, and say when one is gone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'gannet-crash-'))
    const path = join(dir, 'body')
    await writeFile(path, 'not a picture')
    const { pool } = setUp(OFF, 1)
    const seen = await pool.look({ kind: 'spool', path, size: 13 })
    expect(seen.look).toMatchObject({ ok: false, reason: 'not-an-image', sha256: sha256Of('not a picture') })
    await expect(pool.look({ kind: 'spool', path: join(dir, 'nowhere'), size: 1 })).rejects.toMatchObject({ code: 'data-missing' })
    await rm(dir, { recursive: true })
  })
})
