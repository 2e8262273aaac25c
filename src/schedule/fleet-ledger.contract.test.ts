import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRedis, type RedisServer } from '../../test/engines/redis.ts'
import { openFileFleet } from './adapters/file-fleet.ts'
import { createRedisFleet } from './adapters/redis-fleet.ts'
import { describeFleetLedger } from './fleet-ledger.contract.ts'
import { createMemoryFleet } from './memory-fleet.ts'

describeFleetLedger({ name: 'the model', open: async () => createMemoryFleet(() => performance.now()), reopen: null })

let folder = ''
let files = 0
const openFile = () => openFileFleet({ path: path.join(folder, `orders-${files}.json`), now: () => performance.now() })
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gannet-fleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

describeFleetLedger({
  name: 'a file',
  open() {
    files++
    return openFile()
  },
  reopen: openFile,
})

test('a file of orders that is broken is told of, and not taken for none', async () => {
  const file = path.join(folder, 'broken.json')
  await writeFile(file, '{"allPaused":')
  await expect(openFileFleet({ path: file, now: () => 0 })).rejects.toMatchObject({ code: 'data-corrupt', message: expect.stringContaining(file) as string })
})

let server: RedisServer | null = null
let redis: Redis | null = null
let opened = 0
afterAll(async () => {
  redis?.disconnect()
  await server?.stop()
})

describeFleetLedger({
  name: 'redis',
  async prepare(context) {
    server ??= await startRedis(context)
    redis ??= new Redis(server.url)
  },
  open: async () => createRedisFleet({ redis: redis as Redis, where: 'the test server', prefix: `{fleet-${++opened}}:` }),
  reopen: async () => createRedisFleet({ redis: redis as Redis, where: 'the test server', prefix: `{fleet-${opened}}:` }),
})
