/** Connections, kept alive per origin and bounded in number; what is let go finishes its requests first. */
import { LRUCache } from 'lru-cache'
import { Pool } from 'undici'
import type { FetchOptions } from './fetch-options.ts'
import type { Dialled, Route } from './route.ts'

export interface OriginPools {
  of(url: URL): Pool
  /** The latest connection to an origin that is still remembered. */
  lately(url: URL): Dialled | null
  /** True when the socket on which `error` arose had carried an answer before. */
  wasReused(error: unknown): boolean
  /** Ends every connection at once. */
  destroy(): Promise<void>
}

interface Entry {
  readonly pool: Pool
  dialled: Dialled | null
}

export const createOriginPools = (options: FetchOptions, route: Route): OriginPools => {
  const closing = new Set<Pool>()
  const onReused = new WeakSet<object>()
  const entries = new LRUCache<string, Entry>({
    max: options.maxOrigins,
    dispose: ({ pool }) => {
      closing.add(pool)
      void pool.close().finally(() => closing.delete(pool))
    },
  })

  const open = (url: URL): Entry => {
    const connect = route.connector(url, (dialled) => {
      entry.dialled = dialled
    })
    const pool = new Pool(url.origin, {
      connections: options.connections,
      // One request at a time on a connection, over HTTP/2 too: what a broken connection takes
      // with it is one visit, and none is sent again without leave.
      pipelining: 1,
      allowH2: options.http2,
      keepAliveTimeout: options.keepAliveMs,
      keepAliveMaxTimeout: options.keepAliveMs,
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.idleTimeoutMs,
      maxHeaderSize: 32 * 1024,
      connect: (target, callback) =>
        connect(target, (...[error, socket]) => {
          if (error) return callback(error, null)
          socket.on('error', (broken: Error) => {
            if (socket.bytesRead > 0) onReused.add(broken)
          })
          callback(null, socket)
        }),
    })
    const entry: Entry = { pool, dialled: null }
    return entry
  }

  return {
    of(url) {
      const key = route.key(url)
      let entry = entries.get(key)
      if (!entry) {
        entry = open(url)
        entries.set(key, entry)
      }
      return entry.pool
    },
    lately: (url) => entries.peek(route.key(url))?.dialled ?? null,
    wasReused: (error) => {
      if (typeof error !== 'object' || error === null) return false
      const { socket } = error as { readonly socket?: { readonly bytesRead?: number } }
      return onReused.has(error) || (socket?.bytesRead ?? 0) > 0
    },
    async destroy() {
      await Promise.all([...[...entries.values()].map(({ pool }) => pool), ...closing].map((pool) => pool.destroy()))
    },
  }
}
