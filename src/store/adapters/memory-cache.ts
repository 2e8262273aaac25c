/**
 * The hot cache of one process. Engine: `lru-cache`, bounded in bytes: what was used longest ago
 * makes room. Options: `maxBytes` (default 64 MiB, keys and a little for each entry counted in)
 * and the clock.
 */
import { LRUCache } from 'lru-cache'
import { systemClock, type Clock } from '../../core/clock.ts'
import type { Cache } from '../cache.ts'

export interface MemoryCacheOptions {
  readonly maxBytes?: number
  readonly clock?: Pick<Clock, 'now'>
}

interface Entry {
  readonly value: Uint8Array
  /** The library's own ttl keeps an entry through its last millisecond; ours ends before it. */
  readonly until: number
}

/** The library's book-keeping for an entry, roughly. */
const ENTRY_BYTES = 200

export const createMemoryCache = ({ maxBytes = 64 << 20, clock = systemClock }: MemoryCacheOptions = {}): Cache => {
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: ({ value }, key) => value.byteLength + 2 * key.length + ENTRY_BYTES,
  })
  return {
    async get(key) {
      const entry = entries.get(key)
      if (!entry) return null
      if (clock.now() < entry.until) return entry.value.slice()
      entries.delete(key)
      return null
    },
    async set(key, value, ttlMs) {
      // A value too large to keep must still push out the one it replaces.
      entries.delete(key)
      entries.set(key, { value: value.slice(), until: clock.now() + ttlMs })
    },
    async delete(key) {
      entries.delete(key)
    },
    async close() {
      entries.clear()
    },
  }
}
