/** A Redis that cannot be the queue of a fleet: each is told apart, in words that say what to do, and its password never is. */
import { once } from 'node:events'
import { createServer as createWeb } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startRedis, type RedisServer } from '../engines/redis.ts'
import { folder, gannet, startGannet } from './gannet.ts'

const PASSWORD = 'sesame-open'

/** Says of itself what a server of that version says, and yes to everything else. */
const impostor = (version: string): Server =>
  createServer((socket) => socket.setEncoding('utf8').on('data', (text: string) => {
    for (const command of text.split(/(?=^\*\d+\r\n)/m)) {
      const info = `redis_version:${version}\r\nrole:master\r\nloading:0\r\nrun_id:x\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\n`
      socket.write(/\r\ninfo\r\n/i.test(command) ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n')
    }
  }))

const at = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a Redis', () => {
  let redis: RedisServer | null = null
  let replica: RedisServer | null = null
  beforeEach(async (context) => {
    redis ??= await startRedis(context)
  })
  afterAll(async () => {
    await replica?.stop()
    await redis?.stop()
  })

  const configure = async (server: RedisServer, name: string, value: string): Promise<void> => {
    const client = new Redis(server.url)
    await client.config('SET', name, value)
    client.disconnect()
  }
  const until = async (name: string, value: string, back: string, password?: string): Promise<void> => {
    await configure(redis as RedisServer, name, value)
    onTestFinished(async () => {
      const client = new Redis(redis?.url ?? '', password === undefined ? {} : { password })
      await client.config('SET', name, back)
      client.disconnect()
    })
  }

  /** What a task server says that cannot begin, and what doctor says. */
  const told = async (url: string): Promise<{ readonly node: readonly [number | null, string]; readonly doctor: string }> => {
    const [node, doctor] = await Promise.all([
      gannet(['node', '--redis', url, '--data', await folder(), '--listen', '127.0.0.1:0', '--processes', '1', '--vision', '1']), gannet(['doctor', '--redis', url]),
    ])
    expect(node.stdout + node.stderr + doctor.stdout + doctor.stderr).not.toContain(PASSWORD)
    return { node: [node.code, node.stderr], doctor: doctor.stdout.split('\n').filter((line) => /^\w+ +redis /.test(line)).join('\n') }
  }

  test('with a password is told from one that is away, whether the password is missing or wrong', async () => {
    await until('requirepass', 'another', '', 'another')
    const { host } = new URL(redis?.url ?? '')
    for (const url of [redis?.url ?? '', `redis://:${PASSWORD}@${host}`, `redis://who:${PASSWORD}@${host}`]) {
      const { node, doctor } = await told(url)
      expect(node).toEqual([1, expect.stringContaining(`Redis at ${host} wants another password or user: write them into --redis as redis://USER:PASSWORD@HOST`)])
      expect(doctor).toMatch(/^wrong redis .*wants another password or user/)
    }
    expect((await gannet(['doctor', '--redis', `redis://:another@${host}`])).stdout).toMatch(/^ok +redis +version/m)
  }, 120_000)

  test('too old is told of by both versions', async () => {
    const { node, doctor } = await told(await at(impostor('6.2.14')))
    expect(node).toEqual([1, expect.stringMatching(/Redis at 127\.0\.0\.1:\d+ is of version 6\.2\.14: gannet needs 7\.0 or later/)])
    expect(doctor).toMatch(/^wrong redis .*version 6\.2\.14 at .*; install Redis 7\.0 or later$/)
  }, 60_000)

  test('that is a replica is told of, with what to name', async (context) => {
    replica ??= await startRedis(context)
    const client = new Redis(replica.url)
    await client.replicaof('127.0.0.1', new URL(redis?.url ?? '').port)
    while (!(await client.info('replication')).includes('master_link_status:up')) await pass(50)
    client.disconnect()
    const { node, doctor } = await told(replica.url)
    expect(node).toEqual([1, expect.stringContaining('is a replica that takes no writes: name its primary with --redis')])
    expect(node[1]).toContain(new URL(replica.url).host)
    expect(doctor).toMatch(/^wrong redis .*is a replica of 127\.0\.0\.1; name its primary with --redis$/m)
  }, 60_000)

  test.each([
    ['is full', 'maxmemory', '1', '0', /^wrong redis .*has no memory left: \d+ of 1 bytes are used, and it takes in no task; give it more \(maxmemory\)$/m],
    ['throws away', 'maxmemory-policy', 'allkeys-lru', 'noeviction', /^wrong redis .*may throw tasks away when it is full \(maxmemory-policy allkeys-lru\); set maxmemory-policy noeviction$/m],
    ['keeps no log', 'appendonly', 'no', 'yes', /^wrong redis .*keeps no append-only file: .*; set appendonly yes$/m],
  ])('that %s is found by doctor, and told at the start of whoever uses it', async (_what, name, value, back, words) => {
    await until(name, value, back)
    const { code, stdout } = await gannet(['doctor', '--redis', redis?.url ?? ''])
    expect([code, stdout]).toEqual([1, expect.stringMatching(words)])
    const began = (/(?:may|keeps) .*/.exec(stdout.split('\n').find((line) => line.startsWith('wrong redis')) ?? '') ?? [])[0]
    const dispatch = startGannet(['dispatch', '--redis', redis?.url ?? '', '--listen', '127.0.0.1:0'])
    // With no room at all it does not begin.
    await dispatch.said(`Redis at ${new URL(redis?.url ?? '').host} ${began ?? 'has no room left'}`)
    dispatch.terminate()
    await dispatch.ended
  }, 60_000)

  test('without the database that was named is not used with another', async () => {
    const { node, doctor } = await told(`${redis?.url ?? ''}/99`)
    expect(node).toEqual([1, expect.stringContaining('has no database of the number that --redis ends with')])
    expect(doctor).toContain('has no database')
  }, 60_000)

  test('that is none, or an address that is none, is called so', async () => {
    const web = await told(await at(createWeb((_request, answer) => answer.end('hello'))))
    expect(web.node).toEqual([1, expect.stringMatching(/what answers at 127\.0\.0\.1:\d+ is no Redis/)])
    for (const url of [`http://:${PASSWORD}@127.0.0.1:6379`, PASSWORD]) {
      expect((await told(url)).node).toEqual([2, expect.stringContaining('write it as redis://[USER:PASSWORD@]HOST[:PORT]')])
    }
  }, 60_000)
})
