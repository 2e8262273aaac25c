/** The fleet as its members reach it: general queue, ledger and time, on Redis, or within one process. */
import { Redis } from 'ioredis'
import type { Clock } from '../core/clock.ts'
import { createServerClock } from '../core/server-clock.ts'
import type { FleetLedger, ScheduleStore } from '../schedule/index.ts'
import { explainRedis } from '../schedule/adapters/redis-errors.ts'
import { createRedisFleet } from '../schedule/adapters/redis-fleet.ts'
import { fleetPace, openRedisSchedule } from '../schedule/adapters/redis.ts'
import { addressDelayOf } from './house.ts'
import type { DispatchSettings } from './settings.ts'

export interface Fleet {
  readonly queue: Omit<ScheduleStore, 'can'>
  readonly ledger: FleetLedger
  readonly clock: Clock
  /** Floors of the pace, in milliseconds; null where nobody has set them yet. */
  readonly pace: { readonly delayMs: number; readonly addressDelayMs: number } | null
  close(): Promise<void>
}

const CONNECT_MS = 5_000
/** Longest wait for an answer, reconnecting counted in. */
const ANSWER_MS = 10_000
/** A call that meets a lost connection waits for the next one so often before it fails and its caller is told. */
const RETRIES_A_CALL = 2

export const connectRedis = async (url: string): Promise<{ readonly redis: Redis; readonly where: string }> => {
  const redis = new Redis(url, {
    lazyConnect: true, maxRetriesPerRequest: RETRIES_A_CALL, connectTimeout: CONNECT_MS,
    // It comes back by itself, however long that takes.
    retryStrategy: (times) => Math.min(1_000, 50 * 2 ** times),
    // A network that swallows everything closes no connection.
    commandTimeout: ANSWER_MS,
  })
  // Each call that fails says so itself, but not always why.
  let last: Error | null = null
  redis.on('error', (error: Error) => (last = error))
  const where = new URL(url).host
  try {
    await redis.connect()
    return { redis, where }
  } catch (error) {
    redis.disconnect()
    throw explainRedis(last ?? error, where)
  }
}

/** @throws engine-unreachable, engine-unfit, data-newer */
export const joinFleet = async (
  settings: Pick<DispatchSettings, 'prefix'>, url: string,
  /** Who hands out sets the pace of all. */
  sets?: Pick<DispatchSettings, 'delay' | 'addressDelay'>,
): Promise<Fleet> => {
  const { redis, where } = await connectRedis(url)
  try {
    const queue = await openRedisSchedule({
      redis, prefix: settings.prefix, ...(sets ? { delayMs: sets.delay, addressDelayMs: addressDelayOf(sets) } : {}),
    })
    const clock = await createServerClock(async () => {
      const [seconds = 0, micros = 0] = await redis.time().catch((error: unknown) => Promise.reject(explainRedis(error, where)))
      return seconds * 1000 + Math.floor(micros / 1000)
    })
    return {
      pace: await fleetPace(redis, settings.prefix),
      queue, ledger: createRedisFleet({ redis, prefix: `${settings.prefix}fleet:` }), clock,
      async close() {
        clock.close()
        redis.disconnect()
      },
    }
  } catch (error) {
    redis.disconnect()
    throw error
  }
}
