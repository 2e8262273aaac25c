/**
 * Three levels of the same (DESIGN §8). `exact`: same bytes, same pixels, or shown by the same
 * thumbnail. `copy`: a hash or a vector proposes, registered pixels confirm. `similar`: the embedder's space says so, and
 * only a representative can take on members, so that groups do not chain.
 *
 * The better of two copies is decided by a total order (pixels, bytes, id), so that whichever
 * arrives first the same one is left; of a picture and a crop of it, or the same within a frame, by the pixels of what both show. A picture that
 * holds a stored one as a part is linked, and neither is dropped: it shows more than a copy.
 */
import type { AssetId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import type { ProposedCopy, SameDecision, SameFound, SameJudge, SameSubject, StoredBrief } from '../store/same.ts'
import type { Policy } from './policy.ts'
import { samePicture, type SamePicture } from './same-picture.ts'
import { viewSketch } from './sketch-view.ts'

export type SamePolicies = Pick<Policy, 'onExact' | 'onCopy' | 'onSimilar'>

const standsFor = (stored: StoredBrief): AssetId => stored.duplicateOf ?? stored.id

/**
 * What the outer of two is worth, in pixels of what both show: a frame costs some of them, and a crop has to be twice as fine each
 * way as the picture that it leaves something out of.
 */
const OUTER_WORTH = { frame: 1 / 1.2, crop: 4 } as const

/** Null when the subject's size is not known yet. */
const isBetter = (subject: SameSubject, { stored, same }: Confirmed): boolean | null => {
  if (subject.width === null || subject.height === null) return null
  const [mine, theirs] = [subject.width * subject.height, stored.width * stored.height]
  if (same.form === 'frame' || same.form === 'crop') {
    const shown = same.window.width * same.window.height * OUTER_WORTH[same.form]
    return same.inner === 'first' ? mine > theirs * shown : mine * shown > theirs
  }
  if (mine !== theirs) return mine > theirs
  if (subject.bytes === null) return null
  const bytes = subject.bytes - stored.bytes
  return bytes === 0 ? String(subject.fingerprint.sha256) < String(stored.id) : bytes > 0
}

const isLarger = (subject: SameSubject, stored: StoredBrief): boolean =>
  subject.width !== null && subject.height !== null && subject.width * subject.height > stored.width * stored.height

interface Confirmed {
  readonly stored: ProposedCopy
  /** The first is the subject. */
  readonly same: SamePicture
  readonly evidence: Json
}

const evidenceOf = ({ id, distance, cosine }: ProposedCopy, { form, correlation, details, clash, colour, inner, window, mirrored }: SamePicture): Json => ({
  of: id, ...(distance === null ? {} : { pdqDistance: distance }), ...(cosine === null ? {} : { cosine: round(cosine) }),
  form, correlation: round(correlation), details: round(details), clash: round(clash), colour: round(colour), ...(mirrored ? { mirrored } : {}),
  ...(form === 'whole' ? {} : { [inner === 'first' ? 'within' : 'holds']: [window.x, window.y, window.width, window.height].map(round) }),
})

const confirmCopies = (subject: SameSubject, found: SameFound): readonly Confirmed[] => {
  const { sketch, panels } = subject.fingerprint
  const view = found.copies.length === 0 ? null : viewSketch(sketch, subject.aspect, 1)
  if (!view) return []
  return found.copies.flatMap((stored) => {
    const other = viewSketch(stored.sketch, stored.width, stored.height)
    const same = other && samePicture({ view, panels }, { view: other, panels: stored.panels })
    return same ? [{ stored, same, evidence: evidenceOf(stored, same) }] : []
  })
}

export const createSameJudge = (policies: SamePolicies): SameJudge => {
  const similarOrNew = (subject: SameSubject, found: SameFound, supersedes: readonly AssetId[], evidence: Json): SameDecision => {
    const gone = new Set(supersedes)
    const nearest = found.similar.find((near) => near.duplicateOf === null && !gone.has(near.id) && near.url !== subject.url)
    if (!nearest) return { kind: 'new', link: null, supersedes, evidence }
    const because: Json = { similarTo: nearest.id, cosine: round(nearest.score), space: nearest.space, copies: evidence }
    return policies.onSimilar === 'link'
      ? { kind: 'new', link: { to: nearest.id, level: 'similar' }, supersedes, evidence: because }
      : { kind: 'duplicate', of: nearest.id, level: 'similar', evidence: because }
  }

  return (subject, found) => {
    // One thumbnail may stand before two sizes of a picture: the larger is no exact duplicate.
    if (found.exact !== null && found.exact.url !== subject.url && !isLarger(subject, found.exact)) {
      const evidence: Json = { of: found.exact.id, url: found.exact.url }
      return policies.onExact === 'link'
        ? { kind: 'new', link: { to: standsFor(found.exact), level: 'exact' }, supersedes: [], evidence }
        : { kind: 'duplicate', of: standsFor(found.exact), level: 'exact', evidence }
    }
    const confirmed = confirmCopies(subject, found).filter(({ stored }) => stored.url !== subject.url)
    const any = confirmed[0]
    if (!any) return similarOrNew(subject, found, [], null)
    const evidence: Json = confirmed.map((copy) => copy.evidence)
    const copies = confirmed.filter(({ same }) => same.form !== 'part')
    const first = copies[0]
    if (policies.onCopy === 'link' || !first) {
      return { kind: 'new', link: { to: standsFor((first ?? any).stored), level: 'copy' }, supersedes: [], evidence }
    }
    if (policies.onCopy === 'skip') return { kind: 'duplicate', of: standsFor(first.stored), level: 'copy', evidence }
    const better = copies.map((copy) => isBetter(subject, copy))
    const beaten = copies.find((_, at) => better[at] === false)
    if (beaten) return { kind: 'duplicate', of: standsFor(beaten.stored), level: 'copy', evidence }
    // Size unknown: new for now, so that the full picture is fetched and the question put again.
    if (better.includes(null)) return { kind: 'new', link: null, supersedes: [], evidence }
    return similarOrNew(subject, found, copies.map(({ stored }) => stored.id), evidence)
  }
}

const round = (value: number): number => Math.round(value * 1000) / 1000
