/** The lines of an NDJSON body: one in memory at a time, none longer than is sensible, all of them UTF-8. */
import { HttpProblem } from './problem.ts'

export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/** Longest line, in bytes: a URL that is far too long still has its place in one, and is refused for itself. */
export const MOST_LINE = 256 * 1024

const NEWLINE = 0x0a

/** Blank lines are left out. @throws HttpProblem `request-invalid` for a line too long or not UTF-8 */
export async function* readLines(parts: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let number = 0
  let begun: Buffer[] = []
  let begunBytes = 0

  const lineOf = (bytes: Buffer): Line | null => {
    number++
    try {
      const text = decoder.decode(bytes).trim()
      return text === '' ? null : { number, text }
    } catch {
      throw new HttpProblem('request-invalid', `line ${number} is not UTF-8`)
    }
  }
  const check = (bytes: number): void => {
    if (bytes > MOST_LINE) throw new HttpProblem('request-invalid', `line ${number + 1} is longer than ${MOST_LINE / 1024} KB`)
  }

  for await (const part of parts) {
    let from = 0
    for (let end = part.indexOf(NEWLINE); end !== -1; end = part.indexOf(NEWLINE, from)) {
      check(begunBytes + end - from)
      const line = lineOf(begun.length === 0 ? part.subarray(from, end) : Buffer.concat([...begun, part.subarray(from, end)]))
      begun = []
      begunBytes = 0
      from = end + 1
      if (line) yield line
    }
    if (from < part.byteLength) {
      begun.push(part.subarray(from))
      begunBytes += part.byteLength - from
      check(begunBytes)
    }
  }
  const line = begun.length === 0 ? null : lineOf(Buffer.concat(begun))
  if (line) yield line
}
