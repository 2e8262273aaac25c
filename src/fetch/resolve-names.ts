/** Host names to addresses, remembered for a while: the guard asks twice for each connection, the resolver should not. */
import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { LRUCache } from 'lru-cache'

/** All addresses of a host name, A and AAAA; rejects with an errno (`ENOTFOUND`, …). */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>

export const CACHE_SIZE = 10_000

export interface NameOptions {
  /** Default: the system's resolver, which also reads the hosts file. */
  readonly resolve?: Resolve
  /** How long an answer is used again, in milliseconds. Default 60,000; a failure a sixth of it. */
  readonly dnsTtlMs?: number
  /** How long a resolver may take, in milliseconds. Default 20,000. */
  readonly dnsTimeoutMs?: number
  /** Names remembered. Default 10,000. */
  readonly cacheSize?: number
}

const resolveBySystem: Resolve = (name) =>
  new Promise((resolve, reject) => {
    systemLookup(name, { all: true, verbatim: true }, (error, addresses) => {
      if (error) reject(error)
      else resolve(addresses)
    })
  })

/** Never a rejection: a failure is remembered like an answer. */
export interface NameAnswer {
  readonly addresses: readonly LookupAddress[]
  readonly error: NodeJS.ErrnoException | null
}

export interface Names {
  /** An answer that is still fresh. */
  known(name: string): NameAnswer | undefined
  ask(name: string): Promise<NameAnswer>
}

const withTimeout = (answer: Promise<NameAnswer>, name: string, timeoutMs: number): Promise<NameAnswer> => {
  const late = Object.assign(new Error(`no answer for ${name}`), { code: 'ETIMEOUT' })
  let timer: NodeJS.Timeout
  const timeout = new Promise<NameAnswer>((resolve) => {
    timer = setTimeout(() => resolve({ addresses: [], error: late }), timeoutMs).unref()
  })
  return Promise.race([answer, timeout]).finally(() => clearTimeout(timer))
}

/** Each name is asked for once at a time, and again when its answer has grown old. */
export const createNames = (options: NameOptions): Names => {
  const { resolve = resolveBySystem, dnsTtlMs = 60_000, dnsTimeoutMs = 20_000, cacheSize = CACHE_SIZE } = options
  const pending = new Map<string, Promise<NameAnswer>>()
  const known = new LRUCache<string, NameAnswer>({ max: cacheSize, ttl: Math.max(1, dnsTtlMs) })
  return {
    known: (name: string): NameAnswer | undefined => (dnsTtlMs > 0 ? known.get(name) : undefined),
    ask(name: string): Promise<NameAnswer> {
      const under = pending.get(name)
      if (under) return under
      const asked = withTimeout(
        resolve(name).then(
          (addresses) => ({ addresses, error: null }),
          (error: NodeJS.ErrnoException) => ({ addresses: [], error }),
        ),
        name,
        dnsTimeoutMs,
      ).then((answer) => {
        pending.delete(name)
        known.set(name, answer, { ttl: Math.max(1, answer.error ? dnsTtlMs / 6 : dnsTtlMs) })
        return answer
      })
      pending.set(name, asked)
      return asked
    },
  }
}
