/** Raises the roles of a crawl by the table in roles.ts and takes them down again. */
import { closest } from 'fastest-levenshtein'
import type { Clock } from '../core/clock.ts'
import { GannetError } from '../core/errors.ts'
import type { Emit } from '../core/events.ts'
import { spaceId } from '../core/ids.ts'
import { SHIPPED_GROUPS, tasksJudgedBy, wantedOf, type SightPolicy } from '../analyze/index.ts'
import { findPacks, labelsOf, PACK_TASKS, type PackChoice, type PackFinding, type PackTask, type WrongManifest } from '../models/index.ts'
import type { Leave } from '../fetch/visit.ts'
import type { Recipe } from '../page/index.ts'
import type { Cache } from '../store/cache.ts'
import type { Vision } from '../vision/vision-api.ts'
import { createGrabberPool, type GrabberPool } from './grabber-pool.ts'
import type { GrabberInit } from './grabber-role.ts'
import type { KeeperInit } from './keeper-role.ts'
import { folderPaths } from '../store/index.ts'
import { keepRole, startRole, type StandingRole } from './role-process.ts'
import { checkHeadSpace, labelling, loadHead } from './label-heads.ts'
import type { HouseSettings } from './settings.ts'
import { settleDevice, type Settled } from './settle-device.ts'
import { openVision, visionProcessesFor } from './vision-house.ts'

/** Something that is on or off, why, and what would change it. */
export interface Finding {
  readonly what: string
  readonly on: boolean
  readonly why: string
  readonly remedy: string
}

/** Promise 6: whoever turns them off does so aloud. */
const manners = (settings: HouseSettings): readonly Finding[] => [
  { what: 'robots.txt', on: settings.robots, why: settings.robots ? 'RFC 9309' : 'switched off: sites are fetched against their rules', remedy: '' },
  { what: 'opt-outs', on: settings.optOut, why: settings.optOut ? 'noai, noimageai, noimageindex, noindex' : 'switched off: pictures are taken against their marks', remedy: '' },
]

const SEEN_ELSEWHERE: Finding = { what: 'vision', on: false, why: 'other servers of the fleet look at its pictures', remedy: '' }

const packFinding = ({ task, on, why, remedy }: PackFinding): Finding => ({ what: task, on, why, remedy })

const manifestFinding = ({ why }: WrongManifest): Finding => ({ what: 'a manifest', on: false, why, remedy: 'correct it, or take it away' })

const deviceFindings = ({ device, why, remedy }: Settled): readonly Finding[] =>
  why !== null ? [{ what: 'device', on: false, why, remedy }] : device === 'cpu' ? [] : [{ what: 'device', on: true, why: device, remedy }]

const NEEDED: Readonly<Record<PackTask, string>> = {
  detect: 'a detector', embed: 'an embedder', classify: 'a classifier or detector', faces: 'a face pack', text: 'a text pack', unsafe: 'a pack for unsafe content',
}

export interface House {
  readonly keeper: StandingRole
  readonly grabbers: GrabberPool
  /** Null where there are no vision processes (a task server that only grabs). */
  readonly vision: Vision | null
  readonly visionProcesses: number
  /** Whether any pack is loaded. */
  readonly eyes: { readonly any: boolean }
  readonly findings: readonly Finding[]
  /** @throws usage for a class that the detector does not know, or a model that the policy needs and that is not on */
  checkPolicy(policy: SightPolicy): void
  close(): Promise<void>
}

const isPackTask = (text: string | undefined): text is PackTask => PACK_TASKS.some((task) => task === text)

/** @param policy what asks for packs beyond those that are always looked for; nothing does without */
export const packsFor = (settings: Pick<HouseSettings, 'modelsDir' | 'model' | 'precision'>, policy?: SightPolicy): ReturnType<typeof findPacks> => {
  const want: { [Task in PackTask]?: string } = {}
  for (const choice of settings.model) {
    const [task, id] = choice.split('=')
    if (!isPackTask(task) || !id) throw new GannetError('usage', `--model ${choice}: write ${PACK_TASKS.map((one) => `${one}=ID`).join(', ').replace(/, (?=\w+=ID$)/, ' or ')}`)
    want[task] = id
  }
  const { precision } = settings
  return findPacks({ modelsDir: settings.modelsDir ?? undefined, want, asked: policy ? tasksJudgedBy(policy) : [], ...(precision === 'auto' ? {} : { precision }) })
}

/** The flag by which a policy asks for a task. */
const ASKS: { readonly [Task in PackTask]?: (policy: SightPolicy) => string } = {
  detect: ({ target }) => `--target ${target[0]}`, faces: ({ faces }) => `--faces ${faces}`, text: ({ maxText }) => `--max-text ${maxText}`, unsafe: ({ unsafe }) => `--unsafe ${unsafe}`,
}

const thresholdOf = ({ embed }: PackChoice, name: 'copyAt' | 'similarAt'): Readonly<Record<string, number>> => {
  const at = embed?.manifest.thresholds[name]
  return embed?.space && at !== undefined ? { [spaceId(embed.space)]: at } : {}
}

/** Least cosine of what may be a copy, by space. */
export const copyAtOf = (choice: PackChoice): Readonly<Record<string, number>> => thresholdOf(choice, 'copyAt')

/** Least cosine of the similar level, by space. */
export const similarAtOf = (choice: PackChoice): Readonly<Record<string, number>> => thresholdOf(choice, 'similarAt')

/** Where one address serves many hosts, they share its patience. */
const ADDRESS_DELAY_MS = 50

export const addressDelayOf = (settings: Pick<HouseSettings, 'addressDelay'>): number => settings.addressDelay ?? ADDRESS_DELAY_MS

/** For whoever finds the folder locked. */
export const thisCommand = (): KeeperInit['owner'] => ({ pid: process.pid, command: ['gannet', ...process.argv.slice(2)].join(' ') })

export interface HouseOptions {
  readonly settings: HouseSettings
  readonly emit: Emit
  /** Where grabbers get leave for further visits: from the run, which is raised after them. */
  readonly grant: Leave['grant']
  /** What grants are given by. */
  readonly clock: Pick<Clock, 'now'>
  readonly recipes: readonly Recipe[]
  /** Grabber processes. */
  readonly processes: number
  /** It is a task server's: a sub-queue lies in its folder. */
  readonly outbox?: boolean
}

export const openHouse = async ({ settings, emit, grant, clock, recipes, processes, outbox = false }: HouseOptions): Promise<House> => {
  const { choice, findings: packs, wrong } = await packsFor(settings, settings)
  const visionProcesses = visionProcessesFor(settings.vision)
  const any = Object.values(choice).some((pack) => pack !== null)
  const settled = await settleDevice(any && visionProcesses > 0 ? settings.device : 'cpu')
  const head = settings.labelHead === null ? null : await loadHead(settings.labelHead)
  const embedFinding = packs.find(({ task }) => task === 'embed')
  if (head !== null && visionProcesses > 0) checkHeadSpace(head, choice, `${embedFinding?.why ?? ''}; ${embedFinding?.remedy ?? ''}`)
  const headFindings = head === null ? [] : [{ what: 'labels', on: true, why: `${head.labels.length} classes of the head ${head.id}`, remedy: '' }]
  const eyesFindings = visionProcesses === 0 ? [SEEN_ELSEWHERE] : [...packs.map(packFinding), ...headFindings, ...wrong.map(manifestFinding), ...deviceFindings(settled)]
  const findings = [...eyesFindings, ...manners(settings)]
  const told = (role: string) => (why: { signal: string | null; code: number | null }) =>
    emit({ type: 'role-restarted', role, why: why.signal ?? `exit ${why.code}` })

  const keeperInit: KeeperInit = {
    data: settings.data, mode: 'own', owner: thisCommand(), restarted: false, delayMs: settings.delay,
    addressDelayMs: addressDelayOf(settings), outbox,
    policies: { onExact: settings.onExact, onCopy: settings.onCopy, onSimilar: settings.onSimilar },
    copyAt: copyAtOf(choice), similarAt: similarAtOf(choice),
  }
  let restarted = false
  const keeper = keepRole({
    role: 'keeper',
    start: async () => {
      const child = await startRole('keeper', { ...keeperInit, restarted }, {})
      restarted = true
      return child
    },
    onRestart: told('keeper'),
  })
  // The folder may be locked, or too new: that is to be known before anything else is started.
  await keeper.again<{ ready(): void }>('').ready()

  const cache = keeper.again<Cache>('cache')
  const leave: Leave = { grant, recall: (key) => cache.get(key), remember: (key, value, ttlMs) => cache.set(key, value, ttlMs) }
  const grabberInit: GrabberInit = { settings, spoolDir: folderPaths(settings.data).spool, recipes }
  const grabbers = createGrabberPool({
    size: processes,
    raise: () => keepRole({ role: 'grabber', start: () => startRole('grabber', grabberInit, { leave, clock: { now: () => clock.now() } }), onRestart: told('grabber') }),
  })
  const pool = visionProcesses === 0 ? null : openVision({
    choice, processes: visionProcesses, batch: settings.batch, decodeSeconds: settings.decodeTime, spoolDir: folderPaths(settings.data).spool, device: settled.device, emit,
  })
  const vision = pool !== null && head !== null ? labelling(pool, head) : pool

  return {
    keeper, grabbers, vision, visionProcesses, findings,
    eyes: { any },
    checkPolicy(policy) {
      // Whoever sees for others knows what it can tell; here there may be no models at all.
      if (visionProcesses === 0) return
      const needs = (flag: string, task: PackTask): never => {
        const off = findings.find((finding) => finding.what === task)
        throw new GannetError('usage', `${flag} needs ${NEEDED[task]}, and none is on: ${off?.why ?? ''}; ${off?.remedy ?? ''}`)
      }
      const labels = [...policy.keepLabels, ...policy.dropLabels]
      if (labels.length > 0 && !choice.classify && !choice.detect) needs(`the label ${labels[0]}`, 'classify')
      for (const task of tasksJudgedBy({ ...policy, keepLabels: [], dropLabels: [] })) {
        if (!choice[task]) needs(ASKS[task]?.(policy) ?? task, task)
      }
      if (!choice.detect) return
      const known = labelsOf(choice.detect.manifest.labels ?? '')
      for (const target of wantedOf(policy.target, policy.groups, policy.confidence).keys()) {
        if (known.some((name) => name.toLowerCase() === target)) continue
        const groups = [...Object.keys(SHIPPED_GROUPS), ...Object.keys(policy.groups)]
        throw new GannetError('usage', `the detector ${choice.detect.manifest.id} knows no class "${target}"; did you mean "${closest(target, [...known, ...groups])}"?`)
      }
    },
    async close() {
      await Promise.all([grabbers.stop(), vision?.close()])
      await keeper.stop()
    },
  }
}
