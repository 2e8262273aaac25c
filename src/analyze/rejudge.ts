/**
 * The verdict once more, from what was written down of a picture, under another policy: the same judges as in a crawl, in
 * the order of its stages. What was never measured is not guessed: then nothing is said.
 */
import { z } from 'zod'
import { PICTURE_KINDS, type PictureKind } from '../core/picture-kinds.ts'
import type { PackTask, Sight } from '../models/pack.ts'
import type { VerdictRecord } from '../store/asset.ts'
import { judgeKind } from './judge-kind.ts'
import { judgeLook, type Objection } from './judge-look.ts'
import { judgeSight, tasksJudgedBy } from './judge-sight.ts'
import { judgeWords } from './page-words.ts'
import type { Policy } from './policy.ts'

/** What a verdict would have needed and its evidence does not hold. */
export type Lack = 'evidence' | 'kinds' | PackTask

export type Judgement =
  /** As before, or none of the policy's business (another copy, another picture than promised, undecodable). */
  | { readonly kind: 'same' }
  /** It was turned away, and nothing that is known speaks against it now. */
  | { readonly kind: 'keep'; readonly was: string }
  /** It was kept, and would not be. */
  | { readonly kind: 'reject'; readonly objection: Objection }
  | { readonly kind: 'unknown'; readonly lacks: Lack }

const text = z.string().nullable()
const label = z.object({ name: z.string(), score: z.number(), by: z.string() })
const rendition = z.object({
  format: z.string(), width: z.number(), height: z.number(), warning: text,
  looks: z.object({ blur: z.number(), brightness: z.number(), contrast: z.number(), entropy: z.number() }),
  kinds: z.object({ scores: z.object(Object.fromEntries(PICTURE_KINDS.map((kind) => [kind, z.number()])) as Record<PictureKind, z.ZodNumber>), by: z.enum(['surface', 'surface and vector']) }).optional(),
  boxes: z.array(label.extend({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })).optional(),
  labels: z.array(label).optional(),
  textShare: z.number().optional(),
  unsafe: z.array(label).optional(),
  models: z.record(z.string(), z.string()).optional(),
})
type Rendition = z.infer<typeof rendition>
const evidence = z.object({
  candidate: z.object({ title: text, alt: text, caption: text, category: text }),
  thumbnail: rendition.optional(),
  full: rendition.optional(),
  because: z.record(z.string(), z.unknown()).optional(),
})

/** Reasons that the judges here give for what page and look tell alone. */
const BY_WORDS: ReadonlySet<string> = new Set(['text-excluded'])
const BY_LOOK: ReadonlySet<string> = new Set(['too-small', 'bad-aspect', 'damaged', 'blank', 'blurry'])
/** Those that may rest on the kind, and then tell it, or on what the models saw. */
const BY_KIND_OR_SIGHT: ReadonlySet<string> = new Set(['graphic', 'banner', 'placeholder', 'label-excluded', 'no-target', 'unsafe'])

const sightOf = ({ boxes, labels, textShare, unsafe }: Rendition): Sight | null =>
  boxes === undefined || labels === undefined ? null
  : { boxes, labels, vectors: [], ...(textShare !== undefined && { textShare }), ...(unsafe !== undefined && { unsafe }) }

/** Before packs were written down with what they saw, a box or a label tells that one looked. */
const lookedFor = ({ models, boxes = [], labels = [] }: Rendition, task: PackTask): boolean =>
  models !== undefined ? models[task] !== undefined : (task === 'detect' && boxes.length > 0) || (task === 'classify' && labels.length > 0)

/** Labels may be any of the two packs': either will do. */
const lackOf = (seen: Rendition, policy: Policy): Lack | null => {
  if (policy.kinds.length > 0 && seen.kinds === undefined) return 'kinds'
  const labels = policy.keepLabels.length + policy.dropLabels.length > 0
  return tasksJudgedBy(policy).find((task) => {
    if (lookedFor(seen, task)) return false
    if (labels && task === 'classify') return !lookedFor(seen, 'detect')
    return !(labels && task === 'detect' && policy.target.length === 0 && lookedFor(seen, 'classify'))
  }) ?? null
}

const judgeRendition = (seen: Rendition, as: 'thumbnail' | 'full', policy: Policy): Objection | null => {
  const sight = sightOf(seen)
  // That a target is not there is known only where somebody looked for it.
  const [detected, classified] = [lookedFor(seen, 'detect'), lookedFor(seen, 'classify')]
  const known = { ...policy, ...(!detected && { target: [] }), ...(!detected && !classified && { keepLabels: [], dropLabels: [] }) }
  return judgeLook(seen, as, policy) ?? (sight === null ? null : judgeSight(sight, seen, known)) ??
    judgeKind(seen.kinds ?? null, policy, as === 'full' || seen.kinds?.by === 'surface and vector')
}

export const rejudge = ({ outcome, reason, evidence: written }: Pick<VerdictRecord, 'outcome' | 'reason' | 'evidence'>, policy: Policy): Judgement => {
  if (outcome !== 'kept' && outcome !== 'rejected') return { kind: 'same' }
  const judged = reason !== null && (BY_WORDS.has(reason) || BY_LOOK.has(reason) || BY_KIND_OR_SIGHT.has(reason))
  if (outcome === 'rejected' && !judged) return { kind: 'same' }
  const parsed = evidence.safeParse(written)
  if (!parsed.success) return { kind: 'unknown', lacks: 'evidence' }
  const { candidate, thumbnail, full, because = {} } = parsed.data
  const objection =
    judgeWords(candidate, policy) ?? (thumbnail ? judgeRendition(thumbnail, 'thumbnail', policy) : null) ?? (full ? judgeRendition(full, 'full', policy) : null)
  if (outcome === 'kept') {
    if (!full) return { kind: 'unknown', lacks: 'evidence' }
    if (objection !== null) return { kind: 'reject', objection }
    const lacks = lackOf(full, policy)
    return lacks === null ? { kind: 'same' } : { kind: 'unknown', lacks }
  }
  if (objection !== null) return { kind: 'same' }
  // What it was turned away for must be known, or nothing would be judged again; the rest is for the crawl to find out.
  const lacks = reason === null || BY_WORDS.has(reason) ? null : lackOfReason(reason, full ?? thumbnail, 'kind' in because)
  return lacks === null ? { kind: 'keep', was: reason ?? '' } : { kind: 'unknown', lacks }
}

/** @param seen what was judged last before it was turned away */
const lackOfReason = (reason: string, seen: Rendition | undefined, byKind: boolean): Lack | null => {
  if (seen === undefined) return 'evidence'
  if (BY_LOOK.has(reason)) return null
  return byKind ? (seen.kinds === undefined ? 'kinds' : null) : sightOf(seen) === null ? 'evidence' : null
}
