/** The contract of the cache, on the model and in memory; and the bound of the latter. */
import { describe, expect, test } from 'vitest'
import { createMemoryCache } from './adapters/memory-cache.ts'
import { createCacheModel } from './cache-model.ts'
import { cacheContract } from './cache.contract.ts'

cacheContract('model', { open: async (clock) => createCacheModel(clock) })
cacheContract('memory', { open: async (clock) => createMemoryCache({ clock }) })

describe('memory', () => {
  test('what was used longest ago makes room', async () => {
    const cache = createMemoryCache({ maxBytes: 3 * 1300 })
    for (const key of ['a', 'b', 'c']) await cache.set(key, new Uint8Array(1000), 60_000)
    await cache.get('a')
    await cache.set('d', new Uint8Array(1000), 60_000)
    const there = await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await cache.get(key)) !== null))
    expect(there).toEqual([true, false, true, true])
  })

  test('a value too large to keep still ends the one before it', async () => {
    const cache = createMemoryCache({ maxBytes: 2000 })
    await cache.set('a', Uint8Array.of(1), 60_000)
    await cache.set('a', new Uint8Array(5000), 60_000)
    expect(await cache.get('a')).toBeNull()
  })
})
