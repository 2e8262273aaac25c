/**
 * What the dispatch rule is worth: the real policy on a virtual clock, on fleets and bursts that no bench has. Tasks
 * arrive, wait for their host and for a server, and run; what they wait under the default is held against an oracle
 * in the same order, which no dispatcher can beat, and against servers that work off what they took, which is what there was before.
 */
import { availableParallelism } from 'node:os'
import type { Benchmark } from './bench.ts'
import { raiseCrew } from './crew.ts'
import { NETWORK_MS, TURN_MS } from './dispatch-sim/dispatched.ts'
import { BATCH_MS, REPORT_EVERY_MS } from './dispatch-sim/reporters.ts'
import { briefRows, fullRows, rangeOf } from './dispatch-sim/sim-rows.ts'
import { WAYS, type SimJob, type SimOutcome, type Way } from './dispatch-sim/ways.ts'
import { DELAY_MS, MOST_OF_A_HOST, WEIGHTS, type Scene } from './dispatch-sim/world.ts'

const LOADS = [0.6, 0.8, 0.95] as const
const SIZES = {
  full: { seeds: [1, 2, 3], servers: 200, hosts: 20_000, tasks: 5_000_000, calmTasks: 1_000_000 },
  quick: { seeds: [1], servers: 10, hosts: 1_000, tasks: 125_000, calmTasks: 25_000 },
} as const
const VISITS = { usual: { threads: 4, roundTrips: 4 }, short: { threads: 1, roundTrips: 1 } } as const
const ALL = Object.keys(WAYS) as readonly Way[]

interface Study {
  readonly where: string
  readonly scene: Omit<Scene, 'seed'>
  readonly ways: readonly Way[]
  readonly rows: typeof fullRows
}

/** As many at a time as there are cores, in order. */
const tryAll = async (jobs: readonly SimJob[], done: (job: SimJob) => void): Promise<readonly SimOutcome[]> => {
  const outcomes: SimOutcome[] = []
  const left = jobs.entries()
  const work = async (): Promise<void> => {
    for (const [n, job] of left) {
      const crew = await raiseCrew<SimJob, SimOutcome>(new URL('./dispatch-sim/sim-worker.ts', import.meta.url), [job])
      outcomes[n] = (await crew.go())[0] as SimOutcome
      done(job)
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, work))
  return outcomes
}

export const dispatchSim: Benchmark = async ({ quick, say }) => {
  const { seeds, servers, hosts, tasks, calmTasks } = SIZES[quick ? 'quick' : 'full']
  const fleet = { servers, hosts }
  const studies: readonly Study[] = [
    ...LOADS.map((load): Study => ({ where: `load ${load}`, scene: { ...fleet, ...VISITS.usual, load, tasks, bursts: true }, ways: ALL, rows: fullRows })),
    { where: 'load 0.8, short visits', scene: { ...fleet, ...VISITS.short, load: 0.8, tasks, bursts: true }, ways: ['oracle', 'idlest'], rows: briefRows },
    ...LOADS.map((load): Study => ({
      where: `load ${load} without bursts`, scene: { ...fleet, ...VISITS.usual, load, tasks: calmTasks, bursts: false },
      ways: ['oracle', 'idlest', 'unscheduled', 'unscheduled, by capacity'], rows: briefRows,
    })),
    ...LOADS.map((load): Study => ({
      where: `load ${load} without bursts, short visits`, scene: { ...fleet, ...VISITS.short, load, tasks: calmTasks, bursts: false },
      ways: ['oracle', 'idlest'], rows: briefRows,
    })),
  ]
  const jobs = studies.flatMap(({ scene, ways }) => seeds.map((seed): SimJob => ({ scene: { ...scene, seed }, ways })))
  const outcomes = await tryAll(jobs, ({ scene }) =>
    say(`  load ${scene.load}, ${scene.bursts ? 'bursts' : 'no bursts'}, ${scene.threads} threads a process, seed ${scene.seed}`))
  const found = studies.map(({ rows, where }, n) => ({ rows, where, seeds: outcomes.slice(n * seeds.length, (n + 1) * seeds.length) }))
  return {
    rows: found.flatMap(({ rows, where, seeds }) => rows(seeds, where)),
    notes: [
      `A simulation: the modules that dispatch in earnest (fair-share.ts, handout.ts, the rules) on a virtual clock; it says nothing of Redis or the network. ${tasks} tasks a load (${calmTasks} without bursts), the same ones for every way of dispatching; medians of ${seeds.length} seed(s), of value and comparison each for itself. Seed by seed the default's p99 was, of the oracle's: ${found.slice(0, LOADS.length).map(({ where, seeds }) => `${where}: ${rangeOf(seeds, 'idlest', 'oracle')}`).join(', ')}.`,
      `${servers} servers: speeds log-normal (median 1, σ 0.6), 2 to 32 processes (log-uniform) of ${VISITS.usual.threads} visits at a time. ${hosts} hosts: latencies log-normal (median 200 ms, σ 1). A visit takes ${VISITS.usual.roundTrips} of its host's latencies (connection, TLS, thumbnail, picture) × a jitter (log-normal, σ 0.5, mean 1) / the server's speed; short visits: one latency, and one visit a process. With four visits a process of one latency each, the servers could do nearly as much as all hosts together bear at ${DELAY_MS} ms (${(hosts * 1000) / DELAY_MS} visits a second), and no dispatch would matter.`,
      `Sizes of hosts: Zipf 1.1, but no host is offered more than ${MOST_OF_A_HOST} of what its delay of ${DELAY_MS} ms allows, as a long-run mean with the bursts counted in (in a burst it is offered more); what that takes from the largest is spread over the others in proportion. Uncapped, the largest host of 20,000 would have 15 % of all tasks and be all that the p99 shows.`,
      'Load: work that arrives / (threads × speed of all servers), the mean over the run, bursts counted in. Poisson arrivals; in the second minute of every ten, at twenty times the rate of the rest: that is some four to five times what the fleet can do, and it takes the fleet minutes to come back. So every way that keeps its servers busy waits alike there, and the rows without bursts show what the dispatcher itself adds.',
      "A wait is from a task's arrival in the general queue to its start, its host's delay included; pace alone is the wait where servers never lack. Utilisation is counted while tasks arrive; the oracle's is lower because it takes the fastest server that has a thread to spare.",
      `idlest, least-loaded, round-robin: servers report when tasks have ended, at most every ${BATCH_MS} ms, and after ${REPORT_EVERY_MS} ms of silence; the dispatcher turns every ${TURN_MS} ms; reports and tasks travel ${NETWORK_MS} ms. A host sticks to its server while that has room. The simulation fails if a server is ever handed more than its room.`,
      'Oracle: one central queue in the same order, which sees every server at every instant, loses no time on the way and sticks to nothing.',
      'Unscheduled: each task goes to a server at random, which works off what it took in order of arrival, whatever it weighs; the hosts\' pace is honoured as if servers agreed on it at no cost. Servers differ a hundredfold in what they can do, so the slow small ones never catch up: that is most of its p99. By capacity: at random in proportion to what each server can do, if only that were known: through a burst this is as good as dispatch (its p99 is the lower, for it keeps the order of arrival where the others let the light ones wait for the heavy: compare the means), between bursts it is not.',
      `Weights ${WEIGHTS.join(', ')}, a third of the tasks each. Fair share: the mean wait of the same tasks under the same rule where all weigh the same.`,
    ],
  }
}
