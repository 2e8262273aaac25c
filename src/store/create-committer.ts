/**
 * The committer at work. Asks are taken in order of arrival, those that wait together as a group.
 * A group passes four steps: find (the stores are asked for all at once), decide (one ask after
 * another, each seeing what the ones before it became; one that cannot yet see it opens the next
 * group), store (blobs side by side, then one catalogue transaction), follow (the projections take
 * the new steps). Renditions and withdrawals take their turn between two groups. A crash between any two leaves a row with its blob, or a blob the journal names.
 */
import { rm } from 'node:fs/promises'
import { bodySize, type Body } from '../core/body.ts'
import { GannetError } from '../core/errors.ts'
import type { AssetId, Sha256 } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import type { Asset } from './asset.ts'
import type { BlobStore } from './blob-store.ts'
import type { CommitEntry, Withdrawal } from './catalogue.ts'
import { storeRenditions } from './commit-renditions.ts'
import type { CommitAnswer, CommitAsk, Committer } from './committer.ts'
import { findSame, supersededAmong, type Found, type SameStores, withPending } from './find-same.ts'
import { follow } from './follow.ts'
import { openJournal } from './journal.ts'
import type { SameJudge, SameSubject } from './same.ts'
import { dimensionOf } from './vector-math.ts'

export interface CommitterOptions extends SameStores {
  readonly blobs: BlobStore
  readonly judge: SameJudge
  /** In the data folder; created when it is not there. */
  readonly journalPath: string
  /** Most asks decided and stored together; default 32. */
  readonly group?: number
}

export interface OwnedCommitter extends Committer {
  /**
   * To be awaited once, before the first commit: removes the bytes that a crash left without a
   * row, and brings the projections up to the catalogue.
   */
  recover(): Promise<{ readonly blobsRemoved: number; readonly followed: number }>
  /** Waits for the commits under way. */
  close(): Promise<void>
}

interface Waiting {
  readonly ask: CommitAsk
  resolve(answer: CommitAnswer): void
  reject(error: unknown): void
}

/** What is to be done for one ask once it is decided. */
type Plan =
  | { readonly kind: 'answer'; readonly answer: CommitAnswer }
  | { readonly kind: 'fail'; readonly error: unknown }
  | { readonly kind: 'store'; readonly entry: CommitEntry; readonly body: Body; readonly keepBytes: boolean }

const subjectOf = ({ asset, fingerprint, vectors, verdict }: CommitAsk): SameSubject => ({
  task: verdict.task,
  url: asset.url,
  fingerprint,
  vectors,
  aspect: asset.width / asset.height,
  width: asset.width,
  height: asset.height,
  bytes: asset.bytes,
})

const withSame = (evidence: Json, same: Json): Json =>
  typeof evidence === 'object' && evidence !== null && !Array.isArray(evidence) ?
    { ...(evidence as Readonly<Record<string, Json>>), same }
  : { of: evidence, same }

/** What would be stored must be whole: a projection that cannot take a row would stand still for ever. */
const check = ({ asset, fingerprint, vectors, body }: CommitAsk): void => {
  const wrong =
    asset.sha256 !== fingerprint.sha256 ? 'its fingerprint is of other bytes'
    : asset.bytes !== bodySize(body) ? `its body has ${bodySize(body)} bytes, not ${asset.bytes}`
    : vectors.some(({ space, values }) => (dimensionOf(space) ?? values.length) !== values.length) ?
      'a vector has not the dimension its space states'
    : vectors.some(({ values }) => !values.every(Number.isFinite)) ? 'a vector holds what is not a number'
    : null
  if (wrong !== null) throw new GannetError('internal', `${asset.url} cannot be stored: ${wrong}`)
}

export const createCommitter = (options: CommitterOptions): OwnedCommitter => {
  const { catalogue, blobs, vectors, fingerprints, judge, limits, group = 32 } = options
  const journal = openJournal(options.journalPath)
  const queue: Waiting[] = []
  const steps: (() => Promise<void>)[] = []
  let running: Promise<void> | null = null
  /** Set when a clean-up failed: the journal then keeps its lines for the next owner. */
  let unsettled = false

  const discard = async (body: Body): Promise<void> => {
    if (body.kind === 'spool') await rm(body.path, { force: true })
  }

  const removeRowless = async (sha256s: readonly Sha256[]): Promise<number> => {
    if (sha256s.length === 0) return 0
    const [originals, copies] = await Promise.all([catalogue.get('sha256', sha256s), catalogue.get('rendition', sha256s)])
    const rowless = sha256s.filter((_, i) => originals[i] === null && copies[i] === null)
    for (const sha256 of rowless) await blobs.delete(sha256)
    return rowless.length
  }

  /** From the catalogue, not from memory: right also for what an earlier failure left out. */
  const followAll = async (): Promise<void> => {
    for (;;) {
      const position = Math.min(await vectors.position(), await fingerprints.position())
      const changes = await catalogue.changes(position, 256)
      if (changes.length === 0) return
      await vectors.apply(changes)
      await fingerprints.apply(changes)
    }
  }

  /** Plans for the asks, or for the first of them: never for none. */
  const decide = async (asks: readonly CommitAsk[]): Promise<readonly Plan[]> => {
    const scouts = asks.flatMap(({ scouted }) => scouted ?? [])
    const all = await findSame(options, [...asks.map(subjectOf), ...scouts])
    const found = all.slice(0, asks.length)
    const scoutFound = new Map(scouts.map((scout, i) => [scout, all[asks.length + i] as Found]))
    const known = new Map<AssetId, Asset>()
    for (const asset of await catalogue.get('id', asks.map((ask) => ask.asset.id))) if (asset) known.set(asset.id, asset)
    const superseded = await supersededAmong(catalogue, [...known.values()])
    const pending = { stored: [] as CommitEntry[], gone: new Set<AssetId>() }

    const decideOne = (ask: CommitAsk, same: Found): Plan | null => {
      check(ask)
      const { asset, fingerprint, body, verdict } = ask
      const before = known.get(asset.id)
      if (before && [before.id, before.duplicateOf].some((id) => id !== null && pending.gone.has(id))) return null
      const isGone = superseded.has(asset.id)
      if (before?.url === asset.url) {
        // The same again, after a crash or a lost answer: the row learns of the request, if it is another.
        const again = { ...before, requestIds: asset.requestIds }
        const entry = { asset: again, fingerprint, vectors: ask.vectors, verdict, supersedes: [] }
        return { kind: 'store', entry, body, keepBytes: !isGone }
      }
      if (before && isGone) {
        const of = before.duplicateOf ?? asset.id
        return { kind: 'answer', answer: { kind: 'duplicate', of, level: 'copy', evidence: { superseded: asset.id } } }
      }
      const subject = subjectOf(ask)
      const seen = withPending(subject, same, pending, limits)
      const scout = ask.scouted
      const scoutSeen = scout === undefined ? undefined : withPending(scout, scoutFound.get(scout) as Found, pending, limits)
      if (seen === null || scoutSeen === null) return null
      const scoutDecision = scout === undefined || scoutSeen === undefined ? null : judge(scout, scoutSeen)
      const decision = scoutDecision?.kind === 'duplicate' ? scoutDecision : judge(subject, seen)
      if (decision.kind === 'duplicate') return { kind: 'answer', answer: decision }
      if (before) {
        // The same bytes have one row, whatever the policy.
        const answer = { kind: 'duplicate', of: asset.id, level: 'exact', evidence: decision.evidence } as const
        return { kind: 'answer', answer }
      }
      const stored: Asset = { ...asset, duplicateOf: decision.link?.to ?? null, level: decision.link?.level ?? null }
      const entry: CommitEntry = {
        asset: stored,
        fingerprint,
        vectors: ask.vectors,
        verdict: { ...verdict, evidence: withSame(verdict.evidence, decision.evidence) },
        supersedes: decision.supersedes,
      }
      pending.stored.push(entry)
      known.set(asset.id, stored)
      for (const old of decision.supersedes) pending.gone.add(old)
      return { kind: 'store', entry, body, keepBytes: true }
    }
    const plans: Plan[] = []
    for (const [i, ask] of asks.entries()) {
      try {
        const plan = decideOne(ask, found[i] as Found)
        if (plan === null) break
        plans.push(plan)
      } catch (error) {
        plans.push({ kind: 'fail', error })
      }
    }
    return plans
  }

  const store = async (plans: readonly Extract<Plan, { kind: 'store' }>[]): Promise<readonly CommitAnswer[]> => {
    if (plans.length === 0) return []
    const kept = plans.filter((plan) => plan.keepBytes)
    const own = new Map(plans.map(({ entry }) => [entry.asset.id, entry.asset]))
    const replaced = [...new Set(plans.flatMap(({ entry }) => entry.supersedes))]
    const olds = (await catalogue.get('id', replaced)).map((asset, i) => asset ?? own.get(replaced[i] as AssetId))
    const drops = olds.flatMap((asset) => (asset ? [asset.sha256, ...asset.renditions.flatMap(({ sha256 }) => sha256 ?? [])] : []))

    journal.note('put', kept.map(({ entry }) => entry.asset.sha256))
    journal.note('drop', drops)
    await Promise.all(
      plans.map(({ entry, body, keepBytes }) => (keepBytes ? blobs.put(entry.asset.sha256, body) : discard(body))),
    )
    const results = await catalogue.commit(plans.map((plan) => plan.entry))
    await followAll()
    await removeRowless(drops)
    return plans.map(({ entry: { asset } }, i) => ({
      kind: 'stored',
      id: asset.id,
      sequence: results[i]?.sequence ?? 0,
      linked: asset.duplicateOf === null || asset.level === null ? null : { to: asset.duplicateOf, level: asset.level },
    }))
  }

  /** @returns how many, from the first on, were settled */
  const settle = async (waiting: readonly Waiting[]): Promise<number> => {
    const plans = await decide(waiting.map((each) => each.ask))
    const stored = await store(plans.filter((plan) => plan.kind === 'store'))
    let next = 0
    for (const [i, plan] of plans.entries()) {
      const { resolve, reject, ask } = waiting[i] as Waiting
      if (plan.kind === 'store') resolve(stored[next++] as CommitAnswer)
      else {
        await discard(ask.body)
        if (plan.kind === 'answer') resolve(plan.answer)
        else reject(plan.error)
      }
    }
    return plans.length
  }

  const settleAlone = async (waiting: Waiting): Promise<void> => {
    try {
      await settle([waiting])
    } catch (error) {
      waiting.reject(error)
      await removeRowless([waiting.ask.asset.sha256]).catch(() => {
        unsettled = true
      })
    }
  }

  const run = async (): Promise<void> => {
    while (queue.length + steps.length > 0) {
      const waiting = queue.splice(0, group)
      try {
        if (waiting.length > 0) queue.unshift(...waiting.slice(await settle(waiting)))
      } catch {
        // One that fails must not take the others with it; the error is met again by its owner.
        for (const each of waiting) await settleAlone(each)
      }
      for (const each of steps.splice(0, group)) await each()
      try {
        if (!unsettled) journal.clear()
      } catch {
        // Its lines say too much then, which does no harm: the next owner looks at each.
        unsettled = true
      }
    }
    running = null
  }

  const enqueue = (ask: CommitAsk): Promise<CommitAnswer> =>
    new Promise((resolve, reject) => {
      queue.push({ ask, resolve, reject })
      start()
    })

  /** A tick later, so that what is asked in one breath makes one group. */
  const start = (): void => {
    running ??= Promise.resolve().then(run)
  }

  /** Between two groups of commits. */
  const enqueueStep = <Value>(step: () => Promise<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      steps.push(async () => {
        try {
          resolve(await step())
        } catch (error) {
          // The journal keeps its lines: what it failed to remove is looked at by the next owner.
          unsettled = true
          reject(error)
        }
      })
      start()
    })

  const withdraw = async (entries: readonly Withdrawal[]): Promise<void> => {
    const assets = await catalogue.get('id', entries.map(({ asset }) => asset))
    const drops = assets.flatMap((asset) => (asset ? [asset.sha256, ...asset.renditions.flatMap(({ sha256 }) => sha256 ?? [])] : []))
    journal.note('drop', drops)
    await catalogue.withdraw(entries)
    await followAll()
    await removeRowless(drops)
  }

  return {
    async known(subjects) {
      const found = await findSame(options, subjects)
      return subjects.map((subject, i) => judge(subject, found[i] as Found))
    },
    async commit(asks) {
      const settled = await Promise.allSettled(asks.map(enqueue))
      return settled.map((each) => {
        if (each.status === 'rejected') throw each.reason
        return each.value
      })
    },
    commitRenditions: (ask) => enqueueStep(() => storeRenditions({ catalogue, blobs, journal, removeRowless }, ask)),
    withdraw: (entries) => enqueueStep(() => withdraw(entries)),
    async recover() {
      const blobsRemoved = await removeRowless(journal.left)
      journal.clear()
      const followed = [await follow(catalogue, vectors), await follow(catalogue, fingerprints)]
      return { blobsRemoved, followed: Math.max(...followed.map(({ applied }) => applied)) }
    },
    async close() {
      await running
      journal.close()
    },
  }
}
