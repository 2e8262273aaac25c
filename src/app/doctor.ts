/** What is installed, reachable, on, off, and why: each finding with what would change it. */
import { access, constants, stat, statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { Redis } from 'ioredis'
import { GannetError } from '../core/errors.ts'
import { packsFor } from './house.ts'
import { probeImage } from './probe.ts'
import { connectRedis } from './redis-connection.ts'
import { openStore } from './store.ts'
import { settingsFrom, type PartialSettings } from './settings.ts'

export interface Diagnosis {
  readonly what: string
  readonly state: 'ok' | 'off' | 'wrong'
  readonly why: string
  /** What to do; empty where there is nothing to do. */
  readonly remedy: string
}

const LEAST_FREE_BYTES = 1e9
const LEAST_NODE = [20, 19] as const

/** Of the decoder's formats, the one that depends on how it was built. */
const heic = async (): Promise<readonly Diagnosis[]> => {
  // That it cannot be loaded is the decoder's own finding.
  const readsHeic = await import('../image/loaders.ts').then(({ READS_HEIC }) => READS_HEIC, () => null)
  if (readsHeic === null) return []
  return [readsHeic ? { what: 'heic', state: 'ok', why: 'the decoder has HEVC', remedy: '' }
    : { what: 'heic', state: 'off', why: 'the decoder as it comes has no HEVC; such pictures are undecodable', remedy: 'build sharp against a libvips that has libheif with libde265' }]
}

/** A picture of one pixel. */
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

const node = (): Diagnosis => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const ok = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])
  return { what: 'node', state: ok ? 'ok' : 'wrong', why: `version ${process.versions.node}`, remedy: ok ? '' : `install Node ${LEAST_NODE.join('.')} or later` }
}

const machine = (): Diagnosis =>
  ({ what: 'machine', state: 'ok', why: `${availableParallelism()} cores, ${Math.round(totalmem() / 1e9)} GB of memory`, remedy: '' })

/** Looks at the folder, or at the nearest one above it that is there. */
const folder = async (data: string): Promise<Diagnosis[]> => {
  let nearest = data
  while (!(await stat(nearest).then(() => true, () => false)) && dirname(nearest) !== nearest) nearest = dirname(nearest)
  const { bavail, bsize } = await statfs(nearest)
  const free = bavail * bsize
  const room: Diagnosis = {
    what: 'disk', state: free < LEAST_FREE_BYTES ? 'wrong' : 'ok', why: `${(free / 1e9).toFixed(1)} GB free`,
    remedy: free < LEAST_FREE_BYTES ? 'free some, or name another folder with --data' : '',
  }
  const writable = await access(nearest, constants.W_OK).then(() => true, () => false)
  if (!writable) return [room, { what: 'data', state: 'wrong', why: `${nearest} cannot be written`, remedy: 'name another folder with --data' }]
  if (nearest !== data) return [room, { what: 'data', state: 'ok', why: `${data} is not there yet; a crawl makes it`, remedy: '' }]
  try {
    const store = await openStore(data)
    const stats = await store.stats()
    await store.close()
    return [room, { what: 'data', state: 'ok', why: `${data} holds ${stats.assets} assets`, remedy: '' }]
  } catch (error) {
    if (GannetError.is(error, 'data-missing')) return [room, { what: 'data', state: 'ok', why: `${data} is empty; a crawl fills it`, remedy: '' }]
    return [room, { what: 'data', state: 'wrong', why: (error as Error).message, remedy: '' }]
  }
}

const decoder = async (): Promise<Diagnosis> => {
  try {
    const probe = await probeImage(PIXEL)
    return { what: 'decoder', state: probe.ok ? 'ok' : 'wrong', why: probe.ok ? 'decodes pictures in a process of its own' : (probe.detail ?? ''), remedy: '' }
  } catch (error) {
    return { what: 'decoder', state: 'wrong', why: (error as Error).message, remedy: 'install again with npm ci' }
  }
}

const packs = async (settings: Parameters<typeof packsFor>[0]): Promise<Diagnosis[]> => {
  try {
    const { findings } = await packsFor(settings)
    return findings.map(({ task, on, pack, why, remedy }) => ({ what: task, state: on ? 'ok' : 'off', why: on ? `${pack}: ${why}` : why, remedy }))
  } catch (error) {
    return [{ what: 'models', state: 'wrong', why: (error as Error).message, remedy: '' }]
  }
}

/** What a general queue needs of a server: room that is not taken away again, and a log that outlives it. */
const judgeRedis = async (redis: Redis, where: string): Promise<Diagnosis[]> => {
  const what = 'redis'
  const info = await redis.info()
  const of = (name: string): string => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? ''
  const version = of('redis_version')
  const findings: Diagnosis[] = [Number.parseInt(version, 10) >= LEAST_REDIS
    ? { what, state: 'ok', why: `version ${version} at ${where}`, remedy: '' }
    : { what, state: 'wrong', why: `version ${version} at ${where}`, remedy: `install Redis ${LEAST_REDIS}.0 or later` }]
  if (of('role') === 'slave') findings.push({ what, state: 'wrong', why: `is a replica of ${of('master_host')}`, remedy: 'name its primary with --redis' })
  if (of('aof_enabled') !== '1') findings.push({ what, state: 'wrong', why: 'keeps no append-only file: what is accepted is lost when it stops', remedy: 'set appendonly yes' })
  if (of('maxmemory_policy') !== 'noeviction') {
    findings.push({ what, state: 'wrong', why: `may throw tasks away when it is full (maxmemory-policy ${of('maxmemory_policy')})`, remedy: 'set maxmemory-policy noeviction' })
  }
  const [used, most] = [Number(of('used_memory')), Number(of('maxmemory'))]
  if (most > 0 && used >= most) {
    findings.push({ what, state: 'wrong', why: `has no memory left: ${used} of ${most} bytes are used, and it takes in no task`, remedy: 'give it more (maxmemory)' })
  }
  if (of('aof_last_write_status') === 'err') findings.push({ what, state: 'wrong', why: 'cannot write its append-only file', remedy: 'give its disk room' })
  return findings
}

/** The server of a fleet's queue; of a cluster, each that takes writes. */
const redisServers = async (url: string): Promise<Diagnosis[]> => {
  try {
    const { redis, where } = await connectRedis(url)
    try {
      if (redis instanceof Redis) return await judgeRedis(redis, where)
      return (await Promise.all(redis.nodes('master').map((server) => judgeRedis(server, `${server.options.host}:${server.options.port}`)))).flat()
    } finally {
      redis.disconnect()
    }
  } catch (error) {
    return [{ what: 'redis', state: 'wrong', why: (error as Error).message, remedy: '' }]
  }
}

const LEAST_REDIS = 7

/** @param redis of the fleet that is looked at; null for none */
export const diagnose = async (flags: PartialSettings = {}, redis: string | null = null): Promise<readonly Diagnosis[]> => {
  const settings = await settingsFrom({ flags })
  const engines = redis === null ? [] : await redisServers(redis)
  return [node(), machine(), ...(await folder(settings.data)), await decoder(), ...(await heic()), ...(await packs(settings)), ...engines]
}
