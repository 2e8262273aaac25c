/**
 * Three levels of the same (DESIGN §8). `exact`: same bytes, same pixels, or shown by the same
 * thumbnail. `copy`: PDQ proposes, the tile confirms. `similar`: the embedder's space says so, and
 * only a representative can take on members, so that groups do not chain.
 *
 * The better of two copies is decided by a total order (pixels, bytes, id), so that whichever
 * arrives first the same one is left.
 */
import type { AssetId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import type { SameDecision, SameFound, SameJudge, SameSubject, StoredBrief } from '../store/same.ts'
import type { Policy } from './policy.ts'
import { tileAgreement } from './tile-agreement.ts'

/** Tiles of re-encoded, resized or lightly recoloured copies agree at least so much. */
const COPY_CORRELATION = 0.9
/** Root mean square, 8-bit levels: a recoloured product differs by more than any re-encoding. */
const COPY_DIFFERENCE = 24

export type SamePolicies = Pick<Policy, 'onExact' | 'onCopy' | 'onSimilar'>

const standsFor = (stored: StoredBrief): AssetId => stored.duplicateOf ?? stored.id

/** Null when the subject's size is not known yet. */
const isBetter = (subject: SameSubject, stored: StoredBrief): boolean | null => {
  if (subject.width === null || subject.height === null) return null
  const pixels = subject.width * subject.height - stored.width * stored.height
  if (pixels !== 0) return pixels > 0
  if (subject.bytes === null) return null
  const bytes = subject.bytes - stored.bytes
  return bytes === 0 ? String(subject.fingerprint.sha256) < String(stored.id) : bytes > 0
}

const isLarger = (subject: SameSubject, stored: StoredBrief): boolean =>
  subject.width !== null && subject.height !== null && subject.width * subject.height > stored.width * stored.height

const confirmCopies = (subject: SameSubject, found: SameFound) =>
  found.copies.flatMap((copy) => {
    const { correlation, difference } = tileAgreement(subject.fingerprint.tile, copy.tile)
    if (correlation < COPY_CORRELATION || difference > COPY_DIFFERENCE) return []
    const evidence: Json = {
      of: copy.id, pdqDistance: copy.distance, correlation: round(correlation), difference: round(difference),
    }
    return [{ copy, evidence }]
  })

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
    const copies = confirmCopies(subject, found).filter(({ copy }) => copy.url !== subject.url)
    const first = copies[0]
    if (!first) return similarOrNew(subject, found, [], null)
    const evidence: Json = copies.map((copy) => copy.evidence)

    if (policies.onCopy === 'link') {
      return { kind: 'new', link: { to: standsFor(first.copy), level: 'copy' }, supersedes: [], evidence }
    }
    if (policies.onCopy === 'skip') return { kind: 'duplicate', of: standsFor(first.copy), level: 'copy', evidence }
    const better = copies.map(({ copy }) => isBetter(subject, copy))
    const beaten = copies.find((_, at) => better[at] === false)
    if (beaten) return { kind: 'duplicate', of: standsFor(beaten.copy), level: 'copy', evidence }
    // Size unknown: new for now, so that the full picture is fetched and the question put again.
    if (better.includes(null)) return { kind: 'new', link: null, supersedes: [], evidence }
    return similarOrNew(subject, found, copies.map(({ copy }) => copy.id), evidence)
  }
}

const round = (value: number): number => Math.round(value * 1000) / 1000
