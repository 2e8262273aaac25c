/** The PDQ neighbours, against counting the bits one by one. */
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprintOf, idOf } from './asset.contract.ts'
import type { Change } from './catalogue.ts'
import { createFingerprints } from './fingerprints.ts'

const pdqOf = (seed: number | string) => createHash('sha256').update(`${seed}`).digest('hex')
const flipped = (pdq: string, bits: readonly number[]): string =>
  [...new Set(bits)]
    .reduce((value, bit) => value ^ (1n << BigInt(bit)), BigInt(`0x${pdq}`))
    .toString(16)
    .padStart(64, '0')
const slowly = (a: string, b: string): number =>
  (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length

/** The hash of the mirrored picture: every other bit, as mirroredWords says. */
const mirroredHash = (pdq: string): string => (BigInt(`0x${pdq}`) ^ BigInt(`0x${'5'.repeat(64)}`)).toString(16).padStart(64, '0')
const asked = (pdq: string, panels: readonly string[] = []) => ({ pdq, pdqQuality: 100, panels: panels.map(panelOf) })
const panelOf = (pdq: string) => ({ x: 0, y: 0, width: 0.5, height: 1, pdq, pdqQuality: 100 })

const put = (sequence: number, seed: number, pdq: string, pdqQuality = 100): Change => ({
  kind: 'put', sequence, id: idOf(seed), fingerprint: fingerprintOf(seed, { pdq, pdqQuality }), vectors: [], duplicateOf: null,
})

describe('fingerprints', () => {
  const bits = fc.array(fc.nat(255), { maxLength: 40 })
  const steps = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ seed: fc.nat(20), base: fc.nat(2), bits, quality: fc.constantFrom(100, 50, 49) }) },
      fc.record({ drop: fc.nat(20) }),
    ),
    { maxLength: 60 },
  )

  test('finds what counting bit by bit finds, nearest first, as assets come and go', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(2), bits, fc.integer({ min: 0, max: 64 }), async (program, base, off, distance) => {
        const fingerprints = createFingerprints()
        const held = new Map<string, string>()
        let sequence = 0
        for (const step of program) {
          if ('drop' in step) {
            await fingerprints.apply([{ kind: 'drop', sequence: ++sequence, id: idOf(step.drop) }])
            held.delete(idOf(step.drop))
            continue
          }
          const pdq = flipped(pdqOf(step.base), step.bits)
          await fingerprints.apply([put(++sequence, step.seed, pdq, step.quality)])
          held.delete(idOf(step.seed))
          if (step.quality >= 50) held.set(idOf(step.seed), pdq)
        }
        const query = flipped(pdqOf(base), off)
        const expected = [...held]
          .map(([id, pdq]) => ({ id, distance: slowly(pdq, query) }))
          .filter((near) => near.distance <= distance)
          .sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1))
        expect(fingerprints.near(asked(query), distance)).toEqual(expected)
        expect(fingerprints.near(asked(query), distance, 2)).toEqual(expected.slice(0, 2))
        expect(await fingerprints.position()).toBe(sequence)
      }),
      { numRuns: 150 },
    )
  })

  test('goes on past one block of rows', async () => {
    const fingerprints = createFingerprints()
    const count = 70_000
    await fingerprints.apply(Array.from({ length: count }, (_, n) => put(n + 1, n, pdqOf(n))))
    expect(fingerprints.size).toBe(count)
    const query = flipped(pdqOf(69_999), [1, 99, 255])
    expect(fingerprints.near(asked(query), 31)).toEqual([{ id: idOf(69_999), distance: 3 }])
    await fingerprints.apply([{ kind: 'drop', sequence: count + 1, id: idOf(5) }])
    expect(fingerprints.near(asked(query), 31)).toEqual([{ id: idOf(69_999), distance: 3 }])
    expect(fingerprints.near(asked(pdqOf(5)), 31)).toEqual([])
  })

  test('a mirror and the pictures in a picture are found, each asset once by its nearest', async () => {
    const fingerprints = createFingerprints()
    const collage: Change = {
      kind: 'put', sequence: 1, id: idOf(1), vectors: [], duplicateOf: null,
      fingerprint: fingerprintOf(1, { pdq: pdqOf(1), panels: [panelOf(pdqOf(2)), panelOf(flipped(pdqOf(3), [7])), { ...panelOf(pdqOf(4)), pdqQuality: 49 }] }),
    }
    await fingerprints.apply([collage, put(2, 2, pdqOf(5))])
    expect(fingerprints.size).toBe(2)
    expect(fingerprints.near(asked(mirroredHash(pdqOf(5))), 31)).toEqual([{ id: idOf(2), distance: 0 }])
    expect(fingerprints.near(asked(pdqOf(3)), 31)).toEqual([{ id: idOf(1), distance: 1 }])
    expect(fingerprints.near(asked(pdqOf(9), [flipped(pdqOf(2), [1, 2]), pdqOf(3)]), 31)).toEqual([{ id: idOf(1), distance: 1 }])
    expect(fingerprints.near(asked(pdqOf(4)), 31)).toEqual([])
    await fingerprints.apply([{ kind: 'drop', sequence: 3, id: idOf(1) }, put(4, 3, pdqOf(6))])
    expect(fingerprints.near(asked(pdqOf(2), [pdqOf(3)]), 31)).toEqual([])
    expect([5, 6].map((seed) => fingerprints.near(asked(pdqOf(seed)), 31).map(({ id }) => id))).toEqual([[idOf(2)], [idOf(3)]])
  })

  test('what is no PDQ hash is a mistake of the caller', () => {
    expect(() => createFingerprints().near(asked('abc'), 31)).toThrow(/64 hexadecimal digits/)
  })
})
