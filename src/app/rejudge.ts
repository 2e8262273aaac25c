/**
 * A new policy over what a folder already knows. Without `apply` it is only told what would change. With it, what was turned
 * away and now would be kept is queued again for the next crawl, and what was kept and now would not be is taken back.
 *
 * Each step is whole and may be repeated: a task that waits is not queued twice; an asset, its bytes and its verdict change
 * in one transaction of the keeper's. Killed between two, the same command goes on.
 */
import { rejudge, type Policy } from '../analyze/index.ts'
import { pages } from '../core/page-of.ts'
import type { Json } from '../core/json.ts'
import type { TaskId } from '../core/ids.ts'
import type { ScheduleStore } from '../schedule/index.ts'
import { existingFolder, type Catalogue, type Committer, type VerdictRecord, type Withdrawal } from '../store/index.ts'
import { addressDelayOf, thisCommand } from './house.ts'
import type { KeeperApi } from './keeper-api.ts'
import type { KeeperInit } from './keeper-role.ts'
import { keepRole, startRole } from './role-process.ts'
import type { Settings } from './settings.ts'

export interface Rejudged {
  /** Verdicts of kept and rejected pictures that were looked at. */
  readonly verdicts: number
  readonly unchanged: number
  /** Turned away, and now would be kept: by the reason that no longer holds. */
  readonly wouldKeep: Readonly<Record<string, number>>
  /** Kept, and now would be turned away: by the reason. */
  readonly wouldReject: Readonly<Record<string, number>>
  /** Left as they are, for what their evidence lacks. */
  readonly unjudged: Readonly<Record<string, number>>
  /** What was done; null unless it was to be applied. */
  readonly applied: { readonly queued: number; readonly takenBack: number } | null
  /** Some of those that would change, at most twenty. */
  readonly examples: readonly { readonly url: string; readonly from: string; readonly to: string }[]
}

const PAGE = 200
const MOST_EXAMPLES = 20

const count = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1
}

/** The verdict that takes the place of the one that kept it. */
const turned = (verdict: VerdictRecord, because: { readonly reason: VerdictRecord['reason']; readonly evidence: Json }, at: string): VerdictRecord => ({
  ...verdict, outcome: 'rejected', reason: because.reason, asset: null, at,
  evidence: { ...(verdict.evidence as { readonly [key: string]: Json }), because: because.evidence, rejudged: true },
})

export interface RejudgeStores {
  readonly catalogue: Pick<Catalogue, 'verdicts'>
  readonly committer: Pick<Committer, 'withdraw'>
  readonly schedule: Pick<ScheduleStore, 'revive'>
}

/** @param now ISO 8601 */
export const rejudgeStores = async (stores: RejudgeStores, policy: Policy, apply: boolean, now: string): Promise<Rejudged> => {
  const { catalogue, committer, schedule } = stores
  const wouldKeep: Record<string, number> = {}
  const wouldReject: Record<string, number> = {}
  const unjudged: Record<string, number> = {}
  const examples: Rejudged['examples'][number][] = []
  let [verdicts, unchanged, queued, takenBack] = [0, 0, 0, 0]
  const tell = (url: string, from: string, to: string): void => {
    if (examples.length < MOST_EXAMPLES) examples.push({ url, from, to })
  }

  let revive: TaskId[] = []
  let back: Withdrawal[] = []
  const settle = async (): Promise<void> => {
    if (back.length > 0) {
      await committer.withdraw(back)
      takenBack += back.length
    }
    if (revive.length > 0) queued += (await schedule.revive(revive, 'ended')).filter(Boolean).length
    revive = []
    back = []
  }

  for await (const verdict of pages((after) => catalogue.verdicts({ after, limit: PAGE }))) {
    if (verdict.outcome !== 'kept' && verdict.outcome !== 'rejected') continue
    verdicts++
    const judgement = rejudge(verdict, policy)
    if (judgement.kind === 'unknown') count(unjudged, judgement.lacks)
    else if (judgement.kind === 'same') unchanged++
    else if (judgement.kind === 'keep') {
      count(wouldKeep, judgement.was)
      tell(verdict.url, judgement.was, 'kept')
      revive.push(verdict.task)
    } else {
      count(wouldReject, judgement.objection.reason)
      tell(verdict.url, 'kept', judgement.objection.reason)
      if (verdict.asset !== null) back.push({ asset: verdict.asset, verdict: turned(verdict, judgement.objection, now) })
    }
    if (apply && revive.length + back.length >= PAGE) await settle()
  }
  if (apply) await settle()
  return { verdicts, unchanged, wouldKeep, wouldReject, unjudged, applied: apply ? { queued, takenBack } : null, examples }
}

/**
 * @param settings of the folder and the policy
 * @throws data-missing, data-newer; data-locked only when it is to be applied, which needs the folder to itself
 */
export const rejudgeFolder = async (settings: Settings, apply: boolean): Promise<Rejudged> => {
  existingFolder(settings.data)
  const init: KeeperInit = {
    data: settings.data, mode: apply ? 'own' : 'read', owner: thisCommand(), restarted: false, delayMs: settings.delay, addressDelayMs: addressDelayOf(settings),
    policies: { onExact: settings.onExact, onCopy: settings.onCopy, onSimilar: settings.onSimilar }, similarAt: {}, copyAt: {},
  }
  const keeper = keepRole({ role: 'keeper', start: () => startRole('keeper', init, {}), onRestart: () => undefined })
  try {
    await keeper.again<KeeperApi>('').ready()
    return await rejudgeStores(
      { catalogue: keeper.again<Catalogue>('catalogue'), committer: keeper.again<Committer>('committer'), schedule: keeper.again<ScheduleStore>('schedule') },
      settings, apply, new Date().toISOString(),
    )
  } finally {
    await keeper.stop()
  }
}
