/**
 * The general queue on a Redis, or on a Redis Cluster: there in shards, each under a hash tag of its own, so that its
 * servers share the hosts. All of a host's keys have one tag, and so lie in one slot: that is what a script may touch.
 */
import { Redis } from 'ioredis'
import { createShardedSchedule } from '../sharded-schedule.ts'
import type { ScheduleStore } from '../schedule-store.ts'
import { openRedisSchedule, type RedisScheduleOptions } from './redis.ts'

/**
 * Shards of a queue on a cluster, however many servers it has: each poll asks every shard, and slots can be moved between
 * servers but hosts not between shards. Part of the layout (redis-scripts.ts): it changes with LAYOUT_VERSION only.
 */
const SHARDS_OF_CLUSTER = 16

/** `{gannet}:` → `{gannet}:`, `{gannet-1}:`, … @throws RangeError without a hash tag */
export const shardPrefix = (prefix: string, nth: number): string => {
  if (nth === 0) return prefix
  const end = prefix.indexOf('}', prefix.indexOf('{') + 2)
  if (end < 0) throw new RangeError(`${prefix} has no hash tag: write it as {${prefix.replace(/:$/, '')}}:`)
  return `${prefix.slice(0, end)}-${nth}${prefix.slice(end)}`
}

/** @throws GannetError as `openRedisSchedule` */
export const openRedisQueue = async (options: RedisScheduleOptions & { readonly redis: Exclude<RedisScheduleOptions['redis'], string> }): Promise<ScheduleStore> => {
  if (options.redis instanceof Redis) return openRedisSchedule(options)
  const { prefix = '{gannet}:', addressDelayMs } = options
  return createShardedSchedule(await Promise.all(Array.from({ length: SHARDS_OF_CLUSTER }, (_, nth) => openRedisSchedule({
    ...options,
    prefix: shardPrefix(prefix, nth),
    // An address is paced in each shard by itself: together they keep to its pace.
    ...(addressDelayMs === undefined ? {} : { addressDelayMs: addressDelayMs * SHARDS_OF_CLUSTER }),
  }))))
}
