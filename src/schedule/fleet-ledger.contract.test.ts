import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { startRedis, type RedisServer } from '../../test/engines/redis.ts'
import { createRedisFleet } from './adapters/redis-fleet.ts'
import { describeFleetLedger } from './fleet-ledger.contract.ts'
import { createMemoryFleet } from './memory-fleet.ts'

describeFleetLedger({ name: 'the model', open: async () => createMemoryFleet(() => performance.now()) })

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
})
