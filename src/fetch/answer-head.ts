/**
 * What the status and the headers of an answer promise: a body worth reading, or the reason why
 * not. Any 2xx may carry a picture (servers answer 201, 202, 203 and 226 with one); only its
 * bytes decide. Pure.
 */
import { headerOf, type Objection, type PartialBody, type ResponseHeaders } from './visit-layer.ts'

export interface Promised {
  /** Bytes of this answer's body as it travels; null when it does not say. */
  readonly length: number | null
  /** Carries on where an earlier answer was cut off. */
  readonly resumed: boolean
}

export interface Misfit extends Objection {
  readonly restart: true
}

interface ContentRange {
  readonly from: number
  readonly to: number
  /** Null for `*`. */
  readonly total: number | null
}

/** RFC 9110 §14.4; null when it is missing or makes no sense. */
export const parseContentRange = (value: string | null): ContentRange | null => {
  const [, from, to, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(value?.trim() ?? '') ?? []
  if (from === undefined || to === undefined || total === undefined) return null
  const range = { from: Number(from), to: Number(to), total: total === '*' ? null : Number(total) }
  return range.to < range.from || (range.total !== null && range.to >= range.total) ? null : range
}

/** RFC 9110 §8.6: one number. A list of equal ones is taken, anything else is as good as none. */
const lengthOf = (headers: ResponseHeaders): number | null => {
  const values = new Set((headerOf(headers, 'content-length') ?? '').split(',').map((value) => value.trim()))
  const [value] = values
  return values.size === 1 && value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : null
}

const misfit = (detail: string): Misfit => ({ reason: 'truncated', detail, restart: true })

/** Is this really the rest of the very same file? */
const judgeRest = (headers: ResponseHeaders, { sink, validator, total }: PartialBody): Misfit | null => {
  const range = parseContentRange(headerOf(headers, 'content-range'))
  if (!range) return misfit('the rest was asked for, and came without saying which part it is')
  if (range.from !== sink.size) return misfit(`the rest was asked for from ${sink.size}, and came from ${range.from}`)
  if (range.total !== null && range.total !== total) return misfit('the file has another length than before')
  const tag = headerOf(headers, 'etag')
  if (validator.startsWith('"') && tag !== null && tag !== validator) return misfit('the file has changed since its beginning came')
  const date = headerOf(headers, 'last-modified')
  if (!validator.startsWith('"') && date !== null && date !== validator) return misfit('the file has changed since its beginning came')
  return headerOf(headers, 'content-encoding') === null ? null : misfit('the rest came encoded')
}

/** @param partial what was asked to be carried on; null when the whole was asked for */
export const judgeStatus = (status: number, headers: ResponseHeaders, partial: PartialBody | null): Promised | Objection | Misfit => {
  if (partial && status === 416) return misfit('the rest was asked for, and there is none')
  if (status < 200 || status > 299) return { reason: 'http-status', detail: `status ${status}` }
  if (status === 204 || status === 205) return { reason: 'http-status', detail: `status ${status}: no content` }
  if (/^\s*multipart\//i.test(headerOf(headers, 'content-type') ?? '')) {
    return partial ? misfit('the rest came in several parts') : { reason: 'not-an-image', detail: 'a stream of parts (a webcam?), not a picture' }
  }
  const length = lengthOf(headers)
  if (status !== 206) return { length, resumed: false }
  if (partial) return judgeRest(headers, partial) ?? { length, resumed: true }
  const range = parseContentRange(headerOf(headers, 'content-range'))
  return range && range.from === 0 && range.total !== null && range.to + 1 === range.total
    ? { length, resumed: false }
    : { reason: 'http-status', detail: 'status 206: a part came, and the whole was asked for' }
}

/** RFC 9110 §8.8.2.2: a date is strong enough for If-Range when it lay well back as the answer was made. */
const SETTLED_MS = 60_000

/**
 * By what the rest of a body could be asked for later.
 * @returns a strong entity tag, or a date that was settled when it was sent; null when there is neither
 */
export const validatorOf = (headers: ResponseHeaders): string | null => {
  const tag = headerOf(headers, 'etag')
  if (tag !== null && /^"[\x21\x23-\x7e\x80-\xff]{0,500}"$/.test(tag)) return tag
  const modified = headerOf(headers, 'last-modified')
  const age = Date.parse(headerOf(headers, 'date') ?? '') - Date.parse(modified ?? '')
  return modified !== null && modified.length < 60 && age >= SETTLED_MS ? modified : null
}
