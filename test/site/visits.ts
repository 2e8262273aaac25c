/**
 * What clients really did: the site's witness. Times are taken when a request's head has arrived and when its
 * answer has left or broken off, in milliseconds since the epoch with fractions.
 */
export type VisitedKind = 'page' | 'thumb' | 'full' | 'robots' | 'other'

export interface Visit {
  /** Position in the log, from 0. */
  readonly at: number
  /** Address and port that the client wrote in Host. */
  readonly host: string
  /** With the query. */
  readonly path: string
  readonly method: string
  readonly kind: VisitedKind
  /** Null until it is answered, or when the connection was cut before. */
  status: number | null
  /** Of the body, as handed to the system; what a client that broke off did not read may be among them. */
  bytes: number
  /** Whether the answer was sent to its planned end. */
  whole: boolean
  readonly userAgent: string | null
  readonly referer: string | null
  readonly startedAt: number
  /** Null while under way. */
  endedAt: number | null
  /** Until when the answer asked the client to keep away. */
  keepAwayUntil: number | null
}

export interface Which {
  readonly host?: string
  readonly kinds?: readonly VisitedKind[]
}

export interface Pace {
  readonly visits: number
  /** Between one start and the next, in milliseconds; null with fewer than two visits. */
  readonly minGapMs: number | null
  readonly medianGapMs: number | null
  /** Most under way at one time. */
  readonly maxConcurrent: number
}

const matches = (visit: Visit, which: Which): boolean =>
  (which.host === undefined || visit.host === which.host || visit.host.startsWith(`${which.host}:`)) &&
  (which.kinds === undefined || which.kinds.includes(visit.kind))

export const wallClock = (): number => performance.timeOrigin + performance.now()

export const paceOf = (log: readonly Visit[], which: Which = {}): Pace => {
  const chosen = log.filter((visit) => matches(visit, which))
  const starts = chosen.map((visit) => visit.startedAt).sort((a, b) => a - b)
  const gaps = starts.slice(1).map((start, i) => start - (starts[i] as number)).sort((a, b) => a - b)
  const edges = chosen
    .flatMap((visit) => [
      { at: visit.startedAt, step: 1 },
      { at: visit.endedAt ?? Infinity, step: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.step - b.step)
  let running = 0
  let maxConcurrent = 0
  for (const { step } of edges) maxConcurrent = Math.max(maxConcurrent, (running += step))
  return {
    visits: chosen.length,
    minGapMs: gaps[0] ?? null,
    medianGapMs: gaps[gaps.length >> 1] ?? null,
    maxConcurrent,
  }
}

/** Hits a path, query and all, whatever the host: a count of 2 is a double fetch. */
export const countsOf = (log: readonly Visit[], which: Which = {}): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const visit of log) if (matches(visit, which)) counts.set(visit.path, (counts.get(visit.path) ?? 0) + 1)
  return counts
}

/** Body bytes sent, by kind and together. */
export const bytesOf = (log: readonly Visit[], which: Which = {}): Readonly<Record<VisitedKind | 'all', number>> => {
  const sums = { page: 0, thumb: 0, full: 0, robots: 0, other: 0, all: 0 }
  for (const visit of log) {
    if (!matches(visit, which)) continue
    sums[visit.kind] += visit.bytes
    sums.all += visit.bytes
  }
  return sums
}

/** Visits that started after a host had asked (Retry-After) to be left alone, and before that time was over. */
export const impatientOf = (log: readonly Visit[], which: Which = {}): readonly Visit[] => {
  const chosen = log.filter((visit) => matches(visit, which))
  const asked = chosen.filter((visit) => visit.keepAwayUntil !== null)
  return chosen.filter((visit) =>
    asked.some(
      (one) =>
        one.host === visit.host &&
        visit.startedAt > (one.endedAt ?? Infinity) &&
        visit.startedAt < (one.keepAwayUntil as number),
    ),
  )
}
