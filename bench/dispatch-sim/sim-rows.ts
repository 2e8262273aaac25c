/** What the simulation's outcomes say, as rows. */
import { row, type Row } from '../bench.ts'
import { median } from '../compare.ts'
import type { Outcome } from './waits.ts'
import type { SimOutcome, Way } from './ways.ts'
import { WEIGHTS } from './world.ts'

/** The default's p99 of the oracle's, and of unscheduled's; a weight's mean wait of its fair share. */
const MOST_OF_ORACLE = 1.25
const MOST_OF_UNSCHEDULED = 0.333
const MOST_OF_FAIR = 2

const FIGURES = { mean: 's, mean wait', p50: 's, p50', p99: 's, p99', utilisation: 'of the threads, busy' } as const
type Figure = keyof typeof FIGURES

const outcomeOf = (seed: SimOutcome, way: Way): Outcome => {
  const found = seed[way]
  if (!found) throw new Error(`${way} was not tried`)
  return found
}
const over = (seeds: readonly SimOutcome[], way: Way, figure: (outcome: Outcome) => number): number =>
  median(seeds.map((seed) => figure(outcomeOf(seed, way))))

/** The least and the most of the seeds' own ratios: `1.02–1.05`. */
export const rangeOf = (seeds: readonly SimOutcome[], way: Way, against: Way): string => {
  const ratios = seeds.map((seed) => outcomeOf(seed, way).p99 / outcomeOf(seed, against).p99)
  return [...new Set([Math.min(...ratios).toFixed(3), Math.max(...ratios).toFixed(3)])].join('–')
}

const LABELS: Readonly<Partial<Record<Way, string>>> = { idlest: 'idlest, the default' }

const againstOracle = (seeds: readonly SimOutcome[], where: string, way: Way, figure: Figure): Row =>
  row({
    what: `${where}, ${LABELS[way] ?? way}, against the oracle`, unit: FIGURES[figure],
    value: over(seeds, way, (outcome) => outcome[figure]), against: over(seeds, 'oracle', (outcome) => outcome[figure]),
    ...(way === 'idlest' && figure === 'p99' ? { target: { most: MOST_OF_ORACLE } } : {}),
  })

const againstUnscheduled = (seeds: readonly SimOutcome[], where: string): Row =>
  row({
    what: `${where}, idlest, the default, against unscheduled`, unit: FIGURES.p99, target: { most: MOST_OF_UNSCHEDULED },
    value: over(seeds, 'idlest', ({ p99 }) => p99), against: over(seeds, 'unscheduled', ({ p99 }) => p99),
  })

/** Everything, for the world that the targets are about. */
export const fullRows = (seeds: readonly SimOutcome[], where: string): readonly Row[] => [
  ...(['idlest', 'least-loaded', 'round-robin', 'unscheduled', 'unscheduled, by capacity'] as const).flatMap((way) =>
    (['mean', 'p50', 'p99', 'utilisation'] as const).map((figure) => againstOracle(seeds, where, way, figure))),
  againstUnscheduled(seeds, where),
  ...(['mean', 'p50', 'p99'] as const).map((figure) =>
    row({ what: `${where}, by the hosts' pace alone`, unit: FIGURES[figure], value: over(seeds, 'pace alone', (outcome) => outcome[figure]) })),
  ...WEIGHTS.map((weight, n) =>
    row({
      what: `${where}, idlest, weight ${weight}, against the same tasks where all weigh the same`, unit: FIGURES.mean, target: { most: MOST_OF_FAIR },
      value: over(seeds, 'idlest', ({ byWeight }) => byWeight[n] as number),
      against: over(seeds, 'idlest, equal weights', ({ byWeight }) => byWeight[n] as number),
    })),
]

/** What differs elsewhere. */
export const briefRows = (seeds: readonly SimOutcome[], where: string): readonly Row[] =>
  (Object.keys(seeds[0] ?? {}) as readonly Way[]).filter((way) => way !== 'oracle').map((way) => againstOracle(seeds, where, way, 'p99'))
