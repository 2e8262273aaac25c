/**
 * What a member of a fleet tells Prometheus, as docs/metrics.md lists it. Counts of the fleet are read from the queue and
 * the ledger when somebody scrapes, and so are the same at every member; the others are this process's own. Labels take
 * few values: no host, no URL, no request is one.
 */
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Outcome } from '../core/reasons.ts'
import type { FleetView, NodeReport, NodesView, QueueCounts, QueuesView, TaskKind } from '../schedule/index.ts'

export interface MetricsOptions {
  readonly view: Pick<FleetView, 'nodes' | 'queues' | 'counts'>
  /** Of a task server: what it says of itself now. Null for others, and until it stands. */
  readonly report: () => NodeReport | null
  /** Of who dispatches: whether it leads; it then also tells what must be looked for. Absent for others. */
  readonly leads?: () => boolean
  /** Longest wait for an engine that does not answer, in milliseconds: then the fleet is left out. Default 3,000. */
  readonly patienceMs?: number
}

export interface Metrics {
  /** A task of this server has ended. */
  ended(kind: TaskKind, outcome: Outcome): void
  turned(ms: number): void
}

const PATIENCE_MS = 3_000
const TURN_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
const REQUEST_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120]
const NODE_STATES = ['ready', 'full', 'paused', 'draining'] as const

type Labels = Readonly<Record<string, string | number>>
type Sample = readonly [value: number, labels?: Labels]

const stateOf = (node: NodesView['nodes'][number]): (typeof NODE_STATES)[number] =>
  node.draining ? 'draining' : node.paused ? 'paused' : node.full ? 'full' : 'ready'

interface Seen {
  readonly nodes: NodesView
  readonly queues: QueueCounts
}
interface Looked {
  readonly queues: QueuesView
}

/** Rejects when there is no answer in time; what comes later is of no use to anybody. */
const within = <Value>(ms: number, answer: Promise<Value>): Promise<Value> => {
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ms)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

const endedRows = ({ ended }: QueueCounts): readonly Sample[] => {
  const sums = new Map<string, Sample>()
  for (const { kind, outcome, count } of ended) sums.set(`${kind} ${outcome}`, [count + (sums.get(`${kind} ${outcome}`)?.[0] ?? 0), { kind, outcome }])
  return [...sums.values()]
}

type Rows<Of> = readonly (readonly [name: string, help: string, labels: readonly string[], samples: (of: Of) => readonly Sample[]])[]

const COUNTERS: Rows<Seen> = [
  ['gannet_tasks_accepted_total', 'Tasks taken into the general queue.', [], ({ queues }) => [[queues.accepted]]],
  ['gannet_tasks_dispatched_total', 'Leases of tasks given to task servers; a task that comes back has several.', [], ({ queues }) => [[queues.dispatched]]],
  ['gannet_tasks_ended_total', 'Tasks that reached an end, by kind and outcome.', ['kind', 'outcome'], ({ queues }) => endedRows(queues)],
]
const GAUGES: Rows<Seen> = [
  ['gannet_queue_waiting', 'Tasks waiting in the general queue, by weight and kind.', ['weight', 'kind'], ({ queues }) =>
    queues.byWeight.flatMap(({ weight, ...kinds }) => Object.entries(kinds).map(([kind, n]): Sample => [n, { weight, kind }]))],
  ['gannet_queue_leased', 'Tasks leased to task servers.', [], ({ queues }) => [[queues.leased]]],
  ['gannet_queue_dead', 'Tasks that failed for good and were neither revived nor dropped.', [], ({ queues }) => [[queues.dead]]],
  ['gannet_queue_hosts', 'Hosts with waiting tasks.', [], ({ queues }) => [[queues.hosts.waiting]]],
  ['gannet_queue_paused', 'What is paused by order: everything (0 or 1), task servers, hosts.', ['what'], ({ queues: { paused } }) =>
    [[Number(paused.all), { what: 'all' }], [paused.nodes.length, { what: 'node' }], [paused.hosts.count, { what: 'host' }]]],
  ['gannet_fleet_nodes', 'Task servers of the fleet, by state.', ['state'], ({ nodes }) =>
    NODE_STATES.map((state): Sample => [nodes.nodes.filter((node) => stateOf(node) === state).length, { state }])],
  ['gannet_fleet_led', 'Whether a dispatcher leads the fleet.', [], ({ nodes }) => [[Number(nodes.leader !== null)]]],
]

/** What costs the queue more than counts do. */
const LOOKED: Rows<Looked> = [
  ['gannet_queue_uncollected', 'Of the leased tasks, those that their server has not collected yet.', [], ({ queues }) =>
    [[Object.values(queues.uncollected).reduce((sum, n) => sum + n, 0)]]],
  ['gannet_queue_oldest_seconds', 'Age of the oldest waiting task; 0 when none waits.', [], ({ queues }) => [[queues.oldest?.seconds ?? 0]]],
  ['gannet_hosts_held_back', 'Hosts that answer badly, of the first 500: open circuit, blocked by Retry-After, slowed.', ['state'], ({ queues: { circuits } }) =>
    (['open', 'blocked', 'slowed'] as const).map((state): Sample => [circuits[state], { state }])],
]

const OWN: readonly (readonly [name: string, help: string, value: (report: NodeReport) => number])[] = [
  ['gannet_node_processes', 'Grabber processes that this task server may run.', ({ maxProcesses }) => maxProcesses],
  ['gannet_node_processes_running', 'Of these, those with at least one visit.', ({ runningProcesses }) => runningProcesses],
  ['gannet_node_threads', 'Tasks that this task server may work at.', ({ maxThreads }) => maxThreads],
  ['gannet_node_threads_running', 'Of these, those with a visit under way.', ({ runningThreads }) => runningThreads],
  ['gannet_node_processing', 'Process tasks that this task server may hold.', ({ maxProcessing }) => maxProcessing],
  ['gannet_node_processing_running', 'Of these, those that it holds.', ({ runningProcessing }) => runningProcessing],
  ['gannet_node_queued', 'Tasks that this task server holds and has no visit under way for.', ({ queued }) => queued],
]

/** Adds `GET /metrics`, and times every request. */
export const addMetrics = (server: FastifyInstance, { view, report, leads, patienceMs = PATIENCE_MS }: MetricsOptions): Metrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]

  const reachable = new Gauge({ name: 'gannet_fleet_reachable', help: 'Whether the queue answered this scrape; 0: what is of the fleet is left out.', registers })
  const counters = COUNTERS.map(([name, help, labelNames, samples]) => ({ samples, labelNames, metric: new Counter({ name, help, labelNames, registers }) }))
  const gaugesOf = <Of>(rows: Rows<Of>) => rows.map(([name, help, labelNames, samples]) => ({ samples, labelNames, metric: new Gauge({ name, help, labelNames, registers }) }))
  const gauges = gaugesOf(GAUGES)
  const looked = leads === undefined ? [] : gaugesOf(LOOKED)
  const own = OWN.map(([name, help, value]) => ({ value, metric: new Gauge({ name, help, registers }) }))
  const ownEnded = new Counter({ name: 'gannet_node_tasks_ended_total', help: 'Tasks that ended at this task server since its start, by kind and outcome.', labelNames: ['kind', 'outcome'], registers })
  const leading = leads && new Gauge({ name: 'gannet_dispatcher_leading', help: 'Whether this dispatch server leads.', registers })
  const turns = new Histogram({ name: 'gannet_dispatcher_turn_duration_seconds', help: 'Turns of the dispatcher while it leads: who is idle, what is due, whom it goes to.', buckets: TURN_BUCKETS, registers })
  const requests = new Histogram({
    name: 'gannet_http_request_duration_seconds', help: 'HTTP requests answered here, by route.', labelNames: ['method', 'route', 'status'], buckets: REQUEST_BUCKETS, registers,
  })

  const look = async (): Promise<(Seen & { readonly looked: Looked | null }) | null> => {
    try {
      if (leads === undefined) {
        const [nodes, queues] = await within(patienceMs, Promise.all([view.nodes(), view.counts()]))
        return { nodes, queues, looked: null }
      }
      const [nodes, queues] = await within(patienceMs, Promise.all([view.nodes(), view.queues()]))
      return { nodes, queues, looked: { queues } }
    } catch {
      return null
    }
  }
  const collect = async (): Promise<void> => {
    const seen = await look()
    reachable.set(Number(seen !== null))
    for (const { metric, labelNames } of [...counters, ...gauges, ...looked]) {
      metric.reset()
      // One without labels would say 0, and none is meant.
      if (seen === null && labelNames.length === 0) metric.remove()
    }
    if (seen !== null) {
      for (const { metric, samples } of counters) for (const [value, labels = {}] of samples(seen)) metric.inc(labels, value)
      for (const { metric, samples } of gauges) for (const [value, labels = {}] of samples(seen)) metric.set(labels, value)
      if (seen.looked !== null) for (const { metric, samples } of looked) for (const [value, labels = {}] of samples(seen.looked)) metric.set(labels, value)
    }
    const said = report()
    for (const { metric, value } of own) {
      if (said === null) metric.remove()
      else metric.set(value(said))
    }
    leading?.set(Number(leads?.() ?? false))
  }

  server.addHook('onResponse', async (request, reply) => {
    requests.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode }, reply.elapsedTime / 1000)
  })
  let scraping: Promise<string> | null = null
  server.get('/metrics', async (_request, reply) => {
    // Those who scrape at once share a look.
    scraping ??= collect().then(() => registry.metrics()).finally(() => (scraping = null))
    return reply.type(registry.contentType).send(await scraping)
  })
  server.addHook('onClose', async () => registry.clear())
  return {
    ended: (kind, outcome) => ownEnded.inc({ kind, outcome }),
    turned: (ms) => turns.observe(ms / 1000),
  }
}
