/** A fleet of servers that only grab and servers that only see, on a real Redis: who does what, and who takes over. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import sharp from 'sharp'
import { openStore } from 'gannet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGannet } from './bad-input/gannet.ts'
import { raise, type Member } from './chaos/fleet.ts'
import { startRedis, type RedisServer } from './engines/redis.ts'
import { serveHttp, type LocalServer } from './local-server.ts'
import { planGallery, startSite, type Site } from './site/index.ts'

interface Report {
  readonly kept: number
  readonly failed: number
  readonly stored: readonly { readonly id: string; readonly renditions: readonly { readonly name: string; readonly href: string; readonly sha256: string }[] }[]
}

describe('a fleet whose servers have one role each', () => {
  let dir: string
  let site: Site
  let hooks: LocalServer
  let redis: RedisServer | null = null
  const reports: Report[] = []
  const members: Member[] = []
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gannet-roles-'))
    site = await startSite({ plan: planGallery({ seed: 5, pictures: 40, worth: 0.5, fullSide: 480, thumbSide: 200, junk: { near: 0 } }) })
    hooks = await serveHttp((request, response) => {
      let text = ''
      request.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => {
        reports.push(JSON.parse(text) as Report)
        response.end()
      })
    })
  })
  afterAll(async () => {
    await Promise.all(members.map((one) => one.kill()))
    await Promise.all([site.close(), hooks.close()])
    await redis?.stop()
    await rm(dir, { recursive: true, force: true })
  })
  const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
    while (!(await holds())) await pass(50)
  }

  test('waits aloud while nobody sees, has its pictures seen and its renditions made elsewhere, and goes on when a server that sees is killed', async (context) => {
    redis ??= await startRedis(context)
    const start = async (name: string, ...flags: readonly string[]): Promise<Member> => {
      const one = await raise(name, ['node', '--redis', redis?.url as string, '--data', join(dir, name), '--allow-address', '127.0.0.0/8', '--depth', '20', ...flags])
      members.push(one)
      return one
    }
    members.push(await raise('dispatch', ['dispatch', '--redis', redis.url, '--delay', '100']))
    const grabs = await start('grabs', '--processes', '1', '--vision', '0', '--threads', '2', '--batch', '1')
    const answer = await fetch(`${grabs.url}/v1/requests`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ pages: [site.url], renditions: [{ name: 'tiny', width: 40 }, { name: 'square', width: 50, height: 50, fit: 'cover' }], callback: `${hooks.origin}/hook` }),
    })
    const { id } = (await answer.json()) as { id: string }
    const state = async () => (await (await fetch(`${grabs.url}/v1/requests/${id}`)).json()) as { state: string; kept: number; pending: number }
    await until(() => site.log.length > 3)
    await until(() => grabs.words.includes('no task server of this fleet has vision processes'))
    expect(await state()).toMatchObject({ kept: 0 })

    const first = await start('first', '--processes', '0', '--vision', '1')
    const second = await start('second', '--processes', '0', '--vision', '1')
    await until(async () => (await state()).kept >= 3)
    await first.kill()
    await until(() => reports.length > 0)
    const report = reports[0] as Report
    expect(report).toMatchObject({ kept: site.truth.keep.length, failed: 0 })
    expect(report.stored).toHaveLength(site.truth.keep.length)
    // Any server has the bytes, wherever they are kept.
    for (const { renditions } of report.stored) {
      expect(renditions.map(({ name }) => name)).toEqual(['tiny', 'square'])
      const sizes = await Promise.all(renditions.map(async ({ sha256 }, n) => {
        const { width, height } = await sharp(Buffer.from(await (await fetch(`${(n === 0 ? grabs : second).url}/v1/blobs/${sha256}`)).arrayBuffer())).metadata()
        return [width, n === 0 ? 0 : height]
      }))
      expect(sizes).toEqual([[40, 0], [50, 50]])
    }
    const { nodes } = (await (await fetch(`${grabs.url}/v1/nodes`)).json()) as { nodes: { name: string; maxThreads: number; maxProcessing: number; received: number; receivedProcessing: number }[] }
    const [grabbing, seeing] = ['grabs', 'second'].map((name) => nodes.find((one) => one.name === name))
    expect(grabbing).toMatchObject({ maxProcessing: 0, receivedProcessing: 0 })
    expect(seeing).toMatchObject({ maxThreads: 0, received: 0 })
    expect(seeing?.receivedProcessing).toBeGreaterThan(0)

    await Promise.all(members.map((one) => one.kill('SIGTERM')))
    const store = await openStore(join(dir, 'grabs'))
    try {
      expect(await store.check({ deep: true })).toMatchObject({ ok: true, blobs: 3 * report.stored.length })
    } finally {
      await store.close()
    }
  }, 240_000)

  test('is not begun by a server that could do nothing, or that nobody completes', async () => {
    const none = await startGannet(['node', '--data', join(dir, 'none'), '--processes', '0', '--vision', '0']).ended
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('leaves nothing to do')])
    const alone = await startGannet(['node', '--data', join(dir, 'none'), '--vision', '0']).ended
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('--redis')])
  })
})
