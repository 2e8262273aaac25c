/**
 * Cuts a flow of bytes into records: lines, or rows of a table whose quoted fields may hold line breaks (RFC 4180).
 * A record past MAX_RECORD is given up, and a quote that is never closed costs its own line only: the flow goes on
 * with the next. Each byte is looked at a bounded number of times.
 */

/** Bytes of a record; what is longer is no row of a list. */
export const MAX_RECORD = 1024 * 1024
const EXCERPT = 300

export interface Cut {
  /** Without its line break; cut to its beginning where there is a `problem`. A view, which keeps its chunk alive. */
  readonly bytes: Buffer
  /** Byte offsets in the flow: where it starts, and where the next one does. */
  readonly start: number
  readonly end: number
  /** Lines that it takes up. */
  readonly lines: number
  readonly problem: string | null
}

export interface Cutter {
  push(chunk: Buffer): readonly Cut[]
  /** What is left when the flow has ended. */
  end(): readonly Cut[]
}

const LF = 0x0a
const CR = 0x0d
const QUOTE = 0x22
const TOO_LONG = `is longer than ${MAX_RECORD / 1024 / 1024} MB`

/** Where a record is cut: `end` is behind its line break. Null when more bytes are needed. */
interface Found {
  readonly end: number
  readonly lines: number
  readonly problem: string | null
}

interface Finder {
  /** @param from start of the record; its bytes that were seen by an earlier call are not looked at again */
  find(bytes: Buffer, from: number): Found | null
  /** Forgets the record it is in. */
  reset(): void
}

const lineFinder = (): Finder => {
  let seen = 0
  return {
    find(bytes, from) {
      const at = bytes.indexOf(LF, from + seen)
      if (at < 0) {
        seen = bytes.length - from
        return null
      }
      seen = 0
      return { end: at + 1, lines: 1, problem: null }
    },
    reset: () => void (seen = 0),
  }
}

type Place = 'field start' | 'plain' | 'quoted' | 'after quote' | 'spoiled'

const SPOILED = 'has text behind a closing quote'

const rowFinder = (separator: number): Finder => {
  let seen = 0
  let lines = 1
  let place: Place = 'field start'
  let searched: Buffer | null = null
  let quoteAt = -1

  const reset = (): void => {
    seen = 0
    lines = 1
    place = 'field start'
  }
  const found = (end: number, problem: string | null = null): Found => {
    const result = { end, lines: problem === null ? lines : 1, problem }
    reset()
    return result
  }
  /** Looked for once a buffer, not once a row. */
  const hasQuote = (bytes: Buffer, from: number, end: number): boolean => {
    if (searched !== bytes || quoteAt < from) {
      searched = bytes
      const at = bytes.indexOf(QUOTE, from)
      quoteAt = at < 0 ? Infinity : at
    }
    return quoteAt < end
  }
  return {
    reset,
    find(bytes, from) {
      if (seen === 0) {
        const end = bytes.indexOf(LF, from)
        if (end >= 0 && !hasQuote(bytes, from, end)) return found(end + 1)
      }
      for (let at = from + seen; at < bytes.length; at++) {
        const byte = bytes[at]
        if (place === 'quoted') {
          if (byte === QUOTE) place = 'after quote'
          else if (byte === LF) lines++
        } else if (byte === LF) return found(at + 1, place === 'spoiled' ? SPOILED : null)
        else if (place === 'spoiled') continue
        else if (byte === separator) place = 'field start'
        else if (place === 'field start' && byte === QUOTE) place = 'quoted'
        else if (place === 'after quote') {
          if (byte === QUOTE) place = 'quoted'
          else if (byte !== CR && lines > 1) return found(bytes.indexOf(LF, from) + 1, SPOILED)
          else if (byte !== CR) place = 'spoiled'
        } else place = 'plain'
      }
      seen = bytes.length - from
      return null
    },
  }
}

const NOTHING = Buffer.alloc(0)
const LINE_BREAK = Buffer.from('\n')

/**
 * @param start offset in the flow of the first byte that is pushed; a record starts there
 * @param separator of fields that may be quoted, one ASCII character; null for lines
 */
export const createCutter = (start: number, separator: string | null): Cutter => {
  const finder = separator === null ? lineFinder() : rowFinder(separator.charCodeAt(0))
  let rest: Buffer = NOTHING
  let total = start
  /** Of a record that is being passed over. */
  let passing: { start: number; excerpt: Buffer } | null = null

  const cut = (chunk: Buffer, isLast: boolean): readonly Cut[] => {
    const buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const base = total - rest.length
    total += isLast ? 0 : chunk.length
    const cuts: Cut[] = []
    let from = 0
    const take = (end: number, lines: number, problem: string | null): void => {
      let to = end
      if (buffer[to - 1] === LF) to--
      if (to > from && buffer[to - 1] === CR) to--
      const long = problem ?? (to - from > MAX_RECORD ? TOO_LONG : null)
      const bytes = buffer.subarray(from, long === null ? to : Math.min(to, from + EXCERPT))
      cuts.push({ bytes, start: base + from, end: Math.min(base + end, total), lines, problem: long })
      from = end
    }
    while (from < buffer.length) {
      if (passing !== null) {
        const at = buffer.indexOf(LF, from)
        if (at < 0) {
          from = buffer.length
          break
        }
        cuts.push({ bytes: passing.excerpt, start: passing.start, end: Math.min(base + at + 1, total), lines: 1, problem: TOO_LONG })
        passing = null
        from = at + 1
        continue
      }
      const found = finder.find(buffer, from)
      if (found !== null) {
        take(found.end, found.lines, found.problem)
        continue
      }
      if (!isLast && buffer.length - from <= MAX_RECORD) break
      finder.reset()
      const line = buffer.indexOf(LF, from)
      if (line >= 0) take(line + 1, 1, 'opens a quote that is never closed')
      else passing = { start: base + from, excerpt: Buffer.from(buffer.subarray(from, from + EXCERPT)) }
    }
    rest = buffer.subarray(from)
    return cuts
  }
  return {
    push: (chunk) => cut(chunk, false),
    end: () => cut(LINE_BREAK, true),
  }
}
