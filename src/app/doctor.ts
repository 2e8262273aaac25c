/** What is installed, reachable, on, off, and why: each finding with what would change it. */
import { access, constants, readFile, stat, statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { dirname } from 'node:path'
import type { SightPolicy } from '../analyze/index.ts'
import { GannetError } from '../core/errors.ts'
import { packsFor } from './house.ts'
import { probeImage } from './probe.ts'
import { judgeRedis } from './judge-redis.ts'
import { connectRedis } from './redis-connection.ts'
import { openStore } from './store.ts'
import { settleDevice } from './settle-device.ts'
import { settingsFrom, type PartialSettings, type Settings } from './settings.ts'

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

/** The runtime's kernels for AVX2 are several times as fast as those without; what is no x64 has others. */
export const vectorUnit = (cpuinfo: string | null, arch: string): readonly Diagnosis[] => {
  const flags = arch === 'x64' ? /^flags\s*:(.*)$/m.exec(cpuinfo ?? '')?.[1]?.split(' ') : undefined
  if (flags === undefined) return []
  return [flags.includes('avx2') ? { what: 'processor', state: 'ok', why: `has AVX2${flags.includes('avx512_vnni') || flags.includes('avx_vnni') ? ' and VNNI' : ', no VNNI: int8 gains less'}`, remedy: '' }
    : { what: 'processor', state: 'off', why: 'has no AVX2: models run several times slower', remedy: 'use a newer processor, or the smallest packs' }]
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

const packs = async (settings: Parameters<typeof packsFor>[0] & SightPolicy): Promise<readonly Diagnosis[]> => {
  try {
    const { findings, wrong } = await packsFor(settings, settings)
    const manifests = wrong.map(({ why }): Diagnosis => ({ what: 'manifest', state: 'off', why, remedy: 'correct it, or take it away' }))
    return [...findings.map(({ task, on, pack, why, remedy }): Diagnosis => ({ what: task, state: on ? 'ok' : 'off', why: on ? `${pack}: ${why}` : why, remedy })), ...manifests]
  } catch (error) {
    return [{ what: 'models', state: 'wrong', why: (error as Error).message, remedy: '' }]
  }
}

const deviceOf = async ({ device: wanted }: Settings): Promise<Diagnosis> => {
  const { device, why, remedy } = await settleDevice(wanted)
  return why === null ? { what: 'device', state: 'ok', why: device, remedy } : { what: 'device', state: 'off', why, remedy }
}

/** The server of a fleet's queue; of a cluster, each that takes writes. */
const redisServers = async (url: string): Promise<Diagnosis[]> => {
  try {
    const connection = await connectRedis(url)
    try {
      return (await judgeRedis(connection)).map(({ ok, why, remedy }) => ({ what: 'redis', state: ok ? 'ok' : 'wrong', why, remedy }))
    } finally {
      connection.redis.disconnect()
    }
  } catch (error) {
    return [{ what: 'redis', state: 'wrong', why: (error as Error).message, remedy: '' }]
  }
}

/** @param redis of the fleet that is looked at; null for none */
export const diagnose = async (flags: PartialSettings = {}, redis: string | null = null): Promise<readonly Diagnosis[]> => {
  const settings = await settingsFrom({ flags })
  const engines = redis === null ? [] : await redisServers(redis)
  return [node(), machine(), ...vectorUnit(await readFile('/proc/cpuinfo', 'utf8').catch(() => null), process.arch), ...(await folder(settings.data)), await decoder(), ...(await heic()), ...(await packs(settings)), await deviceOf(settings), ...engines]
}
