import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../core/config.ts'
import type { AssetId, Sha256, TaskId } from '../core/ids.ts'
import type { Look } from '../image/look.ts'
import type { SameFound, SameSubject } from '../store/same.ts'
import { createSameJudge, judgeLook, judgeSight, judgeStated, policySettings, verifyFull, type Policy } from './index.ts'
import { cropTile, tileAgreement, TILE_SIDE } from './tile-agreement.ts'

const policy: Policy = resolveConfig(policySettings, [])

/** A tile drawn by a function of position (0 to 1), grey unless it says otherwise. */
const tileOf = (level: (x: number, y: number) => number | readonly [number, number, number]): Uint8Array => {
  const tile = new Uint8Array(TILE_SIDE * TILE_SIDE * 3)
  for (let at = 0; at < TILE_SIDE * TILE_SIDE; at++) {
    const drawn = level((at % TILE_SIDE) / TILE_SIDE, Math.floor(at / TILE_SIDE) / TILE_SIDE)
    tile.set(typeof drawn === 'number' ? [drawn, drawn, drawn] : drawn, at * 3)
  }
  return tile
}
const waves = tileOf((x, y) => 128 + 60 * Math.sin(x * 9) + 50 * Math.cos(y * 7))
const others = tileOf((x, y) => 128 + 90 * Math.sin(y * 15 + x * 4))

const look = (over: Partial<Look> = {}): Look => ({
  ok: true, sha256: 'a'.repeat(64) as Sha256, pixels: null, format: 'jpeg', width: 800, height: 600, orientation: 1, pages: 1,
  bytes: 1000, pdq: '0'.repeat(64), pdqQuality: 100, tile: waves,
  looks: { blur: 300, brightness: 120, contrast: 50, entropy: 7 }, credits: null, warning: null, ...over,
})

describe('judgeLook', () => {
  it('lets a good picture pass', () => expect(judgeLook(look(), 'full', policy)).toBeNull())

  it.each([
    ['too-small', { width: 100, height: 100 }],
    ['bad-aspect', { width: 728, height: 90 }],
    ['blank', { looks: { blur: 300, brightness: 255, contrast: 1, entropy: 0.2 } }],
    ['blurry', { looks: { blur: 1, brightness: 120, contrast: 50, entropy: 7 } }],
    ['damaged', { warning: 'premature end of JPEG image' }],
  ] as const)('says %s and the numbers', (reason, over) => {
    const objection = judgeLook(look(over), 'full', policy)
    expect(objection?.reason).toBe(reason)
    expect(Object.keys(objection?.evidence ?? {})).not.toEqual([])
  })

  it("holds to an owner's reservation inside the file, unless told not to", () => {
    const credits = {
      creator: 'Ann', credit: null, rights: null, licence: null, title: null, caption: null, takenAt: null, source: null, reserved: 'DMI-PROHIBITED',
    }
    const marked = look({ credits })
    expect(judgeLook(marked, 'full', policy)).toEqual({ reason: 'opt-out', evidence: { reserved: 'DMI-PROHIBITED' } })
    expect(judgeLook(marked, 'full', { ...policy, optOut: false })).toBeNull()
    expect(judgeLook(look({ credits: { ...credits, reserved: null } }), 'full', policy)).toBeNull()
  })

  it('asks less of a thumbnail that has more behind it', () => {
    expect(judgeLook(look({ width: 120, height: 120 }), 'thumbnail', policy)).toBeNull()
    expect(judgeLook(look({ width: 32, height: 32 }), 'thumbnail', policy)?.reason).toBe('too-small')
  })

  it('believes a page that states a small size, and only then', () => {
    expect(judgeStated({ width: 40, height: 40 }, policy)?.reason).toBe('too-small')
    expect(judgeStated({ width: null, height: 40 }, policy)).toBeNull()
  })
})

describe('judgeSight', () => {
  const box = { x: 0, y: 0, width: 10, height: 10, by: 'd' }
  const sight = { boxes: [{ ...box, name: 'cat', score: 0.6 }, { ...box, name: 'dog', score: 0.4 }], labels: [], vectors: [] }
  it('gates by class and confidence', () => {
    expect(judgeSight(sight, { target: [], confidence: 0.5 })).toBeNull()
    expect(judgeSight(sight, { target: ['Cat'], confidence: 0.5 })).toBeNull()
    expect(judgeSight(sight, { target: ['dog'], confidence: 0.5 })).toMatchObject({ reason: 'no-target', evidence: { best: 0.4 } })
  })
})

describe('tiles', () => {
  it('agree with themselves, brighter too, and not with others', () => {
    expect(tileAgreement(waves, waves)).toEqual({ correlation: expect.closeTo(1), difference: 0 })
    const brighter = waves.map((level) => Math.min(255, level + 10))
    expect(tileAgreement(waves, brighter).difference).toBeLessThan(1)
    expect(tileAgreement(waves, others).correlation).toBeLessThan(0.5)
  })

  it('tell a recoloured picture by its difference', () => {
    const red = tileOf((x, y) => [200 + 50 * Math.sin(x * 9), 60 + 40 * Math.cos(y * 7), 60])
    const blue = tileOf((x, y) => [60, 60 + 40 * Math.cos(y * 7), 200 + 50 * Math.sin(x * 9)])
    expect(tileAgreement(red, blue).difference).toBeGreaterThan(24)
  })

  it('crop as a thumbnailer does', () => {
    const right = tileOf((x) => 255 * x)
    const half = cropTile(right, { x: 0.5, y: 0, width: 0.5, height: 1 })
    expect(half[0]).toBeGreaterThan(120)
    expect(half[0]).toBeLessThan(136)
  })
})

describe('verifyFull', () => {
  it('accepts the same picture, larger', () => expect(verifyFull(look({ width: 200, height: 150 }), look(), 200)).toBeNull())
  it('accepts the picture that a square thumbnail was cut from', () => {
    const square = look({ width: 150, height: 150, tile: cropTile(waves, { x: 0.125, y: 0, width: 0.75, height: 1 }) })
    expect(verifyFull(square, look(), 120)).toBeNull()
  })
  it('refuses another picture', () => {
    expect(verifyFull(look({ width: 200, height: 150, tile: others }), look(), 128)).toMatchObject({
      reason: 'full-mismatch', evidence: { why: 'another picture' },
    })
  })
  it('refuses one that is smaller than its thumbnail', () => {
    expect(verifyFull(look(), look({ width: 80, height: 60 }), 0)).toMatchObject({ evidence: { why: 'smaller than its thumbnail' } })
  })
})

describe('the judge of sameness', () => {
  const judge = createSameJudge(policy)
  const stored = { id: 'aaaa' as AssetId, url: 'http://a/1', width: 800, height: 600, bytes: 5000, duplicateOf: null }
  const subject = (over: Partial<SameSubject> = {}): SameSubject => ({
    task: 't' as TaskId, url: 'http://a/2',
    fingerprint: { sha256: 'b'.repeat(64) as Sha256, pixels: null, thumbnail: null, pdq: '0'.repeat(64), pdqQuality: 100, tile: waves },
    vectors: [], width: 400, height: 300, bytes: 1000, ...over,
  })
  const found = (over: Partial<SameFound> = {}): SameFound => ({ exact: null, copies: [], similar: [], ...over })
  const copy = { ...stored, distance: 4, pdqQuality: 100, tile: waves }

  it('skips what is stored byte for byte', () => {
    expect(judge(subject(), found({ exact: stored }))).toMatchObject({ kind: 'duplicate', of: 'aaaa', level: 'exact' })
  })
  it('does not take a picture for its own duplicate', () => {
    expect(judge(subject({ url: stored.url }), found({ exact: stored, copies: [copy] }))).toMatchObject({ kind: 'new', link: null, supersedes: [] })
  })
  it('keeps the better of two copies, whichever came first', () => {
    expect(judge(subject(), found({ copies: [copy] }))).toMatchObject({ kind: 'duplicate', level: 'copy' })
    expect(judge(subject({ width: 1600, height: 1200 }), found({ copies: [copy] }))).toMatchObject({ kind: 'new', supersedes: ['aaaa'] })
  })
  it('asks for the full picture where the page does not tell its size', () => {
    expect(judge(subject({ width: null, height: null }), found({ copies: [copy] }))).toMatchObject({ kind: 'new', supersedes: [] })
  })
  it('takes no copy on the word of the hash alone', () => {
    expect(judge(subject(), found({ copies: [{ ...copy, tile: others }] }))).toMatchObject({ kind: 'new', supersedes: [] })
  })
  it('links what is similar to a representative, never to a member', () => {
    const member = { ...stored, id: 'bbbb' as AssetId, duplicateOf: 'aaaa' as AssetId, score: 0.99, space: 's' }
    expect(judge(subject(), found({ similar: [member] }))).toMatchObject({ kind: 'new', link: null })
    expect(judge(subject(), found({ similar: [member, { ...stored, score: 0.93, space: 's' }] }))).toMatchObject({
      kind: 'new', link: { to: 'aaaa', level: 'similar' },
    })
  })
  it('follows another policy', () => {
    const strict = createSameJudge({ onExact: 'link', onCopy: 'skip', onSimilar: 'skip' })
    expect(strict(subject(), found({ exact: stored }))).toMatchObject({ kind: 'new', link: { level: 'exact' } })
    expect(strict(subject({ width: 9000, height: 9000 }), found({ copies: [copy] }))).toMatchObject({ kind: 'duplicate' })
    expect(strict(subject(), found({ similar: [{ ...stored, score: 0.93, space: 's' }] }))).toMatchObject({ kind: 'duplicate', level: 'similar' })
  })
})
