/** Host names to addresses, remembered as long as their records allow: the guard asks twice for each connection, the name servers should not be. */
import type { LookupAddress } from 'node:dns'
import { LRUCache } from 'lru-cache'
import { createAskNameServers, type Resolve } from './ask-name-servers.ts'

export type { Resolve }

export const CACHE_SIZE = 10_000

export interface NameOptions {
  /** Default: the name servers, and the system's resolver for what they do not know. */
  readonly resolve?: Resolve
  /** The longest that an answer is used again, in milliseconds; 0 asks every time. Default an hour. */
  readonly dnsTtlMs?: number
  /** How long a resolver may take, in milliseconds. Default 20,000. */
  readonly dnsTimeoutMs?: number
  /** Names remembered. Default 10,000. */
  readonly cacheSize?: number
}

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

const HOUR_MS = 3_600_000
/** Of records that name no time, or came from the system, which does not say. */
const UNSAID_MS = 60_000
/** Records that may not be kept at all are kept for one connection, or a redirect would ask again. */
const LEAST_MS = 5_000
/** RFC 2308 §5 would take it from the SOA record, which is not at hand. */
const FAILED_MS = 10_000
/** More than a balanced host has; the rest would only be weighed against the guard for nothing. */
const MAX_ADDRESSES = 64

const withTimeout = (answer: Promise<Timed>, name: string, timeoutMs: number): Promise<Timed> => {
  const late = Object.assign(new Error(`no answer for ${name}`), { code: 'ETIMEOUT' })
  let timer: NodeJS.Timeout
  const timeout = new Promise<Timed>((resolve) => {
    timer = setTimeout(() => resolve({ addresses: [], error: late, ttlMs: FAILED_MS }), timeoutMs).unref()
  })
  return Promise.race([answer, timeout]).finally(() => clearTimeout(timer))
}

interface Timed extends NameAnswer {
  readonly ttlMs: number
}

/** Each name is asked for once at a time, and again when its answer has grown old. */
export const createNames = (options: NameOptions): Names => {
  const { resolve = createAskNameServers(), dnsTtlMs = HOUR_MS, dnsTimeoutMs = 20_000, cacheSize = CACHE_SIZE } = options
  const pending = new Map<string, Promise<NameAnswer>>()
  const known = new LRUCache<string, NameAnswer>({ max: cacheSize, ttl: HOUR_MS })

  const askNow = (name: string): Promise<Timed> =>
    resolve(name).then(
      (found) => ({
        addresses: found.slice(0, MAX_ADDRESSES).map(({ address, family }) => ({ address, family })),
        error: null,
        ttlMs: Math.max(LEAST_MS, Math.min(...found.map(({ ttlMs = UNSAID_MS }) => ttlMs), 24 * HOUR_MS)),
      }),
      (error: NodeJS.ErrnoException) => ({ addresses: [], error, ttlMs: FAILED_MS }),
    )

  return {
    known: (name) => (dnsTtlMs > 0 ? known.get(name) : undefined),
    ask(name) {
      const under = pending.get(name)
      if (under) return under
      const asked = withTimeout(askNow(name), name, dnsTimeoutMs).then(({ addresses, error, ttlMs }) => {
        const answer = { addresses, error }
        pending.delete(name)
        if (dnsTtlMs > 0) known.set(name, answer, { ttl: Math.max(1, Math.min(ttlMs, dnsTtlMs)) })
        return answer
      })
      pending.set(name, asked)
      return asked
    },
  }
}
