/**
 * Connections, kept alive per origin and bounded in number. Every socket is opened through the
 * guard: a literal address is judged here (net.connect asks no lookup for one), a name in the
 * lookup whose answer is dialled.
 */
import { LRUCache } from 'lru-cache'
import { buildConnector, Pool } from 'undici'
import { BlockedAddressError, portOf, type Guard } from './guard.ts'
import type { FetchOptions } from './fetch-options.ts'

export interface OriginPools {
  of(url: URL): Pool
  /** True when the socket on which `error` arose had carried an answer before. */
  wasReused(error: unknown): boolean
  /** Ends every connection at once. */
  destroy(): Promise<void>
}

export const createOriginPools = (options: FetchOptions, guard: Guard): OriginPools => {
  const closing = new Set<Pool>()
  const onReused = new WeakSet<object>()
  const pools = new LRUCache<string, Pool>({
    max: options.maxOrigins,
    // Requests under way are finished first.
    dispose: (pool) => {
      closing.add(pool)
      void pool.close().finally(() => closing.delete(pool))
    },
  })

  const connector = (port: number): buildConnector.connector => {
    const connect = buildConnector({
      timeout: options.connectTimeoutMs,
      maxCachedSessions: 4,
      lookup: guard.lookup(port),
    })
    return (target, callback) => {
      const refused = guard.checkLiteral(target.hostname, port)
      if (refused && !refused.allowed) return callback(new BlockedAddressError(refused.detail), null)
      connect(target, (error, socket) => {
        if (error) return callback(error, null)
        socket.on('error', (broken: Error) => {
          if (socket.bytesRead > 0) onReused.add(broken)
        })
        callback(null, socket)
      })
    }
  }

  return {
    of(url) {
      let pool = pools.get(url.origin)
      if (!pool) {
        pool = new Pool(url.origin, {
          connections: options.connections,
          pipelining: 1,
          keepAliveTimeout: options.keepAliveMs,
          keepAliveMaxTimeout: options.keepAliveMs,
          headersTimeout: options.headersTimeoutMs,
          bodyTimeout: options.idleTimeoutMs,
          maxHeaderSize: 32 * 1024,
          connect: connector(portOf(url)),
        })
        pools.set(url.origin, pool)
      }
      return pool
    },
    wasReused: (error) => {
      if (typeof error !== 'object' || error === null) return false
      const { socket } = error as { readonly socket?: { readonly bytesRead?: number } }
      return onReused.has(error) || (socket?.bytesRead ?? 0) > 0
    },
    async destroy() {
      await Promise.all([...pools.values(), ...closing].map((pool) => pool.destroy()))
    },
  }
}
