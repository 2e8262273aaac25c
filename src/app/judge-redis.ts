/** What a general queue needs of its Redis: room that is not taken away again, and a log that outlives it. */
import { Redis } from 'ioredis'
import type { RedisConnection } from './redis-connection.ts'

export interface RedisFinding {
  /** Host and port of the server. */
  readonly where: string
  readonly ok: boolean
  readonly why: string
  /** Empty where there is nothing to do. */
  readonly remedy: string
}

const LEAST_REDIS = 7

const judgeServer = async (redis: Redis, where: string): Promise<RedisFinding[]> => {
  const info = await redis.info()
  const of = (name: string): string => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? ''
  const version = of('redis_version')
  const findings: RedisFinding[] = [Number.parseInt(version, 10) >= LEAST_REDIS
    ? { where, ok: true, why: `version ${version} at ${where}`, remedy: '' }
    : { where, ok: false, why: `version ${version} at ${where}`, remedy: `install Redis ${LEAST_REDIS}.0 or later` }]
  if (of('role') === 'slave') findings.push({ where, ok: false, why: `is a replica of ${of('master_host')}`, remedy: 'name its primary with --redis' })
  if (of('aof_enabled') !== '1') findings.push({ where, ok: false, why: 'keeps no append-only file: what is accepted is lost when it stops', remedy: 'set appendonly yes' })
  if (of('maxmemory_policy') !== 'noeviction') {
    findings.push({ where, ok: false, why: `may throw tasks away when it is full (maxmemory-policy ${of('maxmemory_policy')})`, remedy: 'set maxmemory-policy noeviction' })
  }
  const [used, most] = [Number(of('used_memory')), Number(of('maxmemory'))]
  if (most > 0 && used >= most) {
    findings.push({ where, ok: false, why: `has no memory left: ${used} of ${most} bytes are used, and it takes in no task`, remedy: 'give it more (maxmemory)' })
  }
  if (of('aof_last_write_status') === 'err') findings.push({ where, ok: false, why: 'cannot write its append-only file', remedy: 'give its disk room' })
  return findings
}

/** Of a cluster, each server that takes writes. */
export const judgeRedis = async ({ redis, where }: RedisConnection): Promise<readonly RedisFinding[]> =>
  redis instanceof Redis ? judgeServer(redis, where)
  : (await Promise.all(redis.nodes('master').map((server) => judgeServer(server, `${server.options.host}:${server.options.port}`)))).flat()
