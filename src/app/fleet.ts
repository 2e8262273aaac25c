/** The fleet as its members reach it: general queue, ledger and time, on Redis, or within one process. */
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { Clock } from '../core/clock.ts'
import { GannetError } from '../core/errors.ts'
import { createServerClock } from '../core/server-clock.ts'
import type { FleetLedger, ScheduleStore } from '../schedule/index.ts'
import { explainRedis } from '../schedule/adapters/redis-errors.ts'
import { createRedisFleet } from '../schedule/adapters/redis-fleet.ts'
import { openRedisQueue } from '../schedule/adapters/redis-shards.ts'
import { fleetPace } from '../schedule/adapters/redis.ts'
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

const PROTOCOLS = ['redis:', 'rediss:']

interface RedisConnection {
  readonly redis: Redis | Cluster
  readonly where: string
}

/** Somebody was there and hung up: what it said before may be heard the next time. */
const hungUp = (error: unknown): boolean =>
  error instanceof Error && ['EPIPE', 'ECONNRESET'].includes(String((error.cause as { readonly code?: string } | undefined)?.code))
const HEARINGS = 5

const connectOnce = async (url: string): Promise<RedisConnection> => {
  // Not repeated, for it may hold a password.
  if (!URL.canParse(url) || !PROTOCOLS.includes(new URL(url).protocol) || new URL(url).hostname === '') {
    throw new GannetError('usage', 'the value of --redis is no address of a Redis: write it as redis://[USER:PASSWORD@]HOST[:PORT]')
  }
  // It comes back by itself, however long that takes.
  const retryStrategy = (times: number): number => Math.min(1_000, 50 * 2 ** times)
  const options = {
    lazyConnect: true, maxRetriesPerRequest: RETRIES_A_CALL, connectTimeout: CONNECT_MS, retryStrategy,
    // A network that swallows everything closes no connection.
    commandTimeout: ANSWER_MS,
  } satisfies RedisOptions
  const redis = new Redis(url, options)
  // Each call that fails says so itself, but not always why.
  const said: Error[] = []
  let stands = false
  const note = (error: Error): void => {
    if (!stands) said.push(error)
  }
  const standing = (connected: Redis | Cluster): RedisConnection => {
    stands = true
    return { redis: connected, where }
  }
  redis.on('error', note)
  const where = new URL(url).host
  let cluster: Cluster | null = null
  try {
    await redis.connect()
    // The client goes on in database 0 when the one it was given is not there.
    if (redis.options.db) await redis.select(redis.options.db)
    if (!/cluster_enabled:1/.test(await redis.info('cluster'))) return standing(redis)
    const { host = '127.0.0.1', port = 6379, username, password, tls } = redis.options
    redis.disconnect()
    cluster = new Cluster([{ host, port }], {
      lazyConnect: true, clusterRetryStrategy: retryStrategy, slotsRefreshTimeout: CONNECT_MS,
      redisOptions: { ...options, ...(username ? { username } : {}), ...(password ? { password } : {}), ...(tls ? { tls } : {}) },
    })
    cluster.on('error', note)
    await cluster.connect()
    return standing(cluster)
  } catch (error) {
    redis.disconnect()
    cluster?.disconnect()
    const reasons = [error, ...said].map((one) => explainRedis(one, where))
    // One that says what is wrong says more than those that came of it.
    throw reasons.find((one) => GannetError.is(one, 'engine-unfit')) ?? explainRedis(said.at(-1) ?? error, where)
  }
}

/** To a server, or, where that is one of a cluster, to the whole of it. @throws usage, engine-unreachable, engine-unfit */
export const connectRedis = async (url: string): Promise<RedisConnection> => {
  for (let nth = 1; ; nth++) {
    try {
      return await connectOnce(url)
    } catch (error) {
      if (nth === HEARINGS || !hungUp(error)) throw error
    }
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
