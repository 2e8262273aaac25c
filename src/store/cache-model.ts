/** What a hot cache is when nothing is ever pushed out: the measure of every adapter. */
import type { Clock } from '../core/clock.ts'
import type { Cache } from './cache.ts'

export const createCacheModel = (clock: Pick<Clock, 'now'>): Cache => {
  const entries = new Map<string, { readonly value: Uint8Array; readonly until: number }>()
  return {
    async get(key) {
      const entry = entries.get(key)
      return entry && clock.now() < entry.until ? entry.value.slice() : null
    },
    async set(key, value, ttlMs) {
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
