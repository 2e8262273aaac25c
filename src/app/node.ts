/**
 * A task server: takes requests, hands them on to the general queue, works off what the dispatcher assigns to it, and
 * brings reports back. With Redis it is one of a fleet; without, a fleet of its own, its dispatcher in the same process.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { systemClock } from '../core/clock.ts'
import type { GannetEvent } from '../core/events.ts'
import { GannetError } from '../core/errors.ts'
import { patient } from '../core/patient.ts'
import { createGuard } from '../fetch/index.ts'
import { createWorker, handOn, rowTask, type AdmitRules, type Wishes } from '../crawl/index.ts'
import {
  acceptLinks, createCallbacks, createRequestDesk, createRemoteVision, createRequestReport, createVisionDesk, startInboxLoop, tellingOrigins, watchEnds,
  type InboxLoop, type RemoteVision, type RequestRow,
} from '../node/index.ts'
import {
  createForwarder, deadLettersOf, DISPATCHER_DEFAULTS, ownerOf, processorOwnerOf, RETRY_DEFAULTS, retryAt, ruleNamed, RULES, startDispatcher,
  type Dispatcher, type NodeReport, type Outbox, type OutboxRequest, type ScheduleStore,
} from '../schedule/index.ts'
import { addAssetRoutes, addDeadRoutes, addFleetRoutes, addMetrics, addRequestRoutes, blobPath, createHttpServer, listenAt } from '../server/index.ts'
import { openFileFleet } from '../schedule/adapters/file-fleet.ts'
import { folderPaths } from '../store/index.ts'
import { createAdmission } from './admission.ts'
import { recallHosts } from './crawl.ts'
import { joinFleet, type Fleet } from './fleet.ts'
import { addressDelayOf, openHouse, type Finding } from './house.ts'
import type { KeeperApi } from './keeper-api.ts'
import { loadRecipes, type RecipeChoice } from './load-recipes.ts'
import type { StandingRole } from './role-process.ts'
import type { NodeSettings } from './settings.ts'
import { RENDERS_A_PROCESS } from '../vision/index.ts'
import { openFleetStore, type FleetStore } from './store-home.ts'
import { watchFleet } from './watch-fleet.ts'

export type NodeEvent =
  | GannetEvent
  | { readonly type: 'node-ready'; readonly name: string; readonly url: string; readonly store: string }
  /** People have ordered this server to drain. */
  | { readonly type: 'drain-ordered' }
  /** It goes on trying; null: it is well again. */
  | { readonly type: 'fleet-trouble'; readonly error: unknown }

export interface NodeOptions {
  readonly settings: NodeSettings
  readonly recipe?: RecipeChoice | undefined
  readonly tell: (event: NodeEvent) => void
}

export interface TaskServer {
  readonly name: string
  /** Where its data interface answers. */
  readonly url: string
  readonly findings: readonly Finding[]
  /** What is wrong with the fleet's Redis. */
  readonly warnings: readonly string[]
  readonly report: NodeReport
  /** When it has drained; rejects when it cannot go on. What was accepted is kept in either case. */
  readonly ended: Promise<void>
  /** Takes nothing new, lets what is under way end, gives the rest back. */
  drain(): void
}

/** A server that was not heard of for so long is gone, and what it held goes to others. */
const MEMBER_MS = 5_000
/** Longer than a silence that still counts as one: what a living server holds is renewed many times before. */
const LEASE_MS = 30_000
/** Longest wait of a draining server for a queue that is away. */
const DRAIN_MS = 20_000
/** Process tasks that a server holds for each vision process: two being made, two whose originals come or whose ends are settled. */
const PROCESSING_A_PROCESS = 2 * RENDERS_A_PROCESS

/** @param port where it listens */
export const defaultName = (port: number): string => `${hostname().replace(/[^\w.-]/g, '-').slice(0, 50)}-${port}`

const standAlone = async (keeper: StandingRole, settings: NodeSettings): Promise<Fleet> => ({
  judge: async () => [],
  queue: keeper.again<ScheduleStore>('schedule') as Fleet['queue'],
  ledger: await openFileFleet({ path: folderPaths(settings.data).orders, now: () => performance.now() }),
  clock: systemClock,
  pace: { delayMs: settings.delay, addressDelayMs: addressDelayOf(settings) },
  close: async () => undefined,
})

/** @throws usage for a server that could do nothing, or that nobody could complete */
const checkRoles = ({ processes, vision, redis }: NodeSettings): void => {
  if (processes === 0 && vision === 0) {
    throw new GannetError('usage', '--processes 0 with --vision 0 leaves nothing to do: a task server grabs (--processes 1 or more), sees (--vision 1 or more), or both')
  }
  const lacking = processes === 0 ? '--processes 0' : vision === 0 ? '--vision 0' : null
  if (lacking !== null && redis === null) {
    throw new GannetError('usage', `${lacking} needs others of a fleet to do the rest: name its Redis with --redis, or leave it out`)
  }
}

export const startNode = async ({ settings, recipe, tell }: NodeOptions): Promise<TaskServer> => {
  checkRoles(settings)
  const recipes = await loadRecipes(recipe)
  let worker: ReturnType<typeof createWorker> | null = null
  const joined = settings.redis === null ? null : await joinFleet(settings, settings.redis)
  const house = await openHouse({
    settings, emit: tell, recipes, processes: settings.processes, outbox: true, clock: joined?.clock ?? systemClock,
    grant: (host) => (worker as NonNullable<typeof worker>).visits.grant(host),
  }).catch(async (error: unknown) => {
    await joined?.close()
    throw error
  })
  const stopping = new AbortController()
  const draining = new AbortController()
  /** Nothing that is not told by then will be. */
  const lost = new AbortController()
  const undo: (() => unknown)[] = [() => house.close()]
  const unwind = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step()
  }

  try {
    house.checkPolicy(settings)
    const fleet = joined ?? await standAlone(house.keeper, settings)
    undo.push(() => fleet.close())
    const { queue, ledger, clock } = fleet
    const outbox = house.keeper.again<Outbox>('outbox') as Outbox
    const onTrouble = (error: unknown): void => tell({ type: 'fleet-trouble', error })

    const server = createHttpServer({ onTrouble })
    undo.push(() => server.close())
    const admits = createAdmission(settings.allowAddress)
    const rules: AdmitRules = { admits, policy: settings, maxDepth: settings.depth, links: settings }
    const toTask = ({ url, kind }: RequestRow, wishes: OutboxRequest['options']) => {
      const row = { at: '', url, text: null, category: null, hash: null, thumbnailUrl: null, pageUrl: null, problem: null, end: 0 } as const
      const { category, recipe: name, attempts, weight, renditions } = wishes
      const handed: Wishes = {
        ...(category === null ? {} : { category }), ...(name === null ? {} : { recipe: name }), ...(attempts === null ? {} : { attempts }),
        ...(renditions.length === 0 ? {} : { renditions }),
      }
      return handOn(rowTask(row, kind === 'page' ? 'pages' : 'either', rules), weight, handed)
    }
    const forwarder = createForwarder({
      outbox, queue: tellingOrigins(queue, ledger, () => name), clock, random: Math.random, onTrouble: (trouble) => onTrouble(trouble === null ? null : trouble.error),
    })
    let join: (loop: Promise<void>) => void = () => undefined
    const joining = new Promise<void>((resolve) => (join = resolve))
    joining.catch(() => undefined)
    const desk = createRequestDesk({
      outbox, queue, clock, toTask, admits, knowsRecipe: (name) => recipes.some((one) => one.name === name), onAccepted: () => forwarder.wake(),
    })
    addRequestRoutes(server, {
      clock,
      desk: {
        ...desk,
        async accept(ask) {
          // What is taken under a name that is another's would lie where nobody looks for it.
          await joining
          if (stopping.signal.aborted) throw new GannetError('drained', 'this task server is being stopped: ask another one')
          return desk.accept(ask)
        },
      },
    })
    const watch = watchFleet(fleet)
    undo.push(watch.close)
    addFleetRoutes(server, watch)
    addDeadRoutes(server, deadLettersOf(queue))
    let loop: InboxLoop | null = null
    let dispatcher: Dispatcher | null = null
    const metrics = addMetrics(server, {
      view: watch.view, report: () => loop?.report ?? null, ...(settings.redis === null ? { leads: () => dispatcher?.leads ?? false } : {}),
    })
    let opened: FleetStore | null = null
    const stores = (): FleetStore => {
      if (opened === null) throw new GannetError('engine-unreachable', 'this task server is still starting: ask again')
      return opened
    }
    addAssetRoutes(server, {
      catalogue: { get: async (by, values) => stores().catalogue.get(by, values) },
      blobs: { slice: async (...ask) => stores().blobs.slice(...ask) },
    })
    const { url, port } = await listenAt(server, settings.listen)
    const name = settings.name ?? defaultName(port)
    const instance = randomUUID()

    const identity = await house.keeper.again<KeeperApi>('').identity()
    const store = await openFleetStore({ ledger, keeper: house.keeper, store: identity, data: settings.data, name, url, onTrouble })
    opened = store
    undo.push(() => store.close())
    const { vision: ownVision, eyes: ownEyes } = house
    const remote = ownVision === null ? createRemoteVision({ ledger, onTrouble, signal: draining.signal }) : null
    if (remote) undo.push(() => remote.close())
    const served = { ...store.served, ...(ownVision === null ? {} : { vision: createVisionDesk(ownVision, ownEyes) }) }
    undo.push(acceptLinks(server.server, { secret: await ledger.secret(), api: served }))

    let failed: ((error: unknown) => void) | null = null
    const failure = new Promise<never>((_, reject) => (failed = reject))
    failure.catch(() => undefined)
    const fail = (error: unknown): void => {
      if (!stopping.signal.aborted) failed?.(error)
    }
    let ended = 0
    // What was done is told when the queue is back, however long that takes; meanwhile nothing is lost.
    const waiting = patient(queue, { signal: lost.signal, random: Math.random })
    worker = createWorker(
      {
        schedule: waiting, catalogue: store.catalogue,
        // Of another server that has no room just now, or is being started again.
        committer: store.home.node === name ? store.committer : patient(store.committer, { signal: lost.signal, random: Math.random }),
        originals: store.originals, grabber: house.grabbers.api,
        vision: ownVision ?? (remote as RemoteVision),
        get eyes() {
          return remote?.eyes ?? ownEyes
        },
        policy: settings, clock, emit: tell,
        hostPolicy: await recallHosts(fleet.pace === null ? settings : { ...settings, delay: fleet.pace.delayMs }, waiting),
        retryAt: ({ task, ...failed_ }) => retryAt({ ...failed_, attempts: task.attempts, random: Math.random }, {
          ...RETRY_DEFAULTS, threshold: (task.payload as { wishes?: Wishes }).wishes?.attempts ?? settings.attempts,
        }),
        admits,
      },
      {
        rules, concurrency: settings.processes * settings.threads, perHost: settings.perHost, shared: settings.redis !== null, leaseMs: LEASE_MS,
        mayKeep: () => true, onBytes: () => undefined, onRoom: () => undefined, onTrouble: fail,
        onEnded({ kind }, { outcome }) {
          ended++
          metrics.ended(kind, outcome)
        },
      },
    )
    // Who only grabs has as many pictures beyond its visits as one that sees a little.
    const beyondVisits = Math.max(1, house.visionProcesses) * settings.batch
    const maxThreads = settings.processes === 0 ? 0 : settings.processes * settings.threads + beyondVisits
    const inbox = startInboxLoop(
      { queue, fleet: ledger, worker, busyProcesses: () => house.grabbers.busy, ended: () => ended, onTrouble, onDrainOrder: () => {
        tell({ type: 'drain-ordered' })
        drain()
      } },
      {
        name, instance, url, owner: ownerOf({ name, instance }), processorOwner: processorOwnerOf({ name, instance }),
        maxProcesses: settings.processes, maxThreads, maxProcessing: house.visionProcesses * PROCESSING_A_PROCESS, memberMs: MEMBER_MS,
      },
    )

    loop = inbox
    join(inbox.joined)
    const warnings = await fleet.judge()
    const local = settings.redis !== null ? null : startDispatcher(
      { queue, fleet: ledger, clock, tell: () => undefined, onTurn: metrics.turned },
      { ...DISPATCHER_DEFAULTS, taskLeaseMs: LEASE_MS, identity: { name, instance, url }, rule: ruleNamed(settings.rule) ?? (RULES[0] as (typeof RULES)[number]) },
    )
    dispatcher = local
    local?.ended.catch(fail)

    const callbacks = createCallbacks({
      outbox, report: createRequestReport({ catalogue: store.catalogue, hrefOf: (sha256) => `${url}${blobPath(sha256)}` }),
      guard: createGuard({ allow: settings.allowAddress }), secret: settings.callbackSecret, clock, random: Math.random,
    })
    const background = [
      forwarder.run(stopping.signal), callbacks.run(stopping.signal),
      watchEnds({ outbox, queue, clock, random: Math.random, onEnded: () => callbacks.wake() }, stopping.signal),
    ]
    for (const run of background) run.catch(fail)
    inbox.joined.then(() => tell({ type: 'node-ready', name, url, store: store.home.node }), () => undefined)

    const drain = (): void => {
      draining.abort()
      inbox.drain()
      // With the queue away there is nobody to give anything back to: leases run out by themselves.
      setTimeout(() => lost.abort(), DRAIN_MS).unref()
    }
    const finish = async (): Promise<void> => {
      try {
        await Promise.race([inbox.ended, failure])
      } finally {
        stopping.abort()
        lost.abort()
        inbox.drain()
        worker?.close()
        await local?.stop().catch(() => undefined)
        await Promise.allSettled(background)
        await unwind()
      }
    }
    const finished = finish()
    finished.catch(() => undefined)
    return {
      name, url, findings: house.findings, warnings, ended: finished,
      get report() {
        return inbox.report
      },
      drain,
    }
  } catch (error) {
    await unwind()
    throw error
  }
}
