import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../core/config.ts'
import type { AssetId, Sha256, TaskId } from '../core/ids.ts'
import type { Look } from '../image/look.ts'
import type { Sight } from '../models/pack.ts'
import type { SameFound, SameSubject } from '../store/same.ts'
import { createSameJudge, judgeLook, judgeSight, judgeStated, judgeWords, marksOf, policySettings, tasksJudgedBy, turnsAwayBySight, veilsOf, verifyFull, type Policy } from './index.ts'

const policy: Policy = resolveConfig(policySettings, [])

/** A grey sketch drawn by a function of position (0 to 1). */
const sketchOf = (level: (x: number, y: number) => number): Uint8Array =>
  Uint8Array.from({ length: 4608 }, (_, at) => (at < 4096 ? level((at % 64) / 64, Math.floor(at / 64) / 64) : 128))
const scene = (x: number, y: number): number => 128 + 50 * Math.sin(x * 19 + 3 * y) + 40 * Math.cos(y * 13 - x * x * 9) + 20 * Math.sin(x * y * 70)
const waves = sketchOf(scene)
const others = sketchOf((x, y) => 128 + 90 * Math.sin(y * 15 + x * 4))

const look = (over: Partial<Look> = {}): Look => ({
  ok: true, sha256: 'a'.repeat(64) as Sha256, pixels: null, format: 'jpeg', width: 800, height: 600, orientation: 1, pages: 1,
  bytes: 1000, pdq: '0'.repeat(64), pdqQuality: 100, sketch: waves, panels: [],
  looks: { blur: 300, brightness: 120, contrast: 50, entropy: 7 }, credits: null, warning: null, ...over,
})

describe('judgeLook', () => {
  it('lets a good picture pass', () => expect(judgeLook(look(), 'full', policy)).toBeNull())

  it.each([
    ['too-small', { width: 100, height: 100 }],
    ['bad-aspect', { width: 728, height: 90 }],
    ['blank', { looks: { blur: 300, brightness: 255, contrast: 1, entropy: 0.2 } }],
    ['blank', { looks: { blur: 300, brightness: 9, contrast: 50, entropy: 7 } }],
    ['blurry', { looks: { blur: 1, brightness: 120, contrast: 50, entropy: 7 } }],
    ['damaged', { warning: 'premature end of JPEG image' }],
  ] as const)('says %s and the numbers', (reason, over) => {
    const objection = judgeLook(look(over), 'full', { ...policy, minBrightness: 20 })
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
  const size = { width: 100, height: 100 }
  const judge = (more: Record<string, unknown>, seen: Sight = sight) => judgeSight(seen, size, resolveConfig(policySettings, [{ from: 'test', values: more }]))
  it('gates by class and confidence', () => {
    expect(judge({})).toBeNull()
    expect(judge({ target: ['Cat'] })).toBeNull()
    expect(judge({ target: ['dog'] })).toMatchObject({ reason: 'no-target', evidence: { best: 0.4 } })
  })

  it('takes a score of its own for each class, and groups', () => {
    expect(judge({ target: 'dog:0.3' })).toBeNull()
    expect(judge({ target: ['cat:0.7'] })?.reason).toBe('no-target')
    expect(judge({ target: ['animal'] })).toBeNull()
    expect(judge({ target: ['animal', 'cat:0.9'] })).toMatchObject({ reason: 'no-target' })
    expect(judge({ target: ['vehicle'] })?.reason).toBe('no-target')
    expect(judge({ target: ['Pets:.4'], groups: 'pets=dog+rabbit' })).toBeNull()
    expect(judge({ target: ['pets'], groups: { pets: ['cat'] } })).toBeNull()
    for (const [key, value] of [['target', 'cat:2'], ['target', 'cat:'], ['dropLabels', ':0.5'], ['groups', 'pets']]) {
      expect(() => judge({ [key as string]: value }), `${key}=${value}`).toThrow(/will not do/)
    }
  })

  it('asks for so much of the picture, and so many', () => {
    expect(judge({ target: ['cat'], minArea: 0.01 })).toBeNull()
    expect(judge({ target: ['cat'], minArea: 0.02 })).toMatchObject({ reason: 'no-target', evidence: { largestArea: 0.01, leastArea: 0.02 } })
    expect(judge({ target: ['cat', 'dog:0.4'], minCount: 2 })).toBeNull()
    expect(judge({ target: ['cat', 'dog'], minCount: 2 })).toMatchObject({ evidence: { count: 1, leastCount: 2 } })
  })

  it('keeps and drops by labels and boxes alike, and says by whose word', () => {
    const labelled = { ...sight, labels: [{ name: 'Tabby', score: 0.8, by: 'c' }] }
    expect(judge({ keepLabels: ['tabby'] }, labelled)).toBeNull()
    expect(judge({ keepLabels: ['tabby:0.9'] }, labelled)).toMatchObject({ reason: 'label-excluded', evidence: { required: ['tabby:0.9'] } })
    expect(judge({ dropLabels: ['tabby'] }, labelled)).toMatchObject({ reason: 'label-excluded', evidence: { excluded: 'Tabby', score: 0.8, by: 'c' } })
    expect(judge({ dropLabels: ['cat:0.7', 'dog'] }, labelled)).toBeNull()
    expect(judge({ dropLabels: ['animal'] }, labelled)?.evidence).toMatchObject({ excluded: 'cat' })
  })

  it('drops, marks and veils faces and unsafe content as the policy says, and only where somebody looked', () => {
    const seen = {
      ...sight, boxes: [...sight.boxes, { ...box, name: 'face', score: 0.9, by: 'y' }, { ...box, name: 'face', score: 0.5, by: 'y' }], textShare: 0.4,
      unsafe: [{ name: 'porn', score: 0.5, by: 'u' }, { name: 'sexy', score: 0.3, by: 'u' }, { name: 'neutral', score: 0.2, by: 'u' }],
    }
    expect(judge({ unsafe: 'drop', faces: 'drop' }, seen)).toMatchObject({ reason: 'unsafe', evidence: { score: 0.8, most: 0.7, classes: { porn: 0.5 } } })
    expect(judge({ unsafe: 'drop', unsafeScore: 0.85 }, seen)).toBeNull()
    expect(judge({ faces: 'drop' }, seen)).toMatchObject({ reason: 'label-excluded', evidence: { excluded: 'face', faces: 1 } })
    expect(judge({ maxText: 0.3 }, seen)).toMatchObject({ reason: 'graphic', evidence: { textShare: 0.4 } })
    expect(judge({ faces: 'drop', unsafe: 'drop', maxText: 0.1 })).toBeNull()
    const marking = { ...policy, faces: 'mark', unsafe: 'blur' } as const
    expect(judgeSight(seen, size, marking)).toBeNull()
    expect(marksOf(seen, marking)).toEqual([{ name: 'face', score: 0.9, by: 'y' }, { name: 'unsafe', score: 0.8, by: 'u' }])
    expect(marksOf(seen, policy)).toEqual([])
    const asset = { ...seen, ...size, labels: [] }
    expect(veilsOf(asset, { ...policy, faces: 'blur' })).toEqual([{ x: 0, y: 0, width: 10, height: 10 }])
    expect(veilsOf(asset, marking)).toEqual([])
    expect(veilsOf({ ...asset, labels: marksOf(seen, marking) }, marking)).toEqual([{ x: 0, y: 0, width: 100, height: 100 }])
  })

  it('asks for the models that it needs, and no others', () => {
    const tasks = (more: Record<string, unknown>) => tasksJudgedBy(resolveConfig(policySettings, [{ from: 'test', values: more }]))
    expect(tasks({})).toEqual([])
    expect(tasks({ target: ['cat'], faces: 'mark', maxText: 0.2, unsafe: 'drop' })).toEqual(['detect', 'faces', 'text', 'unsafe'])
    expect(turnsAwayBySight({ ...policy, faces: 'blur', unsafe: 'mark' })).toBe(false)
    expect(turnsAwayBySight({ ...policy, unsafe: 'drop' })).toBe(true)
  })
})

describe('judgeWords', () => {
  const page = { title: 'Café Zürich — Red  Shoes', alt: null, caption: '红色手机壳 para niños, ｉPhone', category: 'Footwear' }
  const judge = (requireWords: readonly string[], excludeWords: readonly string[] = []) => judgeWords(page, { requireWords, excludeWords })
  it.each(['cafe', 'ZURICH', 'red shoes', 'ninos', 'iphone', '手机', 'footwear'])('finds %s', (word) => {
    expect(judge([word])).toBeNull()
    expect(judge([], [word])).toEqual({ reason: 'text-excluded', evidence: { excluded: word } })
  })
  it.each(['shoe', 'red shoe', 'foot', 'ed', '机手', 'ninos y', ''])('does not find %s', (word) => {
    expect(judge([word])).toMatchObject({ reason: 'text-excluded', evidence: { required: [word] } })
    expect(judge([], [word])).toBeNull()
  })
  it('wants one of those required, and none of those excluded', () => {
    expect(judge(['boots', 'shoes'])).toBeNull()
    expect(judge(['shoes'], ['boots', 'red'])?.evidence).toEqual({ excluded: 'red' })
    // The marks of kana tell letters apart.
    expect(judgeWords({ ...page, title: 'がっこう' }, { requireWords: ['かっ'], excludeWords: [] })?.reason).toBe('text-excluded')
  })
})

describe('verifyFull', () => {
  it('accepts the same picture, larger', () => expect(verifyFull(look({ width: 200, height: 150 }), look(), 200)).toBeNull())
  it('accepts the picture that a square thumbnail was cut from', () => {
    const square = look({ width: 150, height: 150, sketch: sketchOf((x, y) => scene(0.125 + x * 0.75, y)) })
    expect(verifyFull(square, look(), 120)).toBeNull()
  })
  it('accepts the picture that a thumbnail shows on a plain square', () => {
    const square = look({ width: 150, height: 150, sketch: sketchOf((x, y) => (y < 0.125 || y >= 0.875 ? 255 : scene(x, (y - 0.125) / 0.75))) })
    expect(verifyFull(square, look(), 120)).toBeNull()
  })
  it('refuses another picture', () => {
    expect(verifyFull(look({ width: 200, height: 150, sketch: others }), look(), 128)).toMatchObject({
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
    fingerprint: { sha256: 'b'.repeat(64) as Sha256, pixels: null, thumbnail: null, pdq: '0'.repeat(64), pdqQuality: 100, sketch: waves, panels: [] },
    vectors: [], aspect: 4 / 3, width: 400, height: 300, bytes: 1000, ...over,
  })
  const found = (over: Partial<SameFound> = {}): SameFound => ({ exact: null, copies: [], similar: [], ...over })
  const copy = { ...stored, distance: 4, cosine: null, sketch: waves, panels: [] }

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
    expect(judge(subject(), found({ copies: [{ ...copy, sketch: others }] }))).toMatchObject({ kind: 'new', supersedes: [] })
  })
  it('takes a vector at its word no more than a hash', () => {
    const byVector = { ...copy, distance: null, cosine: 0.9 }
    expect(judge(subject(), found({ copies: [byVector] }))).toMatchObject({ kind: 'duplicate', level: 'copy', evidence: [{ of: 'aaaa', cosine: 0.9, form: 'whole' }] })
    expect(judge(subject(), found({ copies: [{ ...byVector, sketch: others }] }))).toMatchObject({ kind: 'new', link: null })
  })
  it('prefers a picture to the same within a border, unless the border holds far more of its pixels', () => {
    const panels = [{ x: 0.1, y: 0.1, width: 0.8, height: 0.8, pdq: '0'.repeat(64), pdqQuality: 100 }]
    const framed = { ...copy, panels, sketch: sketchOf((x, y) => (Math.max(Math.abs(x - 0.5), Math.abs(y - 0.5)) < 0.4 ? scene((x - 0.1) / 0.8, (y - 0.1) / 0.8) : 255)) }
    const plain = subject({ width: 700, height: 525 })
    expect(judge(plain, found({ copies: [framed] }))).toMatchObject({ kind: 'new', supersedes: ['aaaa'], evidence: [{ form: 'frame' }] })
    expect(judge(plain, found({ copies: [{ ...framed, width: 1600, height: 1200 }] }))).toMatchObject({ kind: 'duplicate', of: 'aaaa' })
    const inFrame = subject({ width: 800, height: 600, fingerprint: { ...plain.fingerprint, sketch: framed.sketch, panels } })
    expect(judge(inFrame, found({ copies: [{ ...copy, width: 700, height: 525 }] }))).toMatchObject({ kind: 'duplicate', of: 'aaaa' })
    expect(judge(inFrame, found({ copies: [{ ...copy, width: 400, height: 300 }] }))).toMatchObject({ kind: 'new', supersedes: ['aaaa'] })
  })
  it('prefers a picture to a crop of it, unless the crop is far finer', () => {
    const cropped = { ...copy, sketch: sketchOf((x, y) => scene(0.1 + x * 0.85, 0.05 + y * 0.9)) }
    expect(judge(subject({ width: 800, height: 600 }), found({ copies: [{ ...cropped, width: 1000, height: 750 }] }))).toMatchObject({ kind: 'new', supersedes: ['aaaa'], evidence: [{ form: 'crop' }] })
    expect(judge(subject({ width: 800, height: 600 }), found({ copies: [{ ...cropped, width: 2400, height: 1800 }] }))).toMatchObject({ kind: 'duplicate', of: 'aaaa' })
  })
  it('links a picture that holds a stored one beside another, whatever its size, and drops neither', () => {
    const half = { y: 0, width: 0.5, height: 1, pdq: '0'.repeat(64), pdqQuality: 100 }
    const panels = [{ ...half, x: 0 }, { ...half, x: 0.5 }]
    const both = sketchOf((x, y) => (x < 0.5 ? scene(x * 2, y) : 128 + 90 * Math.sin(y * 15 + x * 8)))
    const collage = subject({ aspect: 8 / 3, width: 1600, height: 600, fingerprint: { ...subject().fingerprint, sketch: both, panels } })
    const expected = { kind: 'new', link: { to: 'aaaa', level: 'copy' }, supersedes: [] }
    expect(judge(collage, found({ copies: [copy] }))).toMatchObject(expected)
    expect(judge(subject(), found({ copies: [{ ...copy, sketch: both, panels, width: 1600, height: 600 }] }))).toMatchObject(expected)
  })
  it('reads the tiles of older stores', () => {
    const tile = new Uint8Array(3072)
    for (let at = 0; at < 1024; at++) tile.fill(scene(((at % 32) + 0.5) / 32, (Math.floor(at / 32) + 0.5) / 32), at * 3, at * 3 + 3)
    expect(judge(subject(), found({ copies: [{ ...copy, sketch: tile }] }))).toMatchObject({ kind: 'duplicate', level: 'copy' })
    expect(judge(subject(), found({ copies: [{ ...copy, sketch: new Uint8Array(0) }] }))).toMatchObject({ kind: 'new' })
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
