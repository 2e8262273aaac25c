import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../core/config.ts'
import type { Json } from '../core/json.ts'
import { policySettings, rejudge } from './index.ts'

const policyOf = (more: Record<string, unknown> = {}) => resolveConfig(policySettings, [{ from: 'test', values: more }])
const candidate = { title: 'A red cat', alt: null, caption: null, category: null, width: null }
const seen = (more: Record<string, Json> = {}): Record<string, Json> =>
  ({ format: 'jpeg', width: 400, height: 300, warning: null, looks: { blur: 300, brightness: 120, contrast: 50, entropy: 7 }, sha256: 'x', ...more })
const cat = { name: 'cat', score: 0.6, x: 0, y: 0, width: 100, height: 100, by: 'd' }
const sighted = (more: Record<string, Json> = {}): Record<string, Json> => seen({ boxes: [cat], labels: [], models: { detect: 'd' }, ...more })
const kept = (full: Json): Parameters<typeof rejudge>[0] => ({ outcome: 'kept', reason: null, evidence: { candidate, full } })
const rejected = (reason: 'no-target' | 'too-small' | 'graphic' | 'full-mismatch' | 'text-excluded', evidence: Record<string, Json>) =>
  ({ outcome: 'rejected', reason, evidence: { candidate, ...evidence } }) as const

describe('a verdict given again', () => {
  it('stays where nothing that matters has changed', () => {
    expect(rejudge(kept(seen()), policyOf())).toEqual({ kind: 'same' })
    expect(rejudge(kept(sighted()), policyOf({ target: ['cat'] }))).toEqual({ kind: 'same' })
    expect(rejudge(rejected('no-target', { full: sighted() }), policyOf({ target: ['dog'] }))).toEqual({ kind: 'same' })
  })

  it('turns away what the new policy speaks against, by words, looks and sight', () => {
    for (const [more, reason] of [
      [{ excludeWords: ['red cat'] }, 'text-excluded'], [{ minSide: 301 }, 'too-small'], [{ target: ['cat:0.7'] }, 'no-target'],
      [{ dropLabels: ['animal'] }, 'label-excluded'], [{ maxBrightness: 100 }, 'blank'],
    ] as const) {
      expect(rejudge(kept(sighted()), policyOf(more)), reason).toMatchObject({ kind: 'reject', objection: { reason } })
    }
    // A thumbnail that a crawl would have stopped at.
    const small = { outcome: 'kept', reason: null, evidence: { candidate, thumbnail: seen({ width: 90, height: 70 }), full: seen() } } as const
    expect(rejudge(small, policyOf({ minThumbnailSide: 80 }))).toMatchObject({ kind: 'reject' })
  })

  it('would keep what nothing speaks against any more', () => {
    expect(rejudge(rejected('no-target', { thumbnail: sighted() }), policyOf({ target: ['cat'] }))).toEqual({ kind: 'keep', was: 'no-target' })
    expect(rejudge(rejected('too-small', { full: seen({ width: 100, height: 100 }) }), policyOf({ minSide: 90 }))).toEqual({ kind: 'keep', was: 'too-small' })
    expect(rejudge(rejected('text-excluded', {}), policyOf())).toEqual({ kind: 'keep', was: 'text-excluded' })
    // Another policy's objection, that would still hold.
    expect(rejudge(rejected('no-target', { full: sighted({ width: 100, height: 100 }) }), policyOf())).toEqual({ kind: 'same' })
  })

  it('guesses nothing that was not measured', () => {
    expect(rejudge(kept(seen()), policyOf({ target: ['cat'] }))).toEqual({ kind: 'unknown', lacks: 'detect' })
    expect(rejudge(kept(sighted()), policyOf({ faces: 'drop' }))).toEqual({ kind: 'unknown', lacks: 'faces' })
    expect(rejudge(kept(sighted({ models: { detect: 'd', faces: 'y' } })), policyOf({ faces: 'drop' }))).toEqual({ kind: 'same' })
    expect(rejudge(kept(seen()), policyOf({ kinds: ['photograph'] }))).toEqual({ kind: 'unknown', lacks: 'kinds' })
    expect(rejudge({ outcome: 'kept', reason: null, evidence: null }, policyOf())).toEqual({ kind: 'unknown', lacks: 'evidence' })
    expect(rejudge(rejected('no-target', { full: seen() }), policyOf())).toEqual({ kind: 'unknown', lacks: 'evidence' })
    expect(rejudge(rejected('graphic', { full: seen(), because: { kind: 'icon' } }), policyOf())).toEqual({ kind: 'unknown', lacks: 'kinds' })
    // Of rows that did not yet say which packs looked, a box says so.
    const { models: _, ...old } = sighted()
    expect(rejudge(kept(old), policyOf({ target: ['dog'] }))).toMatchObject({ kind: 'reject' })
    expect(rejudge(kept({ ...old, boxes: [] }), policyOf({ target: ['dog'] }))).toEqual({ kind: 'unknown', lacks: 'detect' })
    expect(rejudge(kept({ ...old, labels: [{ name: 'tabby', score: 0.9, by: 'c' }] }), policyOf({ keepLabels: ['tabby'] }))).toEqual({ kind: 'same' })
  })

  it('turns away by kinds as they were told, and asks more of a thumbnail that was told by its surface alone', () => {
    const kinds = (photograph: number, by: 'surface' | 'surface and vector'): Json =>
      ({ scores: { photograph, product: 0, illustration: 0, icon: 0, banner: 1 - photograph, screenshot: 0, placeholder: 0 }, by })
    const policy = policyOf({ kinds: 'photograph,product' })
    expect(rejudge(kept(seen({ kinds: kinds(0.1, 'surface') })), policy)).toMatchObject({ kind: 'reject', objection: { reason: 'banner', evidence: { kind: 'banner', wanted: 0.1 } } })
    expect(rejudge(kept(seen({ kinds: kinds(0.6, 'surface') })), policy)).toEqual({ kind: 'same' })
    const thumbnailed = (by: 'surface' | 'surface and vector') =>
      rejudge({ outcome: 'kept', reason: null, evidence: { candidate, thumbnail: seen({ kinds: kinds(0.1, by) }), full: seen({ kinds: kinds(0.9, by) }) } }, policy)
    expect(thumbnailed('surface')).toEqual({ kind: 'same' })
    expect(thumbnailed('surface and vector')).toMatchObject({ kind: 'reject' })
    expect(rejudge({ outcome: 'rejected', reason: 'banner', evidence: { candidate, full: seen({ kinds: kinds(0.1, 'surface') }), because: { kind: 'banner' } } }, policyOf())).toEqual({ kind: 'keep', was: 'banner' })
  })

  it('leaves alone what no policy decides', () => {
    expect(rejudge(rejected('full-mismatch', { full: sighted() }), policyOf())).toEqual({ kind: 'same' })
    for (const outcome of ['duplicate', 'failed', 'refused'] as const) expect(rejudge({ outcome, reason: null, evidence: null }, policyOf({ minSide: 9999 }))).toEqual({ kind: 'same' })
  })
})
