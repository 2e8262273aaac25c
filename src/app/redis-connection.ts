/** A connection to a Redis, or to a cluster of them, with words for each way in which there is none. */
import { connect as connectTcp, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { GannetError } from '../core/errors.ts'
import { explainRedis, noRedis } from '../schedule/adapters/redis-errors.ts'

const CONNECT_MS = 5_000
/** Longest wait for an answer, reconnecting counted in. */
const ANSWER_MS = 10_000
/** A call that meets a lost connection waits for the next one so often before it fails and its caller is told. */
const RETRIES_A_CALL = 2

const FIRST_WORDS_MS = 1_000
/** A Redis begins its answer with what kind of answer it is. */
const REDIS_WORDS = /^[+-]/

const PROTOCOLS = ['redis:', 'rediss:']

export interface RedisConnection {
  readonly redis: Redis | Cluster
  readonly where: string
}

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

/**
 * What a server says to a single word, over a connection of its own. One that is no Redis answers the client's first
 * command and hangs up, and the client, which has written on by then, hears of the hanging up alone.
 */
const firstWordsOf = async (url: URL): Promise<string> => {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port || 6379)
  const socket = url.protocol === 'rediss:' ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) }) : connectTcp({ host, port })
  socket.setTimeout(FIRST_WORDS_MS, () => socket.destroy(new Error('silent')))
  socket.write('PING\r\n')
  try {
    for await (const bytes of socket) return (bytes as Buffer).toString('latin1')
    return ''
  } catch {
    return ''
  }
}

/** To a server, or, where that is one of a cluster, to the whole of it. @throws usage, engine-unreachable, engine-unfit */
export const connectRedis = async (url: string): Promise<RedisConnection> => {
  try {
    return await connectOnce(url)
  } catch (error) {
    if (!GannetError.is(error, 'engine-unreachable')) throw error
    const words = await firstWordsOf(new URL(url))
    throw words === '' || REDIS_WORDS.test(words) ? error : noRedis(new URL(url).host)
  }
}
