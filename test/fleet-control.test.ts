/** Fleets as people look at them and give them orders: real processes, a real site, a real Redis. */
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { folder, gannet, site, SMALL, startGannet, type Running } from './bad-input/gannet.ts'
import { startFleet } from './chaos/fleet.ts'
import { samplesIn } from './exposition-text.ts'
import { startRedis } from './engines/redis.ts'
import { planGallery } from './site/index.ts'

const ANSWERS = /answers at (http:\S+?);/
const gallery = (seed: number) => site({ plan: planGallery({ seed, pictures: 24, worth: 0.5, junk: { near: 0 }, ...SMALL }) })

interface Queues {
  readonly waiting: number
  readonly leased: number
  readonly dead: number
  readonly oldest: { readonly seconds: number } | null
  readonly paused: { readonly all: boolean; readonly nodes: readonly string[]; readonly hosts: { readonly count: number; readonly names: readonly string[] } }
  readonly hosts: { readonly deepest: readonly object[] }
  readonly rates: object | null
}

const get = async <Answer>(url: string): Promise<Answer> => (await (await fetch(url)).json()) as Answer
const post = async (url: string, body: object) => {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
const queues = (url: string): Promise<Queues> => get(`${url}/v1/queues`)
const until = async (holds: () => Promise<boolean>, withinMs = 60_000): Promise<void> => {
  for (const end = Date.now() + withinMs; !(await holds()); await pass(50)) if (Date.now() > end) throw new Error('it did not come to pass')
}
const hasEnded = (url: string, id: unknown) => async () => (await get<{ state: string }>(`${url}/v1/requests/${String(id)}`)).state === 'ended'

describe('orders', () => {
  const raise = async (data: string): Promise<{ readonly process: Running; readonly url: string }> => {
    const process = startGannet(['node', '--data', data, '--listen', '127.0.0.1:0', '--name', 'alone', '--allow-address', '127.0.0.1', '--processes', '1', '--vision', '1', '--delay', '0', '--depth', '20'])
    const [, url = ''] = ANSWERS.exec(await process.said('answers at').then(() => process.words())) ?? []
    return { process, url }
  }

  test('to a task server that stands alone hold over its restarts', async () => {
    const [data, home] = [await folder(), await gallery(3)]
    const host = new URL(home.url).host
    const first = await raise(data)
    const told = await gannet(['pause', '--host', host, '--at', first.url])
    expect([told.code, told.stdout]).toEqual([0, expect.stringContaining(`http://${host}: no visit to it begins any more`)])
    const request = await post(`${first.url}/v1/requests`, { pages: [home.url], weight: 70 })
    await until(async () => (await queues(first.url)).waiting === 1)
    await pass(300)
    expect(await queues(first.url)).toMatchObject({
      waiting: 1, leased: 0, byWeight: [{ weight: 70, page: 1, image: 0, process: 0 }], oldest: { seconds: expect.any(Number) as number },
      hosts: { waiting: 1, deepest: [{ host: new URL(home.url).origin, waiting: 1, paused: true }] },
      paused: { all: false, nodes: [], hosts: { count: 2, names: [`http://${host}`, `https://${host}`] } },
    })
    first.process.terminate()
    expect((await first.process.ended).code).toBe(0)

    const second = await raise(data)
    await pass(300)
    expect(home.log).toEqual([])
    const status = await gannet(['status', '--at', second.url])
    expect([status.code, status.stdout]).toEqual([0, expect.stringMatching(/2 hosts paused: http/)])
    expect((await gannet(['resume', '--host', host, '--at', second.url])).stdout).toContain('it is visited again')
    await until(hasEnded(second.url, request.body['id']))
    expect((await get<{ kept: number }>(`${second.url}/v1/requests/${String(request.body['id'])}`)).kept).toBe(home.truth.keep.length)

    // All: nothing is handed out, over a restart too; drained, it ends as on SIGTERM.
    const visits = home.log.length
    expect(await post(`${second.url}/v1/pause`, { all: true })).toMatchObject({ status: 200, body: { order: 'pause', changed: true, paused: { all: true } } })
    const later = await post(`${second.url}/v1/requests`, { pages: [`${home.url}?later`] })
    await until(async () => (await queues(second.url)).waiting === 1)
    const drained = await gannet(['drain', '--all', '--at', second.url])
    expect([drained.code, drained.stdout, drained.stderr]).toEqual([0, expect.stringContaining('until gannet resume --all'), ''])
    const { code, stderr } = await second.process.ended
    expect([code, stderr]).toEqual([0, expect.stringContaining('ordered to drain')])

    const third = await raise(data)
    await pass(300)
    expect(home.log).toHaveLength(visits)
    expect((await gannet(['status', '--at', third.url])).stdout).toContain('everything is paused: gannet resume --all')
    expect((await gannet(['resume', '--all', '--at', third.url, '--json'])).stdout).toContain('"all":false')
    await until(hasEnded(third.url, later.body['id']))
    expect(await post(`${third.url}/v1/drain`, { node: 'alone' })).toMatchObject({ status: 200, body: { member: true } })
    expect((await third.process.ended).code).toBe(0)
  }, 180_000)

  test('to a fleet reach one server and not the others, from any member', async (context) => {
    const [redis, dir, home] = [await startRedis(context), await folder(), await gallery(5)]
    onTestFinished(() => redis.stop())
    const fleet = await startFleet({ redis: redis.url, dir: join(dir, 'fleet'), nodes: 2, dispatchers: 1, delayMs: 20, flags: ['--vision', '1', '--processes', '1', '--depth', '20'] })
    try {
      const [first, second, leader] = [fleet.nodes[0]?.url ?? '', fleet.nodes[1]?.url ?? '', fleet.dispatchers[0]?.url ?? '']
      const received = async () => (await get<{ nodes: { name: string; received: number }[] }>(`${leader}/v1/nodes`)).nodes.map((node) => node.received)
      await until(async () => (await received()).length === 2)
      expect(await post(`${second}/v1/pause`, { node: 'node-0' })).toMatchObject({ status: 200, body: { changed: true, member: true } })
      const { body: { id } } = await post(`${first}/v1/requests`, { pages: [home.url] })
      await until(async () => ((await received())[1] ?? 0) > 5)
      expect((await received())[0]).toBe(0)
      // What the drained one held goes to the other, once that may work.
      const drained = await gannet(['drain', '--node', 'node-1', '--redis', redis.url])
      expect([drained.code, drained.stderr]).toEqual([0, ''])
      await until(async () => fleet.nodes[1]?.alive === false)
      const status = await gannet(['status', '--redis', redis.url])
      expect(status.stdout).toMatch(/1 task server paused: node-0/)
      expect(Math.max(...status.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
      const unknown = await gannet(['drain', '--node', 'node-7', '--redis', redis.url])
      expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('did you mean node-0?')])
      expect((await gannet(['resume', '--node', 'node-0', '--redis', redis.url])).code).toBe(0)
      await until(hasEnded(first, id))
      expect((await get<{ kept: number }>(`${first}/v1/requests/${String(id)}`)).kept).toBe(home.truth.keep.length)
      const told = samplesIn(await (await fetch(`${leader}/metrics`)).text())
      const ended = (outcome: string) => told.get(`gannet_tasks_ended_total{kind="image",outcome="${outcome}"}`)
      expect([ended('kept'), told.get('gannet_queue_leased'), told.get('gannet_dispatcher_leading')]).toEqual([home.truth.keep.length, 0, 1])
      expect(told.get('gannet_dispatcher_turn_duration_seconds_count')).toBeGreaterThan(10)
      const { nodes, queues: seen } = JSON.parse((await gannet(['status', '--redis', redis.url, '--json'])).stdout) as { nodes: { nodes: object[] }; queues: Queues }
      expect([nodes.nodes.length, seen.waiting, seen.leased, seen.dead]).toEqual([1, 0, 0, 0])
      expect(seen.rates).toMatchObject({ seconds: expect.any(Number) as number, accepted: 0 })
    } finally {
      await fleet.stop()
    }
  }, 180_000)

  test('that name nothing, two things or nobody are turned back with a clear word', async () => {
    const cases: readonly (readonly [args: readonly string[], code: number, words: RegExp])[] = [
      [['pause'], 2, /--host HOST, --node NAME or --all/],
      [['pause', '--all', '--host', 'a.example'], 2, /one of them/],
      [['drain', '--host', 'a.example'], 2, /unknown option '--host'/],
      [['resume', '--all', '--at', 'http://127.0.0.1:1'], 1, /no member of a fleet answers at http:\/\/127\.0\.0\.1:1: name one with --at/],
      [['status', '--at', 'nowhere'], 2, /--at nowhere: write it as http:\/\/HOST:PORT/],
      [['status', '--redis', 'redis://127.0.0.1:1'], 1, /Redis at 127\.0\.0\.1:1 does not answer/],
    ]
    const ends = await Promise.all(cases.map(([args]) => gannet(args)))
    expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual(cases.map(([, code, words]) => [code, expect.stringMatching(words)]))
  }, 60_000)
})
