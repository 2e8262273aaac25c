/** What every cache must do: a value as last set or nothing, never past its time. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCacheModel } from './cache-model.ts'
import type { Cache } from './cache.ts'

export interface CacheSubject {
  /** Room for everything that is set here: what this contract compares is time, not space. */
  open(clock: { now(): number }): Promise<Cache>
}

const key = fc.constantFrom('a', 'b', 'https://example.org/robots.txt')
const steps = fc.oneof(
  key.map((k) => ({ wait: 0, run: (cache: Cache) => cache.get(k) })),
  fc.tuple(key, fc.uint8Array({ maxLength: 8 }), fc.integer({ min: -1, max: 40 })).map(([k, value, ttlMs]) => ({
    wait: 0,
    run: (cache: Cache) => cache.set(k, value, ttlMs),
  })),
  key.map((k) => ({ wait: 0, run: (cache: Cache) => cache.delete(k) })),
  fc.integer({ min: 0, max: 20 }).map((wait) => ({ wait, run: async () => null })),
)

export const cacheContract = (name: string, subject: CacheSubject): void => {
  describe(`cache: ${name}`, () => {
    test('answers as the model does, whatever is asked', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { maxLength: 40 }), async (program) => {
          let now = 0
          const clock = { now: () => now }
          const model = createCacheModel(clock)
          const cache = await subject.open(clock)
          try {
            for (const { wait, run } of program) {
              now += wait
              expect(await run(cache)).toEqual(await run(model))
            }
          } finally {
            await cache.close()
          }
        }),
        { numRuns: 100 },
      )
    })

    test('a value cannot be changed from outside', async () => {
      const cache = await subject.open({ now: () => 0 })
      const value = Uint8Array.of(1, 2, 3)
      await cache.set('a', value, 1000)
      value.fill(0)
      const got = await cache.get('a')
      got?.fill(0)
      expect(await cache.get('a')).toEqual(Uint8Array.of(1, 2, 3))
      await cache.close()
    })
  })
}
