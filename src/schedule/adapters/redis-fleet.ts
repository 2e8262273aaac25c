/**
 * The fleet's ledger on Redis (by ioredis), beside the general queue. Each step is one Lua script; leases run by the
 * server's clock. A member is a hash field with the time it is one until; whoever looks leaves the stale ones out. Orders:
 * orders, a hash with `all` and `node NAME` where these are paused; drains: name → instance that is to go; origin:REQUEST →
 * name, which expires.
 */
import { randomBytes } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import type { NodeReport } from '../dispatch/idleness.ts'
import type { Dispatcher, FleetLedger, FleetOrders, Leader, StoreHome } from '../fleet-ledger.ts'
import { explainRedis } from './redis-errors.ts'

export interface RedisFleetOptions {
  /** A connection of the caller's, which `close` leaves open. */
  readonly redis: Redis | Cluster
  /** The server's address in words. */
  readonly where: string
  /** Begins every key; with the hash tag of the queue it belongs to. Default `{gannet}:fleet:`. */
  readonly prefix?: string
}

/** Milliseconds by the server's clock. */
const NOW = `
local P = KEYS[1]
local call = redis.call
local time = call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`
const LEADER = `
local led = call('HMGET', P .. 'leader', 'instance', 'until', 'name', 'url', 'fence')
local leads = led[1] and tonumber(led[2]) > now
`

const SCRIPTS = {
  settleHome: `
local P, home = KEYS[1], redis.call('HGETALL', KEYS[1] .. 'home')
local store, node, url = unpack(ARGV)
if #home == 0 or redis.call('HGET', P .. 'home', 'store') == store then
  redis.call('HSET', P .. 'home', 'store', store, 'node', node, 'url', url)
end
return redis.call('HMGET', P .. 'home', 'store', 'node', 'url')
`,
  home: `
return redis.call('HMGET', KEYS[1] .. 'home', 'store', 'node', 'url')
`,
  secret: `
redis.call('SET', KEYS[1] .. 'secret', ARGV[1], 'NX')
return redis.call('GET', KEYS[1] .. 'secret')
`,
  lead: `#!lua flags=allow-oom
${NOW}${LEADER}
local name, instance, url, lease_ms = unpack(ARGV)
if leads and led[1] ~= instance then return {led[3], led[1], led[4], led[5]} end
local fence = leads and led[5] or tostring(call('HINCRBY', P .. 'fences', 'leader', 1))
call('HSET', P .. 'leader', 'name', name, 'instance', instance, 'url', url, 'fence', fence, 'until', string.format('%.0f', now + tonumber(lease_ms)))
return {name, instance, url, fence}
`,
  resign: `
${NOW}${LEADER}
if leads and led[1] == ARGV[1] then call('DEL', P .. 'leader') end
return 1
`,
  leader: `
${NOW}${LEADER}
if not leads then return false end
return {led[3], led[1], led[4], led[5]}
`,
  report: `#!lua flags=allow-oom
${NOW}
local name, instance, ttl, report = unpack(ARGV)
local known = call('HGET', P .. 'nodes', name)
if known then
  local till, other = string.match(known, '^(%d+) (%S+) ')
  if other ~= instance and tonumber(till) > now then return 0 end
end
call('HSET', P .. 'nodes', name, string.format('%.0f %s ', now + tonumber(ttl), instance) .. report)
local to_go = call('HGET', P .. 'drains', name)
if to_go and to_go ~= instance then call('HDEL', P .. 'drains', name) end
return 1
`,
  leave: `
${NOW}
local known = call('HGET', P .. 'nodes', ARGV[1])
if known and string.match(known, '^%d+ (%S+) ') == ARGV[2] then
  call('HDEL', P .. 'nodes', ARGV[1])
  call('HDEL', P .. 'drains', ARGV[1])
end
return 1
`,
  nodes: `#!lua flags=allow-oom
${NOW}
local found, result = call('HGETALL', P .. 'nodes'), {}
for i = 1, #found, 2 do
  local till, report = string.match(found[i + 1], '^(%d+) %S+ (.*)$')
  if tonumber(till) > now then result[#result + 1] = report
  else call('HDEL', P .. 'nodes', found[i]) end
end
return result
`,
  // order, then the node or nothing for all
  order: `#!lua flags=allow-oom
${NOW}
local order, node = ARGV[1], ARGV[2]
local function drain(name, known)
  local till, instance = string.match(known or '', '^(%d+) (%S+) ')
  if not till or tonumber(till) <= now then return 0 end
  call('HSET', P .. 'drains', name, instance)
  return 1
end
if order == 'drain' and node then return drain(node, call('HGET', P .. 'nodes', node)) end
local field = node and 'node ' .. node or 'all'
if order == 'resume' then return call('HDEL', P .. 'orders', field) end
if order == 'drain' then
  local members = call('HGETALL', P .. 'nodes')
  for i = 1, #members, 2 do drain(members[i], members[i + 1]) end
end
return call('HSET', P .. 'orders', field, 1)
`,
  tookRequest: `
return redis.call('SET', KEYS[1] .. 'origin:' .. ARGV[1], ARGV[2], 'NX', 'PX', ARGV[3])
`,
  origins: `
local names = {}
for i = 1, #ARGV do names[i] = redis.call('GET', KEYS[1] .. 'origin:' .. ARGV[i]) end
return names
`,
  orders: `
return {redis.call('HKEYS', KEYS[1] .. 'orders'), redis.call('HGETALL', KEYS[1] .. 'drains')}
`,
} as const

const NODE = 'node '

export const createRedisFleet = ({ redis, where, prefix = '{gannet}:fleet:' }: RedisFleetOptions): FleetLedger => {
  const run = async <Result>(name: keyof typeof SCRIPTS, ...input: readonly (string | number)[]): Promise<Result> => {
    try {
      // The scripts are short: sent whole, they need no memory of what the server has forgotten.
      return (await redis.eval(SCRIPTS[name], 1, prefix, ...input)) as Result
    } catch (error) {
      throw explainRedis(error, where)
    }
  }
  const leaderOf = ([name = '', instance = '', url = '', fence = '']: readonly string[]): Leader =>
    ({ name, instance, url, fence: Number(fence) })

  const homeOf = ([store, node, url]: readonly (string | null)[]): StoreHome | null =>
    store ? { store, node: node ?? '', url: url ?? '' } : null

  return {
    settleHome: async (home) => homeOf(await run('settleHome', home.store, home.node, home.url)) ?? home,
    home: async () => homeOf(await run('home')),
    secret: () => run('secret', randomBytes(32).toString('base64url')),
    async lead({ dispatcher: { name, instance, url }, leaseMs }: { dispatcher: Dispatcher; leaseMs: number }) {
      return leaderOf(await run<string[]>('lead', name, instance, url, leaseMs))
    },
    async resign(instance) {
      await run('resign', instance)
    },
    async leader() {
      const found = await run<string[] | null>('leader')
      return found === null ? null : leaderOf(found)
    },
    report: async (report, ttlMs) =>
      (await run<number>('report', report.name, report.instance, ttlMs, JSON.stringify(report))) === 1,
    async leave(name, instance) {
      await run('leave', name, instance)
    },
    async nodes() {
      const reports = (await run<string[]>('nodes')).map((report) => JSON.parse(report) as NodeReport)
      return reports.sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    order: async (order, node) => (await run<number>('order', order, ...(node === null ? [] : [node]))) === 1,
    async orders() {
      const [paused, drains] = await run<[string[], string[]]>('orders')
      const draining: Record<string, string> = {}
      for (let at = 0; at + 1 < drains.length; at += 2) draining[drains[at] as string] = drains[at + 1] as string
      return {
        allPaused: paused.includes('all'),
        pausedNodes: paused.filter((field) => field.startsWith(NODE)).map((field) => field.slice(NODE.length)).sort((a, b) => (a < b ? -1 : 1)),
        draining,
      } satisfies FleetOrders
    },
    async tookRequest(request, node, ttlMs) {
      await run('tookRequest', request, node, ttlMs)
    },
    origins: (requests) => (requests.length === 0 ? Promise.resolve([]) : run('origins', ...requests)),
    async close() {},
  }
}
