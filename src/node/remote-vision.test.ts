/** Eyes at other servers of a fleet, over real links to real decoders: who is asked, and what happens when that one is gone. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { afterEach, describe, expect, test } from 'vitest'
import { GannetError } from '../core/errors.ts'
import { sha256Of } from '../core/ids.ts'
import type { Rendition } from '../core/rendition.ts'
import { report } from '../schedule/fleet-ledger.contract.ts'
import { createMemoryFleet } from '../schedule/memory-fleet.ts'
import { createVisionProcess, createVisionPool, type Vision } from '../vision/index.ts'
import { acceptLinks } from './link.ts'
import { createRemoteVision } from './remote-vision.ts'
import { createVisionDesk } from './vision-desk.ts'

const TTL = 60_000
const picture = (level: number): Promise<Buffer> => sharp({ create: { width: 60 + level, height: 40, channels: 3, background: '#48a' } }).png().toBuffer()
const inline = (bytes: Uint8Array) => ({ kind: 'inline', bytes }) as const

describe('vision at other servers', () => {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  const ledger = createMemoryFleet(() => performance.now())

  /** @param hold what its looks wait for first */
  const serve = async (name: string, maxProcessing = 4, hold: () => Promise<void> = async () => undefined) => {
    const api = createVisionProcess({ choice: { detect: null, embed: null, classify: null } })
    const pool = createVisionPool({
      spawn() {
        let ended: (why: { signal: string; code: null }) => void = () => undefined
        return { api, onExit: (listener) => void (ended = listener), kill: () => ended({ signal: 'SIGKILL', code: null }) }
      },
    })
    const looked: string[] = []
    const vision: Vision = {
      ...pool,
      async look(body) {
        looked.push(name)
        await hold()
        return pool.look(body)
      },
    }
    const server: Server = createServer()
    const end = acceptLinks(server, { secret: await ledger.secret(), api: { vision: createVisionDesk(vision, { any: true }) } })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const say = () => ledger.report(report(name, { url, maxThreads: 0, maxProcessing }), TTL)
    await say()
    const die = async (): Promise<void> => {
      end()
      server.close()
      await ledger.leave(name, `${name}-1`)
    }
    closers.push(die, () => pool.close())
    return { looked, die, say }
  }
  const open = () => {
    const troubles: unknown[] = []
    const stop = new AbortController()
    const vision = createRemoteVision({ ledger, onTrouble: (error) => troubles.push(error), signal: stop.signal })
    closers.push(() => vision.close())
    return { vision, troubles, stop }
  }

  test('looks, infers and renders there, and knows afterwards what the models there can tell', async () => {
    await serve('a')
    const { vision } = open()
    expect(vision.eyes).toEqual({ any: false })
    const bytes = await picture(1)
    const seen = await vision.look(inline(bytes))
    expect(seen.look).toMatchObject({ ok: true, width: 61, height: 40, sha256: sha256Of(bytes) })
    expect(vision.eyes).toEqual({ any: true })
    expect(await seen.infer()).toEqual({ boxes: [], labels: [], vectors: [] })
    // Used, or dropped: it is looked at once more.
    expect(await seen.infer()).toEqual({ boxes: [], labels: [], vectors: [] })
    seen.release()
    const junk = await vision.look(inline(Buffer.from('junk')))
    expect(junk.look).toMatchObject({ ok: false, reason: 'not-an-image' })
    const small: Rendition = { name: 's', crop: null, width: 30, height: null, fit: 'inside', format: 'jpeg', quality: null }
    expect(await vision.render(inline(bytes), small)).toMatchObject({ ok: true, width: 30, height: 20, body: { kind: 'inline' } })
  })

  test('asks the server with most room', async () => {
    const [small, large] = [await serve('small', 1), await serve('large', 8)]
    const { vision } = open()
    await Promise.all(Array.from({ length: 12 }, async (_, n) => (await vision.look(inline(await picture(n)))).release()))
    expect(large.looked.length).toBeGreaterThan(small.looked.length)
  })

  test('gives a server no more than it has room for', async () => {
    let holding = 0
    let most = 0
    await serve('only', 1, async () => {
      most = Math.max(most, ++holding)
      await new Promise((resolve) => setTimeout(resolve, 20))
      holding--
    })
    const { vision } = open()
    await Promise.all(Array.from({ length: 14 }, async (_, n) => (await vision.look(inline(await picture(n)))).release()))
    expect(most).toBe(4)
  })

  test('asks another when one dies over a look, or between look and inference', async () => {
    let isHeld: () => void = () => undefined
    const held = new Promise<void>((resolve) => (isHeld = resolve))
    const never = new Promise<void>(() => undefined)
    const dying = await serve('dying', 50, () => {
      isHeld()
      return never
    })
    const other = await serve('other', 1)
    const { vision } = open()
    const looking = vision.look(inline(await picture(1)))
    await held
    await dying.die()
    const seen = await looking
    expect([seen.look.ok, other.looked]).toEqual([true, ['other']])
    const third = await serve('third', 50)
    await other.die()
    expect(await seen.infer()).toEqual({ boxes: [], labels: [], vectors: [] })
    expect(third.looked).toEqual(['third'])
  })

  test('waits while nobody sees, says so once, and goes on when somebody does', async () => {
    const { vision, troubles } = open()
    const looking = Promise.all([1, 2].map(async (n) => vision.look(inline(await picture(n)))))
    while (troubles.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect((troubles[0] as Error).message).toContain('no task server of this fleet has vision processes')
    await serve('late')
    expect((await looking).map(({ look }) => look.ok)).toEqual([true, true])
    expect(troubles.slice(1)).toEqual([null])
  })

  test('lets nobody wait for a server when the work is stopping', async () => {
    const { vision, stop } = open()
    const looking = expect(vision.look(inline(await picture(1)))).rejects.toMatchObject({ code: 'drained' })
    stop.abort()
    await looking
    await expect(vision.look(inline(await picture(2)))).rejects.toSatisfy((error) => GannetError.is(error, 'drained'))
  })
})
