import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { startRedis, type RedisServer } from '../../test/engines/redis.ts'
import { RETENTION, type Retention } from './adapters/redis-known.ts'
import { openRedisSchedule } from './adapters/redis.ts'
import { openSqliteSchedule } from './adapters/sqlite.ts'
import { createScheduleModel } from './schedule-model.ts'
import { describeScheduleStore } from './schedule-store.contract.ts'

describeScheduleStore({
  name: 'the model',
  runs: 20,
  async open(options) {
    const store = createScheduleModel(options)
    return { store, reopen: null, dispose: () => store.close() }
  },
})

describeScheduleStore({
  name: 'sqlite',
  runs: 150,
  async open(options) {
    const folder = await mkdtemp(path.join(tmpdir(), 'gannet-schedule-'))
    const file = path.join(folder, 'schedule.db')
    let store = await openSqliteSchedule({ ...options, path: file })
    return {
      store,
      async reopen() {
        await store.close()
        store = await openSqliteSchedule({ ...options, path: file })
        return store
      },
      async dispose() {
        await store.close()
        await rm(folder, { recursive: true })
      },
    }
  },
})

let redis: RedisServer | null = null
let opened = 0
afterAll(async () => redis?.stop())

const onRedis = (name: string, retention: Retention): void =>
  describeScheduleStore({
    name,
    runs: 100,
    async prepare(context) {
      redis ??= await startRedis(context)
    },
    async open(options) {
      const settings = { ...options, redis: redis?.url ?? '', prefix: `{test-${++opened}}:` }
      let store = await openRedisSchedule(settings, retention)
      return {
        store,
        async reopen() {
          await store.close()
          store = await openRedisSchedule(settings, retention)
          return store
        },
        dispose: () => store.close(),
      }
    },
  })

onRedis('redis', RETENTION)
// What is known spreads over many generations, and a task moves from one to the next. The model forgets nothing, so neither does this.
onRedis('redis, in generations of two tasks or a fifth of a second', { digits: 1, perBucket: 1 / 4, openMs: 200, keptMs: 1e15 })
