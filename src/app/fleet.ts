/** The fleet as its members reach it: general queue, ledger and time, on Redis, or within one process. */
import type { Clock } from '../core/clock.ts'
import { createServerClock } from '../core/server-clock.ts'
import type { FleetLedger, ScheduleStore } from '../schedule/index.ts'
import { explainRedis } from '../schedule/adapters/redis-errors.ts'
import { createRedisFleet } from '../schedule/adapters/redis-fleet.ts'
import { openRedisQueue } from '../schedule/adapters/redis-shards.ts'
import { fleetPace } from '../schedule/adapters/redis.ts'
import { addressDelayOf } from './house.ts'
import { judgeRedis } from './judge-redis.ts'
import { connectRedis } from './redis-connection.ts'
import type { DispatchSettings } from './settings.ts'

export interface Fleet {
  readonly queue: Omit<ScheduleStore, 'can'>
  readonly ledger: FleetLedger
  readonly clock: Clock
  /** What is wrong with its Redis now, in words that say what to do. */
  judge(): Promise<readonly string[]>
  /** Floors of the pace, in milliseconds; null where nobody has set them yet. */
  readonly pace: { readonly delayMs: number; readonly addressDelayMs: number } | null
  close(): Promise<void>
}

/** @throws engine-unreachable, engine-unfit, data-newer */
export const joinFleet = async (
  settings: Pick<DispatchSettings, 'prefix'>, url: string,
  /** Who hands out sets the pace of all. */
  sets?: Pick<DispatchSettings, 'delay' | 'addressDelay'>,
): Promise<Fleet> => {
  const connection = await connectRedis(url)
  const { redis, where } = connection
  try {
    const queue = await openRedisQueue({
      redis, where, prefix: settings.prefix, ...(sets ? { delayMs: sets.delay, addressDelayMs: addressDelayOf(sets) } : {}),
    })
    const clock = await createServerClock(async () => {
      // By a key: the servers of a cluster have clocks of their own, and one of them is the fleet's.
      const [seconds = 0, micros = 0] = ((await redis.eval("return redis.call('TIME')", 1, settings.prefix)
        .catch((error: unknown) => Promise.reject(explainRedis(error, where)))) as string[]).map(Number)
      return seconds * 1000 + Math.floor(micros / 1000)
    })
    return {
      async judge() {
        const found = await judgeRedis(connection).catch((error: unknown) => Promise.reject(explainRedis(error, where)))
        return found.filter(({ ok }) => !ok).map((one) => `Redis at ${one.where} ${one.why}; ${one.remedy}`)
      },
      pace: await fleetPace(redis, settings.prefix),
      queue, ledger: createRedisFleet({ redis, where, prefix: `${settings.prefix}fleet:` }), clock,
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
