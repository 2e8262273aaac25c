/**
 * The same gallery twice by a fleet: once undisturbed, once while its processes are killed at instants spread over the
 * crawl by the site's own count of visits. What is left must be the same, and the site never visited too soon.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { openStore } from 'gannet'
import type { FalseClock } from '../engines/false-clock.ts'
import type { Network } from '../engines/network.ts'
import type { RedisServer } from '../engines/redis.ts'
import type { Site } from '../site/index.ts'
import { randomOf } from '../site/random.ts'
import { startFleet, type Member, type RequestState, type TestFleet } from './fleet.ts'
import { processesOf } from './processes.ts'

/** What is done to a fleet, each with its share of the blows. */
export const BLOWS = ['child', 'node', 'dispatcher', 'redis', 'stopped-node', 'lost-node', 'redis-away', 'redis-full', 'cut-node', 'clock'] as const
export type Blow = (typeof BLOWS)[number]

export interface DisturbOptions {
  /** Each is a host of its own, so that each is some task server's. */
  readonly sites: readonly Site[]
  readonly redis: RedisServer
  /** Without: nothing is cut off. */
  readonly network?: Network
  /** Without: no clock is set. */
  readonly clock?: FalseClock
  readonly dir: string
  readonly blows: readonly Blow[]
  readonly seed: number
  readonly delayMs: number
  readonly flags?: readonly string[]
  /** Of a whole run. */
  readonly withinMs: number
  readonly onBlow?: (blow: string, visits: number) => void
}

export interface FleetOutcome {
  readonly end: Omit<RequestState, 'id'>
  /** SHA-256 of what is stored, sorted, each with those of its renditions. */
  readonly assets: readonly string[]
  readonly sound: boolean
  /**
   * The shortest time in which a site saw `WINDOW` visits begin, against the least it should have taken. Single gaps say
   * little: a site that is held up for a moment sees visits together that were made apart.
   */
  readonly pace: number
  readonly seconds: number
}

const WINDOW = 20
const MINUTE = 60_000
/** Made of every picture, so that process tasks are struck, too. */
const RENDITIONS = [{ name: 'small', width: 120 }, { name: 'square', width: 64, height: 64, fit: 'cover', format: 'webp' }]

const paceOf = (site: Site, delayMs: number): number => {
  const starts = site.log.map(({ startedAt }) => startedAt).sort((a, b) => a - b)
  const spans = starts.slice(WINDOW).map((at, i) => at - (starts[i] as number))
  return Math.min(...spans) / (WINDOW * delayMs)
}

/** Longer than a dispatcher keeps the lead in silence, shorter than a task server is a member in silence. */
const STOPPED_MS = 4_000
/** Longer than that: what it works on is given to others, and what it then brings is void. */
const LOST_MS = 9_000
const CUT_MS = 12_000
const AWAY_MS = 20_000
const FULL_MS = 3_000
/** Seconds ahead of the true time. */
const JUMPS = [3_600, -3_600, 0]

const one = <Item>(items: readonly Item[], random: () => number): Item => items[Math.floor(random() * items.length)] as Item

const strike = async (fleet: TestFleet, options: DisturbOptions, blow: Blow, random: () => number): Promise<string> => {
  const { redis, network, clock } = options
  const revive = async (member: Member): Promise<string> => {
    await member.kill()
    await member.restart()
    return member.name
  }
  switch (blow) {
    case 'child': {
      const node = one(fleet.nodes, random)
      const children = processesOf(node.pid).filter(({ role }) => role !== 'coordinator')
      if (children.length === 0) return `${node.name}: none`
      const { role, pid } = one(children, random)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It had died by itself meanwhile.
      }
      return `${role} of ${node.name}`
    }
    case 'node':
      return revive(one(fleet.nodes, random))
    case 'dispatcher': {
      const { leader } = (await (await fetch(`${fleet.nodes[0]?.url}/v1/nodes`)).json()) as { leader: { name: string } | null }
      return revive(fleet.dispatchers.find(({ name }) => name === leader?.name) ?? one(fleet.dispatchers, random))
    }
    case 'redis':
      await redis.crash()
      return 'redis'
    case 'redis-away':
      await redis.crash(AWAY_MS)
      return `redis away for ${AWAY_MS / 1000} s`
    case 'redis-full':
      await redis.limit(1)
      await pass(FULL_MS)
      await redis.limit(0)
      return `redis full for ${FULL_MS / 1000} s`
    case 'stopped-node':
    case 'lost-node': {
      // A machine that sleeps: it wakes up holding what others have been given meanwhile.
      const node = one(fleet.nodes, random)
      const ms = blow === 'lost-node' ? LOST_MS : STOPPED_MS
      const pids = processesOf(node.pid).map(({ pid }) => pid)
      for (const pid of pids) process.kill(pid, 'SIGSTOP')
      await pass(ms)
      for (const pid of pids) process.kill(pid, 'SIGCONT')
      return `${node.name} stopped for ${ms / 1000} s`
    }
    case 'cut-node':
      await network?.cut()
      await pass(CUT_MS)
      await network?.mend()
      return `${fleet.nodes.at(-1)?.name} cut off from redis for ${CUT_MS / 1000} s`
    case 'clock': {
      const seconds = one(JUMPS, random)
      await clock?.jump(seconds)
      return `clock ${seconds} s ahead`
    }
    default:
      throw new TypeError(`unknown blow ${blow satisfies never}`)
  }
}

const look = async (data: string): Promise<{ assets: string[]; sound: boolean }> => {
  const store = await openStore(data)
  try {
    const assets: string[] = []
    for await (const { sha256, renditions } of store.images()) assets.push([sha256, ...renditions.map((one) => `${one.name} ${one.sha256}`).sort()].join(' '))
    return { assets: assets.sort(), sound: (await store.check({ deep: true })).ok }
  } finally {
    await store.close()
  }
}

/** @param expectedVisits of an undisturbed run, over which the blows are spread */
const runOnce = async (options: DisturbOptions, name: string, blows: readonly Blow[], expectedVisits: number): Promise<FleetOutcome> => {
  const { sites, redis, network, clock, seed, delayMs, withinMs, flags = [] } = options
  const visits = (): number => sites.reduce((sum, { log }) => sum + log.length, 0)
  const dir = join(options.dir, name)
  await mkdir(dir, { recursive: true })
  await redis.clear()
  await clock?.jump(0)
  for (const site of sites) site.clearLog()
  const random = randomOf(`blows ${seed}`)
  const marks = blows.map((blow) => ({ blow, at: Math.floor(random() * expectedVisits) })).sort((a, b) => a.at - b.at)
  const began = Date.now()
  const fleet = await startFleet({ redis: redis.url, dir, nodes: 3, dispatchers: 2, delayMs, ...(network ? { network } : {}), ...(clock ? { clock } : {}), flags: ['--vision', '1', '--processes', '1', '--depth', '20', ...flags] })
  try {
    // A requester that had no answer asks another server, with the same key: it is not served twice.
    const request = { pages: sites.map(({ url }) => url), renditions: RENDITIONS }
    const [{ body, status }, again] = await Promise.all([fleet.post(1, request, 'chaos'), fleet.post(2, request, 'chaos')])
    if (status !== 202 || again.body.id !== body.id) throw new Error(`the request is answered with ${status}: ${JSON.stringify([body, again])}`)
    for (const { blow, at } of marks) {
      while (visits() < at && Date.now() - began < withinMs) await pass(5)
      options.onBlow?.(await strike(fleet, options, blow, random), visits())
    }
    const { id: _, ...end } = await fleet.ended(1, body.id, withinMs - (Date.now() - began))
    const { id: _again, ...endThere } = await fleet.ended(2, body.id, MINUTE)
    if (!isDeepStrictEqual(endThere, end)) throw new Error(`two servers tell of one request: ${JSON.stringify([end, endThere])}`)
    await Promise.all(sites.map((site) => site.quiet()))
    const pace = Math.min(...sites.map((site) => paceOf(site, delayMs)))
    const seconds = (Date.now() - began) / 1000
    await fleet.stop()
    return { end, ...(await look(join(dir, 'node-0'))), pace, seconds }
  } catch (error) {
    // What went wrong first is what there is to tell.
    await fleet.stop().catch(() => undefined)
    throw error
  }
}

export const disturbFleet = async (options: DisturbOptions): Promise<{ readonly calm: FleetOutcome; readonly disturbed: FleetOutcome }> => {
  const calm = await runOnce(options, 'calm', [], 0)
  const visits = options.sites.reduce((sum, { log }) => sum + log.length, 0)
  const disturbed = await runOnce(options, 'disturbed', options.blows, visits)
  return { calm, disturbed }
}
