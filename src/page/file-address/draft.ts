/** An address while what makes it one size among several is taken from it, layer by layer, outermost first. */
import { canonicalUrl } from '../canonical-url.ts'

export interface Draft {
  host: string
  /** From the first `/` to the query. */
  path: string
  /** Without `?`; empty when there is none. */
  query: string
  /** Pixels the address states; null where it does not. */
  width: number | null
  height: number | null
  /** The sizes are bounds that the file fits in, and it may be smaller: good to compare by, not to report. */
  within: boolean
  /** Part of the picture is cut off. */
  cropped: boolean
  /** Something was taken off: without it this is the file as it was uploaded. */
  altered: boolean
  /** Which of the named sizes it is (see `SIZE_WORDS`); null without a name. */
  rank: number | null
  /** Of `@2x`: how many of its pixels make one of the plain file's; 1 without. */
  density: number
}

export type Rule = (draft: Draft) => void

/** No server makes larger renditions; larger numbers are ids. */
const MAX_PIXELS = 30_000

/**
 * - `exact`: the file has this size
 * - `within`: it was asked to fit in, and keeps its shape
 * - `crop`: it was asked to fill, and lost its sides where both are stated
 */
export type Fit = 'exact' | 'within' | 'crop'

const pixelsOf = (value: string | number | null | undefined): number | null => {
  const pixels = Math.round(Number(value ?? 0))
  return pixels > 0 && pixels <= MAX_PIXELS ? pixels : null
}

/** Notes a size. Of two in one address the smaller holds: a file asked for larger than it is gets no more pixels. */
export const noteSize = (draft: Draft, width: string | number | null | undefined, height: string | number | null | undefined, fit: Fit): void => {
  draft.altered = true
  const w = pixelsOf(width)
  const h = pixelsOf(height)
  if (w === null && h === null) return
  if (fit === 'crop' && w !== null && h !== null) draft.cropped = true
  const isSmaller = w !== null && draft.width !== null ? w < draft.width : draft.width === null && draft.height === null
  if (!isSmaller) return
  draft.width = w
  draft.height = h
  draft.within = fit === 'within' || (fit === 'crop' && (w === null || h === null))
}

/** Splits a canonical address. */
export const createDraft = (url: string): Draft => {
  const start = url.indexOf('//') + 2
  const slash = url.indexOf('/', start)
  const query = url.indexOf('?', slash)
  return {
    host: url.slice(start, slash),
    path: query === -1 ? url.slice(slash) : url.slice(slash, query),
    query: query === -1 ? '' : url.slice(query + 1),
    width: null, height: null, within: false, cropped: false, altered: false, rank: null, density: 1,
  }
}

/** `%2F` and its kin made plain; as it was where the escapes are broken. */
export const unescaped = (text: string): string => {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const COLLAPSED = /^https?:\/(?!\/)/i
const BARE_HOST = /^(?:[a-z0-9-]+\.)+[a-z]{2,24}(?::\d+)?\//i

/**
 * Goes on with the address that a resizer was given: absolute, without its scheme, or a path of the same host.
 * False, and nothing changed, when it is none.
 */
export const enter = (draft: Draft, address: string): boolean => {
  let raw = unescaped(address).trim()
  if (raw === '') return false
  if (COLLAPSED.test(raw)) raw = raw.replace(':/', '://')
  else if (!/^https?:\/\//i.test(raw) && BARE_HOST.test(raw.slice(0, 300))) raw = `https://${raw}`
  const url = canonicalUrl(raw, `https://${draft.host}/`)
  if (url === null) return false
  const { host, path, query } = createDraft(url)
  draft.host = host
  draft.path = path
  draft.query = query
  draft.altered = true
  return true
}

/** The first value of that name in the query, as written; null without one. Looks at 40 parameters. */
export const queryValue = (query: string, name: string): string | null => {
  for (const part of query.split('&', 40)) {
    if (part.startsWith(name) && part[name.length] === '=') return part.slice(name.length + 1)
  }
  return null
}

/** Where the format is only another form of the same file. */
export const withoutExtension = (path: string): string => path.replace(/\.(?:jpe?g|png|webp|avif|gif|jxl)$/i, '')
