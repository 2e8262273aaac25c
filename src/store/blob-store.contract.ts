/** What every blob store must do: random commands against the model, and a case for each sentence of the port. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Body } from '../core/body.ts'
import { sha256Of, type Sha256 } from '../core/ids.ts'
import { pages } from '../core/page-of.ts'
import { createBlobStoreModel } from './blob-store-model.ts'
import type { BlobStore } from './blob-store.ts'

export interface BlobStoreSubject {
  readonly durable: boolean
  fresh(): Promise<{ open(): Promise<BlobStore>; remove(): Promise<void> }>
}

const bytesOf = (n: number): Uint8Array => new TextEncoder().encode(`blob ${n} `.repeat(n * n))
const address = (n: number): Sha256 => sha256Of(bytesOf(n))

export const blobStoreContract = (name: string, subject: BlobStoreSubject): void => {
  describe(`blob store: ${name}`, () => {
    let spool: string
    let spooled = 0
    beforeAll(async () => {
      spool = await mkdtemp(join(tmpdir(), 'gannet-spool-'))
    })
    afterAll(() => rm(spool, { recursive: true, force: true }))

    const bodyOf = async (n: number, kind: Body['kind']): Promise<Body> => {
      const bytes = bytesOf(n)
      if (kind === 'inline') return { kind, bytes }
      const path = join(spool, `${++spooled}`)
      await writeFile(path, bytes)
      return { kind, path, size: bytes.byteLength }
    }
    const exists = async (body: Body): Promise<boolean> =>
      body.kind === 'spool' && (await stat(body.path).then(() => true, () => false))
    const using = async (work: (blobs: BlobStore) => Promise<void>): Promise<void> => {
      const place = await subject.fresh()
      const blobs = await place.open()
      try {
        await work(blobs)
      } finally {
        await blobs.close()
        await place.remove()
      }
    }

    const blob = fc.integer({ min: 0, max: 12 })
    const steps = fc.oneof(
      fc.tuple(blob, fc.constantFrom('inline', 'spool')).map(([n, kind]) => async (blobs: BlobStore) => {
        const body = await bodyOf(n, kind)
        return [await blobs.put(address(n), body), await exists(body)]
      }),
      blob.map((n) => async (blobs: BlobStore) => {
        const bytes = await blobs.get(address(n))
        return [bytes && sha256Of(bytes), await blobs.has(address(n))]
      }),
      fc.tuple(blob, fc.nat(900), fc.nat(900)).map(([n, offset, length]) => async (blobs: BlobStore) => {
        const bytes = await blobs.slice(address(n), offset, length)
        return bytes && [bytes.length, sha256Of(bytes)]
      }),
      blob.map((n) => (blobs: BlobStore) => blobs.delete(address(n))),
      fc.tuple(fc.option(blob), fc.integer({ min: 1, max: 4 })).map(([n, limit]) => (blobs: BlobStore) =>
        blobs.list(n === null ? null : address(n), limit),
      ),
    )

    test('answers as the model does, whatever is asked, and after being opened again', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(steps, fc.integer({ min: 0, max: 9 })), { maxLength: 25 }), async (program) => {
          const place = await subject.fresh()
          const model = createBlobStoreModel()
          let blobs = await place.open()
          try {
            for (const [step, reopen] of program) {
              expect(await step(blobs)).toEqual(await step(model))
              if (reopen === 0 && subject.durable) {
                await blobs.close()
                blobs = await place.open()
              }
            }
          } finally {
            await blobs.close()
            await place.remove()
          }
        }),
        { numRuns: 40 },
      )
    })

    test('the same bytes put twice at once are stored once', () =>
      using(async (blobs) => {
        const bodies = await Promise.all(['inline', 'spool', 'inline', 'spool'].map((kind) => bodyOf(5, kind as Body['kind'])))
        const created = await Promise.all(bodies.map((body) => blobs.put(address(5), body)))
        expect(created.filter(Boolean)).toHaveLength(1)
        expect(await Promise.all(bodies.map(exists))).toEqual([false, false, false, false])
        expect(await blobs.list(null, 9)).toEqual({ items: [{ sha256: address(5), bytes: bytesOf(5).byteLength }], next: null })
      }))

    test('an empty blob is a blob', () =>
      using(async (blobs) => {
        expect(await blobs.put(address(0), await bodyOf(0, 'spool'))).toBe(true)
        expect(await blobs.get(address(0))).toHaveLength(0)
      }))

    test('the listing visits every blob once, in order of address, also while blobs come and go', () =>
      using(async (blobs) => {
        for (let n = 0; n < 60; n++) await blobs.put(address(n), await bodyOf(n, 'inline'))
        const expected = Array.from({ length: 60 }, (_, n) => address(n)).sort()
        const seen: string[] = []
        for await (const { sha256 } of pages((after) => blobs.list(after, 7))) {
          seen.push(sha256)
          await blobs.delete(sha256)
        }
        expect(seen).toEqual(expected)
      }))

    test('a blob is never changed by who put it or who got it', () =>
      using(async (blobs) => {
        const bytes = bytesOf(4)
        await blobs.put(address(4), { kind: 'inline', bytes })
        bytes.fill(0)
        const got = await blobs.get(address(4))
        got?.fill(0)
        expect(sha256Of((await blobs.get(address(4))) ?? '')).toBe(address(4))
      }))
  })
}
