/**
 * What an address looks like apart from its numbers: pages that one program makes share a shape. Traps are known by
 * their shapes, and a gallery of a hundred thousand pages is one.
 */
export interface PageShape {
  readonly host: string
  /** Path with numbers and codes folded, and the names of the query's parameters, sorted. */
  readonly shape: string
  /** The path so folded, whatever the query; null without one. */
  readonly path: string | null
  /** Only how deep the path is, and its extension. */
  readonly form: string
  /** Month that the address names, as milliseconds since the epoch; null when it names none. */
  readonly month: number | null
}

const MAX_PATH = 500
const MAX_NAMES = 20

const CODE = /^[\da-f-]{8,}$/i
const MIXED = /^(?=.*\d)(?=.*[a-z])[a-z\d]{16,}$/i

const fold = (segment: string): string =>
  /\d/.test(segment) && (CODE.test(segment) || MIXED.test(segment)) ? '~' : segment.replace(/\d+/g, '#')

const DATE = /(?<!\d)((?:1[6-9]|2\d)\d\d)[-/_.](0?[1-9]|1[0-2])(?!\d)/
/** Without marks between, only where the query says that it is a date: numbers of eight digits are many things. */
const COMPACT = /[?&;](?:date|day|d|from|start|week)=((?:1[6-9]|2\d)\d\d)(0[1-9]|1[0-2])(?:\d\d)?(?!\d)/i
const YEAR = /[?&;](?:year|yr|y|cal_?year|jahr|annee)=((?:1[6-9]|2\d)\d\d)(?!\d)/i
const MONTH = /[?&;](?:month|mon|mo|m|monat|mois)=(0?[1-9]|1[0-2])(?!\d)/i

const monthOf = (path: string, query: string): number | null => {
  const date = DATE.exec(path) ?? DATE.exec(query) ?? COMPACT.exec(query)
  if (date) return Date.UTC(Number(date[1]), Number(date[2]) - 1)
  const year = YEAR.exec(query)
  return year ? Date.UTC(Number(year[1]), Number(MONTH.exec(query)?.[1] ?? 1) - 1) : null
}

/** @param url absolute http(s) URL */
export const shapeOf = (url: string | URL): PageShape => {
  const { host, pathname, search } = typeof url === 'string' ? new URL(url) : url
  const path = pathname.slice(0, MAX_PATH)
  const query = search.slice(0, MAX_PATH)
  const segments = path.split('/').slice(1)
  const folded = `${host}/${segments.map(fold).join('/')}`
  const names = query === '' ? []
    : [...new Set(query.slice(1).split('&').map((part) => (part.split('=', 1)[0] as string).replace(/\d+/g, '#')))].sort().slice(0, MAX_NAMES)
  const dot = path.lastIndexOf('.')
  const extension = dot > path.lastIndexOf('/') ? path.slice(dot, dot + 8) : ''
  return {
    host,
    shape: names.length === 0 ? folded : `${folded}?${names.join('&')}`,
    path: names.length === 0 ? null : folded,
    form: `${host} ${segments.length}${extension}`,
    month: monthOf(path, query),
  }
}

/** Longest block of segments that is looked for again behind itself. */
const MAX_BLOCK = 6
const MAX_SEGMENTS = 200

/**
 * Whether the path goes in circles, as relative links written by mistake do: the same segment four times on end, or
 * the same two to six of them three times. Numbers alone (2011/11/11/11) do not count.
 */
export const isLoop = (url: string | URL): boolean => {
  const segments = (typeof url === 'string' ? new URL(url) : url).pathname.split('/').filter((segment) => segment !== '').slice(0, MAX_SEGMENTS)
  for (let block = 1; block <= MAX_BLOCK; block++) {
    const enough = block * (block === 1 ? 3 : 2)
    let same = 0
    let word = false
    for (let at = block; at < segments.length; at++) {
      if (segments[at] !== segments[at - block]) {
        same = 0
        word = false
        continue
      }
      same++
      word ||= /\D/.test(segments[at] as string)
      if (same >= enough && word) return true
    }
  }
  return false
}
