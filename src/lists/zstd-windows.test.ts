/** Frames of zstd by hand, and the windows they ask for. */
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { createWindowWatch } from './zstd-windows.ts'
import { unpack } from './unpack.ts'

/** @param repeats blocks of one byte repeated 1,000 times */
const frame = (window: number, repeats: number, checksum = false): Buffer => {
  const block = Buffer.from([0x42, 0x1f, 0, 0x61])
  return Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, checksum ? 4 : 0, window]), ...Array.from({ length: repeats }, () => block), Buffer.from([1, 0, 0]), ...(checksum ? [Buffer.alloc(4)] : []),
  ])
}
const SMALL = frame(0x40, 2)
const SKIPPED = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])

const watch = (bytes: Uint8Array, step = bytes.length): string | null => {
  const windows = createWindowWatch()
  for (let at = 0; at < bytes.length; at += step) {
    const flaw = windows.pass(bytes.subarray(at, at + step))
    if (flaw !== null) return flaw
  }
  return null
}

async function* once(bytes: Buffer) {
  yield bytes
}

describe('a packed list', () => {
  it.each<[string, Buffer]>([
    ['two gigabytes', frame(0xa8, 1)], ['an exabyte, in one segment', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])], ['128 MB', frame(0x88, 1)],
    ['behind another frame', Buffer.concat([SMALL, frame(0xa8, 1)])], ['behind a checksum and what is passed over', Buffer.concat([frame(0x40, 1, true), SKIPPED, frame(0xa8, 1)])],
  ])('that asks for too large a window is not decoded: %s', (_what, bytes) => {
    for (const step of [bytes.length, 1, 7]) expect(watch(bytes, step)).toMatch(/^it asks for a window of [\d,]+ MB, more than 8: unpack it first/)
  })

  it('with windows as they are is', () => {
    for (const bytes of [SMALL, frame(0x68, 3, true), Buffer.concat([SMALL, SKIPPED, SMALL]), Buffer.from('no zstd at all')]) expect(watch(bytes, 1)).toBeNull()
  })

  it('tells it as it tells damage, at once, after all that comes before', async () => {
    const flow = unpack(once(Buffer.concat([SMALL, frame(0xa8, 5000)])), 'zstd')
    const start = process.memoryUsage.rss()
    let bytes = 0
    for (;;) {
      const { done, value } = await flow.next()
      if (done) {
        expect(value).toContain('window')
        break
      }
      bytes += value.length
    }
    expect(bytes).toBeLessThanOrEqual(2000)
    expect(process.memoryUsage.rss() - start).toBeLessThan(200_000_000)
  })

  it('packed by zstd itself at its usual levels is read', (ctx) => {
    const lines = Buffer.from(Array.from({ length: 40_000 }, (_, n) => `http://h.example/${n}.jpg\n`).join(''))
    let packed: Buffer[]
    try {
      packed = ['-1', '-3', '-19'].map((level) => execFileSync('zstd', ['-c', level], { input: lines, maxBuffer: 100_000_000 }))
    } catch {
      console.warn('no zstd program on this machine: what it packs is not tried')
      return ctx.skip()
    }
    for (const bytes of packed) expect(watch(bytes, 1024)).toBeNull()
  })
})
