/**
 * Which thresholds part what is wanted from what is not, where all must hold: a policy's form. A greedy search changes one rule at
 * a time, the one that parts best; a change is taken only where it also parts pictures that it was not chosen on, by more than
 * chance. Right and wrong are weighed so that both sides count alike, however many pictures each has. What it comes to is
 * measured by running all of the search again without each fifth of the pictures in turn (nested cross-validation: Stone, JRSS B
 * 36 (1974); Varma and Simon, BMC Bioinformatics 7:91 (2006)).
 */
import { seededRandom, shuffled } from '../core/seeded-random.ts'
import { wilson, type Interval } from './interval.ts'

/** A number of every example that a rule may bound. */
export interface Measure {
  /** Of the measures of a slot one at most bears a rule. */
  readonly slot: string
  /** What is kept has the threshold at least, or at most. */
  readonly sense: 'least' | 'most'
  /** Thresholds are whole numbers, from 1. */
  readonly whole?: boolean
  /** A threshold that holds where none is found, null for none. */
  readonly start: number | null
}

export interface Example {
  readonly wanted: boolean
  /** One a measure, finite; null for what is turned away whatever the rules. */
  readonly values: readonly number[] | null
}

export interface Rule {
  /** Index of its measure. */
  readonly measure: number
  readonly threshold: number
}

export interface Figures {
  /** Of what is kept, the share that is wanted, in the mixture of the examples; NaN where nothing is kept. */
  readonly precision: number
  /** Of what is wanted, the share that is kept. */
  readonly recall: number
  /** Of what is not wanted, the share that is turned away. */
  readonly turnedAway: number
  /** Of 95 %. */
  readonly intervals: { readonly precision: Interval; readonly recall: Interval; readonly turnedAway: Interval }
}

export interface Mistake {
  /** Index of the example. */
  readonly example: number
  /** The rule that turns it away, or would have been the next to; null where there is none that could. */
  readonly rule: Rule | null
  /** How far it lies on the wrong side, as a share of the range of the rule's measure; infinite where there is no rule. */
  readonly by: number
}

export interface Separation {
  /** Those that differ from the start, in the order in which they were found. */
  readonly rules: readonly Rule[]
  /** What is kept out of fold is wanted more often than not kept, beyond the intervals. */
  readonly parts: boolean
  /** Of the starting thresholds alone. */
  readonly before: Figures
  readonly inFold: Figures
  readonly outOfFold: Figures
  /** Of the rules, on the examples that they were found on; the worst first. */
  readonly mistakes: readonly Mistake[]
}

const FOLDS = 5
/** Standard errors by which a change must gain. */
const SURE = 1.96
const EPSILON = 1e-9

type Rules = ReadonlyMap<string, Rule>

const holds = ({ sense }: Measure, value: number, threshold: number): boolean => (sense === 'least' ? value >= threshold : value <= threshold)

/** The number of fewest figures in the middle half between two, nearest their middle; whole ones end above `low`. */
export const roundBetween = (low: number, high: number, whole = false): number => {
  const middle = (low + high) / 2
  for (let digits = -3; digits <= (whole ? 0 : 6); digits++) {
    const value = Number((Math.round(middle * 10 ** digits) / 10 ** digits).toFixed(Math.max(0, digits)))
    if (Math.abs(value - middle) <= (high - low) / 4) return value
  }
  return whole ? Math.ceil(middle) : middle
}

export const separate = (measures: readonly Measure[], examples: readonly Example[], seed = 1): Separation => {
  const measureOf = ({ measure }: Rule): Measure => measures[measure] as Measure
  const valueOf = ({ values }: Example, measure: number): number => values?.[measure] as number
  const keeps = (rules: Rules, example: Example, but?: string): boolean => {
    if (example.values === null) return false
    for (const [slot, rule] of rules) if (slot !== but && !holds(measureOf(rule), valueOf(example, rule.measure), rule.threshold)) return false
    return true
  }

  const start: Rules = new Map(measures.flatMap(({ slot, start: threshold }, measure) => (threshold === null ? [] : [[slot, { measure, threshold }] as const])))

  /** Each side weighs 1, what is not wanted below nothing. */
  const weigh = (some: readonly Example[]): ((example: Example) => number) => {
    const wanted = some.filter((one) => one.wanted).length
    return (example) => (example.wanted ? 1 / wanted : -1 / (some.length - wanted))
  }

  /** A threshold that all pass, by a tenth; two figures. */
  const laxThreshold = (measure: number, some: readonly Example[]): number => {
    const { sense, whole } = measures[measure] as Measure
    const all = some.flatMap(({ values }) => (values ? [values[measure] as number] : []))
    const far = sense === 'least' ? Math.max(whole ? 1 : 0, 0.9 * Math.min(...all)) : 1.1 * Math.max(...all)
    const step = whole ? 1 : 10 ** Math.floor(Math.log10(Math.max(1e-6, far)) - 1)
    return Number((sense === 'least' ? Math.floor(far / step) * step : Math.ceil(far / step) * step).toPrecision(12))
  }

  /** The start, but for thresholds that turn away what is wanted: those are learned anew, from none. */
  const laxStart = (some: readonly Example[]): Rules => {
    const wanted = some.filter((one) => one.wanted && one.values !== null)
    return new Map([...start].map(([slot, rule]) =>
      [slot, wanted.every((one) => holds(measureOf(rule), valueOf(one, rule.measure), rule.threshold)) ? rule : { ...rule, threshold: laxThreshold(rule.measure, some) }]))
  }

  /** The threshold of one measure that parts best what the other rules let pass: of those that part alike, that in the widest gap. */
  const bestThreshold = (rules: Rules, measure: number, some: readonly Example[], weight: (example: Example) => number) => {
    const { slot, sense, whole = false } = measures[measure] as Measure
    const sign = sense === 'least' ? 1 : -1
    const passing = some.filter((example) => keeps(rules, example, slot)).sort((a, b) => sign * (valueOf(a, measure) - valueOf(b, measure)))
    const [first, last] = [passing[0], passing.at(-1)]
    if (!first || !last) return null
    const range = Math.abs(valueOf(last, measure) - valueOf(first, measure))
    let kept = passing.reduce((sum, example) => sum + weight(example), 0)
    let best = { score: Number.NEGATIVE_INFINITY, gap: 0, threshold: Number.NaN }
    for (let at = 1; at < passing.length; at++) {
      const [left, right] = [passing[at - 1] as Example, passing[at] as Example]
      kept -= weight(left)
      const [here, next] = [valueOf(left, measure), valueOf(right, measure)]
      if (here === next) continue
      const gap = Math.abs(next - here) / range
      if (kept > best.score + EPSILON || (kept > best.score - EPSILON && gap > best.gap)) {
        best = { score: kept, gap, threshold: roundBetween(Math.min(here, next), Math.max(here, next), whole) }
      }
    }
    // What two values only can be has no width.
    return Number.isNaN(best.threshold) ? null : { ...best, gap: new Set(passing.map((example) => valueOf(example, measure))).size > 2 ? best.gap : 0 }
  }

  /** The one change of a rule that parts best; null where none parts better than the rules do. */
  const bestChange = (rules: Rules, some: readonly Example[]): Rules | null => {
    const weight = weigh(some)
    const now = some.reduce((sum, example) => sum + (keeps(rules, example) ? weight(example) : 0), 0)
    let best: { readonly score: number; readonly gap: number; readonly rule: Rule } | null = null
    for (const measure of measures.keys()) {
      const found = bestThreshold(rules, measure, some, weight)
      if (!found || found.score <= now + EPSILON) continue
      if (best === null || found.score > best.score + EPSILON || (found.score > best.score - EPSILON && found.gap > best.gap)) {
        best = { score: found.score, gap: found.gap, rule: { measure, threshold: found.threshold } }
      }
    }
    return best && new Map([...rules].filter(([slot]) => slot !== measureOf(best.rule).slot).concat([[measureOf(best.rule).slot, best.rule]]))
  }

  const foldsOf = (some: readonly Example[], random: () => number): readonly (readonly Example[])[] => {
    const folds: Example[][] = Array.from({ length: FOLDS }, () => [])
    for (const wanted of [true, false]) shuffled(some.filter((one) => one.wanted === wanted), random).forEach((example, at) => folds[at % FOLDS]?.push(example))
    return folds
  }

  const without = (some: readonly Example[], fold: readonly Example[]): readonly Example[] => {
    const away = new Set(fold)
    return some.filter((example) => !away.has(example))
  }

  const changesOf = (from: Rules, to: Rules, some: readonly Example[], weight: (example: Example) => number): readonly number[] =>
    some.map((example) => (Number(keeps(to, example)) - Number(keeps(from, example))) * weight(example))

  /** As McNemar's test tells it, weighed. */
  const isBeyondChance = (changes: readonly number[]): boolean =>
    changes.reduce((sum, change) => sum + change, 0) > SURE * Math.sqrt(changes.reduce((sum, change) => sum + change * change, 0))

  /** Whether changes that were found without a fold gain on it, over all folds. */
  const gainsOutOfFold = (rules: Rules, some: readonly Example[], random: () => number): boolean => {
    const weight = weigh(some)
    return isBeyondChance(foldsOf(some, random).flatMap((fold) => {
      const changed = bestChange(rules, without(some, fold))
      return changed ? changesOf(rules, changed, fold, weight) : []
    }))
  }

  const search = (some: readonly Example[]): Rules => {
    const random = seededRandom(seed)
    const lax = laxStart(some)
    let rules = lax
    for (let next = bestChange(rules, some); next && gainsOutOfFold(rules, some, random); next = bestChange(rules, some)) rules = next
    for (const [slot, rule] of start) {
      const strict = new Map(rules).set(slot, rule)
      // What is lax was not fitted to any side, and needs no folds to show that it gains.
      if (rules.get(slot) === lax.get(slot) && !isBeyondChance(changesOf(strict, rules, some, weigh(some)))) rules = strict
    }
    return rules
  }

  const figuresOf = (isKept: (example: Example) => boolean): Figures => {
    const kept = examples.filter(isKept)
    const [wanted, both] = [examples.filter((one) => one.wanted).length, kept.filter((one) => one.wanted).length]
    const unwanted = examples.length - wanted
    const away = unwanted - (kept.length - both)
    return {
      precision: both / kept.length, recall: both / wanted, turnedAway: away / unwanted,
      intervals: { precision: wilson(both, kept.length), recall: wilson(both, wanted), turnedAway: wilson(away, unwanted) },
    }
  }

  /** The rule by which it is furthest out, or least in. */
  const mistakeOf = (rules: Rules, example: Example): Mistake => {
    let nearest: Mistake = { example: examples.indexOf(example), rule: null, by: Number.POSITIVE_INFINITY }
    if (example.values === null) return nearest
    for (const rule of rules.values()) {
      const all = examples.flatMap(({ values }) => (values ? [values[rule.measure] as number] : []))
      const range = Math.max(...all) - Math.min(...all) || 1
      const value = valueOf(example, rule.measure)
      const isOut = !holds(measureOf(rule), value, rule.threshold)
      const by = Math.abs(value - rule.threshold) / range
      if (example.wanted ? isOut && (nearest.rule === null || by > nearest.by) : by < nearest.by) nearest = { ...nearest, rule, by }
    }
    return nearest
  }

  const rules = search(examples)
  const keptOutOfFold = new Set<Example>()
  for (const fold of foldsOf(examples, seededRandom(seed))) {
    const found = search(without(examples, fold))
    for (const example of fold) if (keeps(found, example)) keptOutOfFold.add(example)
  }
  const outOfFold = figuresOf((example) => keptOutOfFold.has(example))
  return {
    rules: [...rules.values()].filter(({ measure, threshold }) => measures[measure]?.start !== threshold),
    parts: outOfFold.intervals.recall.low > 1 - outOfFold.intervals.turnedAway.low,
    before: figuresOf((example) => keeps(start, example)),
    inFold: figuresOf((example) => keeps(rules, example)),
    outOfFold,
    mistakes: examples.filter((example) => keeps(rules, example) !== example.wanted).map((example) => mistakeOf(rules, example)).sort((a, b) => (a.by === b.by ? 0 : b.by - a.by)),
  }
}
