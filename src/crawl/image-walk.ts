/**
 * The walk of one image (DESIGN §3, steps 4 to 9) as an ordered list of stages. Each stage adds
 * what it learned or comes to an end; none knows what stands before or behind it.
 */
import { unlink } from 'node:fs/promises'
import type { Body } from '../core/body.ts'
import { createBatcher } from '../core/batcher.ts'
import { GannetError } from '../core/errors.ts'
import { hammingHex } from '../core/hamming.ts'
import { assetIdOf, type TaskId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import { outcomeOf } from '../core/reasons.ts'
import { judgeKind, judgeLook, judgeSight, judgeWords, kindScores, likeliest, marksOf, turnsAwayBySight, verifyFull, type Objection } from '../analyze/index.ts'
import type { VisitResult } from '../fetch/visit.ts'
import type { Look } from '../image/look.ts'
import type { Sight } from '../models/pack.ts'
import type { Candidate } from '../page/candidate.ts'
import type { Grant, Lease } from '../schedule/task.ts'
import type { Label } from '../store/asset.ts'
import type { CommitAnswer, CommitAsk } from '../store/committer.ts'
import type { SameDecision, SameSubject } from '../store/same.ts'
import type { Seen } from '../vision/vision-api.ts'
import { describeAsset, fingerprintOf } from './describe-asset.ts'
import type { CrawlPorts } from './ports.ts'
import { createTurns } from './turns.ts'
import type { Visits } from './visits.ts'
import { answerFacts, endOf, endOfSilence, endOfVisit, processTasks, type AnswerFacts, type End, type ImagePayload } from './work.ts'

/** A rendition that was fetched and decoded. */
interface Rendition {
  readonly body: Body
  readonly look: Look
  readonly seen: Seen
  readonly answer: AnswerFacts
}

interface ImageWork {
  readonly lease: Lease
  readonly candidate: Candidate
  /** Of the full picture's bytes, where it is known. */
  readonly hash: string | null
  /** One URL serves as thumbnail and full picture. */
  readonly single: boolean
  readonly thumbnail?: Rendition
  readonly thumbnailSight?: Sight
  readonly full?: Rendition
  readonly fullSight?: Sight
  readonly sums: Readonly<Record<string, number>>
}

/** What a task holds and must let go of, however it ends. */
interface Scope {
  readonly seen: Seen[]
  readonly bodies: Body[]
  /** Ends the walk's turn, when it has taken one. */
  end: () => void
}

/** A stage adds to the work or ends it. `drained` gives the task back. */
type Stage = (work: ImageWork, keep: Scope) => Promise<ImageWork | End>

export interface ImageWalk {
  walk(lease: Lease): Promise<End>
}

/** Bodies that arrived while a page was asked for: the seed was a picture. */
export type Handoff = Map<TaskId, VisitResult & { readonly ok: true }>

export const createImageWalk = (ports: CrawlPorts, visits: Visits, handoff: Handoff, mayKeep: (task: TaskId) => boolean): ImageWalk => {
  const { policy } = ports
  const turns = createTurns()
  const known = createBatcher<SameSubject, SameDecision>((subjects) => ports.committer.known(subjects), { max: 64 })
  const commitOne = createBatcher<CommitAsk, CommitAnswer>((asks) => ports.committer.commit(asks), { max: 32 })

  /** Fetches and decodes one rendition. */
  const bring = async (
    work: ImageWork, url: string, host: string, first: Grant | null, keep: Scope,
  ): Promise<{ rendition: Rendition; bytes: number } | { end: End }> => {
    // A thumbnail has other bytes than its picture.
    const hash = work.hash !== null && (work.single || url === work.candidate.fullUrl) ? { hash: work.hash } : {}
    const arrived = handoff.get(work.lease.task.id)
    handoff.delete(work.lease.task.id)
    const visit = arrived ?? (await visits.visit(host, first, (grant, alone) =>
      ports.grabber.visitImage({ url, kind: 'image', referer: work.candidate.pageUrl, grant, ...hash, ...(alone && { alone }) }),
      work.lease.task.attempts > 0))
    if (visit === null) return { end: endOfSilence(url, visits.lastFailure(host), visits.heldUntil(host), work.sums) }
    if (!visit.ok) {
      const name = work.single || url === work.candidate.fullUrl ? 'fullBytes' : 'thumbnailBytes'
      return { end: endOfVisit(url, visit, ports.clock.now(), addTo(work.sums, { [name]: visit.wireBytes })) }
    }
    keep.bodies.push(visit.body)
    const seen = await ports.vision.look(visit.body)
    keep.seen.push(seen)
    if (!seen.look.ok) {
      const { reason, detail } = seen.look
      return { end: endOf({ outcome: outcomeOf(reason), reason, detail, evidence: { url, detail, bytes: visit.bytes }, sums: work.sums }) }
    }
    return { rendition: { body: visit.body, look: seen.look, seen, answer: answerFacts(url, visit) }, bytes: visit.wireBytes }
  }

  /** Before anything is fetched: the page has told already. */
  const read: Stage = async (work) => {
    const objection = judgeWords(work.candidate, policy)
    return objection ? turnAway(work, objection) : work
  }

  const scout: Stage = async (work, keep) => {
    const { candidate, lease } = work
    const came = await bring(work, candidate.thumbnailUrl, lease.task.host, lease.grant, keep)
    if ('end' in came) return came.end
    const sums = work.single ? { fullBytes: came.bytes } : { thumbnails: 1, thumbnailBytes: came.bytes }
    return { ...work, thumbnail: came.rendition, ...(work.single ? { full: came.rendition } : {}), sums: addTo(work.sums, sums) }
  }

  const look: Stage = async (work) => {
    const { look: thumbnail } = brought(work.thumbnail)
    const objection = judgeLook(thumbnail, work.single ? 'full' : 'thumbnail', policy) ?? judgeKind(kindScores(thumbnail, []), policy, work.single && !ports.eyes.any)
    return objection ? turnAway(work, objection) : work
  }

  const recognise: Stage = async (work, keep) => {
    // Nothing more would be spent on it before the commit, which asks the same question.
    if (work.single && !ports.eyes.any) return work
    const turn = turns.take(brought(work.thumbnail).look)
    keep.end = turn.end
    await turn.come
    const decision = await known(subjectOf(work, brought(work.thumbnail).look))
    return decision.kind === 'duplicate' ? duplicate(work, decision) : work
  }

  /** The models look at a thumbnail only where their word can save fetching the full picture. */
  const judge: Stage = async (work) => {
    if (work.single || !ports.eyes.any || !turnsAwayBySight(policy)) return work
    const { seen, look: thumbnail } = brought(work.thumbnail)
    const thumbnailSight = await seen.infer()
    const next = { ...work, thumbnailSight }
    const kind = kindScores(thumbnail, thumbnailSight.vectors)
    const objection = judgeSight(thumbnailSight, thumbnail, policy) ?? judgeKind(kind, policy, kind?.by === 'surface and vector')
    return objection ? turnAway(next, objection) : next
  }

  const fetchFull: Stage = async (work, keep) => {
    if (work.single) return work
    // What the decoder keeps of the thumbnail is needed no more; its numbers stay.
    brought(work.thumbnail).seen.release()
    const { fullUrl } = work.candidate
    const came = await bring(work, fullUrl, new URL(fullUrl).origin, null, keep)
    if ('end' in came) return came.end
    return { ...work, full: came.rendition, sums: addTo(work.sums, { fulls: 1, fullBytes: came.bytes, pairedFullBytes: came.bytes }) }
  }

  const verify: Stage = async (work) => {
    if (work.single) return work
    const thumbnail = brought(work.thumbnail).look
    const full = brought(work.full).look
    const objection =
      verifyFull(thumbnail, full, hammingHex(thumbnail.pdq, full.pdq)) ?? judgeLook(full, 'full', policy) ?? judgeKind(kindScores(full, []), policy, !ports.eyes.any)
    return objection ? turnAway(work, objection) : work
  }

  const analyse: Stage = async (work) => {
    if (!ports.eyes.any) return work
    const { seen, look: full } = brought(work.full)
    const fullSight = await seen.infer()
    const next = { ...work, fullSight }
    const objection = judgeSight(fullSight, full, policy) ?? judgeKind(kindScores(full, fullSight.vectors), policy, true)
    return objection ? turnAway(next, objection) : next
  }

  const commit: Stage = async (work) => {
    const full = brought(work.full)
    if (!mayKeep(work.lease.task.id)) throw new GannetError('drained', 'the limit of pictures is reached; the task goes back')
    const told = kindScores(full.look, work.fullSight?.vectors ?? [])
    const { asset, fingerprint, vectors } = describeAsset({
      request: work.lease.task.request, candidate: work.candidate, look: full.look, sight: work.fullSight ?? null,
      kind: told === null ? null : likeliest(told),
      marks: work.fullSight ? marksOf(work.fullSight, policy) : [],
      thumbnail: work.single ? null : brought(work.thumbnail).look, now: ports.clock.now(),
    })
    const answer = await commitOne({
      asset, fingerprint, vectors, body: full.body,
      ...(work.single ? {} : { scouted: subjectOf(work, brought(work.thumbnail).look) }),
      verdict: {
        task: work.lease.task.id, request: work.lease.task.request, url: asset.url,
        thumbnailUrl: work.candidate.thumbnailUrl, pageUrl: work.candidate.pageUrl,
        outcome: 'kept', reason: null, asset: assetIdOf(full.look.sha256), evidence: evidenceOf(work), at: asset.storedAt,
      },
    })
    if (answer.kind === 'duplicate') return duplicate(work, answer)
    ports.emit({ type: 'image-stored', id: answer.id, url: asset.url, bytes: asset.bytes })
    const spawn = processTasks(work.lease.task, answer.id)
    if (!answer.linked) return endOf({ outcome: 'kept', reason: null, asset: answer.id, recorded: true, sums: work.sums, spawn })
    const { level, to } = answer.linked
    ports.emit({ type: 'duplicate-found', url: asset.url, of: to, level })
    return endOf({ outcome: 'duplicate', reason: `${level}-duplicate`, asset: answer.id, recorded: true, sums: work.sums, spawn })
  }

  const duplicate = (work: ImageWork, decision: Extract<SameDecision, { kind: 'duplicate' }>): End => {
    ports.emit({ type: 'duplicate-found', url: work.candidate.fullUrl, of: decision.of, level: decision.level })
    return endOf({
      outcome: 'duplicate', reason: `${decision.level}-duplicate`, detail: `of ${decision.of}`, asset: decision.of,
      evidence: { ...evidenceOf(work), same: decision.evidence }, sums: addTo(work.sums, spared(work)),
      // What only resembles it is another picture.
      spawn: decision.level === 'similar' ? [] : processTasks(work.lease.task, decision.of),
    })
  }

  const turnAway = (work: ImageWork, objection: Objection): End => {
    ports.emit({ type: 'image-rejected', url: work.candidate.fullUrl, reason: objection.reason })
    return endOf({
      outcome: outcomeOf(objection.reason), reason: objection.reason, detail: sentence(objection.evidence),
      evidence: { ...evidenceOf(work), because: objection.evidence }, sums: addTo(work.sums, spared(work)),
    })
  }

  /** The walk. Its order is this list. */
  const stages: readonly (readonly [name: string, stage: Stage])[] = [
    ['read', read],
    ['scout', scout],
    ['look', look],
    ['recognise', recognise],
    ['judge', judge],
    ['fetch', fetchFull],
    ['verify', verify],
    ['analyse', analyse],
    ['commit', commit],
  ]

  return {
    async walk(lease) {
      const { candidate, hash = null } = lease.task.payload as unknown as ImagePayload
      const keep: Scope = { seen: [], bodies: [], end: () => undefined }
      let work: ImageWork = { lease, candidate, hash, single: candidate.thumbnailUrl === candidate.fullUrl, sums: {} }
      try {
        for (const [, stage] of stages) {
          const next = await stage(work, keep)
          if ('outcome' in next) return next
          work = next
        }
        throw new TypeError('the last stage of the walk must come to an end')
      } finally {
        keep.end()
        for (const seen of keep.seen) seen.release()
        await Promise.all(keep.bodies.map(discard))
      }
    },
  }
}

/** Stages run in an order that has brought it; this says so to the type checker and, if it is wrong, aloud. */
const brought = (rendition: Rendition | undefined): Rendition => {
  if (!rendition) throw new GannetError('internal', 'a stage of the walk ran before the one that fetches its picture')
  return rendition
}

const subjectOf = (work: ImageWork, look: Look): SameSubject => {
  const { candidate, single, lease } = work
  const stated = statedSize(candidate, look)
  return {
    task: lease.task.id,
    url: candidate.fullUrl,
    // A thumbnail may be the one that a stored picture was shown by.
    fingerprint: fingerprintOf(look, single ? null : look),
    vectors: [],
    aspect: look.width / look.height,
    width: single ? look.width : stated.width,
    height: single ? look.height : stated.height,
    bytes: single ? look.bytes : candidate.bytes,
  }
}

/** Where the page gives one side only, the thumbnail's shape gives the other. */
const statedSize = (candidate: Candidate, look: Look): { width: number | null; height: number | null } => {
  const { width, height } = candidate
  if (width !== null && height === null) return { width, height: Math.round((width * look.height) / look.width) }
  if (height !== null && width === null) return { height, width: Math.round((height * look.width) / look.height) }
  return { width, height }
}

const numbersOf = ({ look, answer }: Rendition, sight: Sight | undefined): Json => ({
  ...answer,
  format: look.format, width: look.width, height: look.height, bytes: look.bytes, pages: look.pages,
  sha256: look.sha256, pdq: look.pdq, pdqQuality: look.pdqQuality, looks: { ...look.looks }, warning: look.warning, ...kindsOf(look, sight),
  ...(sight ? seenOf(sight) : {}),
})

const seenOf = ({ boxes, labels, textShare, unsafe, by }: Sight): { readonly [key: string]: Json } => ({
  boxes: boxes.map(({ x, y, width, height, ...box }) => ({ ...plainLabel(box), x: tidy(x), y: tidy(y), width: tidy(width), height: tidy(height) })),
  labels: labels.map(plainLabel),
  ...(textShare === undefined ? {} : { textShare: tidy(textShare, 1e4) }),
  ...(unsafe === undefined ? {} : { unsafe: unsafe.map(plainLabel) }),
  ...(by === undefined ? {} : { models: { ...by } }),
})

const plainLabel = ({ name, score, by }: Label): { readonly [key: string]: Json } => ({ name, score: tidy(score, 1e4), by })

const kindsOf = (look: Look, sight: Sight | undefined): { readonly [key: string]: Json } => {
  const told = kindScores(look, sight?.vectors ?? [])
  return told === null ? {} : { kinds: { scores: Object.fromEntries(Object.entries(told.scores).map(([kind, score]) => [kind, tidy(score, 1e4)])), by: told.by } }
}

/** As many digits as mean something: a tenth of a pixel. */
const tidy = (value: number, parts = 10): number => Math.round(value * parts) / parts

/** Everything a verdict rests on: enough to explain it, and to judge again under another policy. */
const evidenceOf = (work: ImageWork): { [key: string]: Json } => ({
  candidate: { ...work.candidate },
  ...(work.thumbnail && !work.single ? { thumbnail: numbersOf(work.thumbnail, work.thumbnailSight) } : {}),
  ...(work.full ? { full: numbersOf(work.full, work.fullSight) } : {}),
})

/** A full picture that its thumbnail's verdict made needless. */
const spared = ({ single, full, candidate }: ImageWork): Readonly<Record<string, number>> => {
  if (single || full) return {}
  return candidate.bytes === null ? { unfetched: 1 } : { unfetched: 1, unfetchedKnown: 1, savedBytes: candidate.bytes }
}

const sentence = (evidence: Objection['evidence']): string =>
  Object.entries(evidence).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ')

const addTo = (sums: Readonly<Record<string, number>>, more: Readonly<Record<string, number>>): Record<string, number> => {
  const total: Record<string, number> = { ...sums }
  for (const [name, amount] of Object.entries(more)) total[name] = (total[name] ?? 0) + amount
  return total
}

/** A committed body is gone already; anything else in the spool is of no more use. */
const discard = async (body: Body): Promise<void> => {
  if (body.kind === 'spool') await unlink(body.path).catch(() => undefined)
}
