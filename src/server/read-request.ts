/**
 * From a body to a request: JSON in one piece up to 8 MB, or NDJSON as a stream of any length, whose rows are read no
 * faster than they are taken.
 */
import type { Readable } from 'node:stream'
import type { RequestRow } from '../node/door.ts'
import type { RequestAsk } from '../node/request-desk.ts'
import { HttpProblem } from './problem.ts'
import { readLines, type Line } from './read-lines.ts'
import { parseOptionsLine, parseRequest, parseRow } from './request-form.ts'
import { receive, receiveWhole, type UploadPace } from './upload.ts'

export type Content = Pick<RequestAsk, 'options' | 'rows'>

/** Largest JSON body, in bytes. */
export const MOST_JSON = 8 * 1024 * 1024
const TOO_LARGE = `the body is larger than the ${MOST_JSON / 1024 / 1024} MB that are taken as JSON: send application/x-ndjson, the options on the first line and one URL on each other`
/** Nothing in a request lies deeper than a field of a rendition. */
const MOST_DEPTH = 8

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])

/** Looked at before it is parsed: a nest of millions would cost hundreds of times its size. */
const isTooDeep = (bytes: Buffer): boolean => {
  let depth = 0
  for (let at = 0; at < bytes.byteLength; at++) {
    const byte = bytes[at] as number
    if (byte === QUOTE) {
      do {
        at = bytes.indexOf(QUOTE, at + 1)
        if (at === -1) return false
      } while (isEscaped(bytes, at))
    } else if (OPENING.has(byte) && ++depth > MOST_DEPTH) return true
    else if (CLOSING.has(byte)) depth--
  }
  return false
}

const isEscaped = (bytes: Buffer, at: number): boolean => {
  let slashes = 0
  while (bytes[at - 1 - slashes] === BACKSLASH) slashes++
  return slashes % 2 === 1
}

const parse = (text: string, where: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new HttpProblem('request-invalid', `${where} is not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
}

const decode = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new HttpProblem('request-invalid', 'the body is not UTF-8')
  }
}

const NO_URLS = 'the request names no URL: give urls, pages or both'

/** @throws HttpProblem */
export const readJsonRequest = async (stream: Readable, pace: UploadPace): Promise<Content> => {
  const bytes = await receiveWhole(stream, MOST_JSON, TOO_LARGE, pace)
  if (isTooDeep(bytes)) throw new HttpProblem('request-invalid', `the body is nested deeper than ${MOST_DEPTH} levels`)
  const content = parseRequest(parse(decode(bytes), 'the body'))
  if (content.rows.length === 0) throw new HttpProblem('request-invalid', NO_URLS)
  return content
}

async function* rowsOf(lines: AsyncGenerator<Line>): AsyncGenerator<RequestRow> {
  let isEmpty = true
  for await (const { number, text } of lines) {
    isEmpty = false
    yield parseRow(parse(text, `line ${number}`), number)
  }
  if (isEmpty) throw new HttpProblem('request-invalid', `${NO_URLS}, one on each line behind the first`)
}

/** Resolves when the options have come; the rows follow as they are asked for. @throws HttpProblem, here and from the rows */
export const readStreamedRequest = async (stream: Readable, pace: UploadPace): Promise<Content> => {
  const lines = readLines(receive(stream, pace))
  const first = await lines.next()
  if (first.done) throw new HttpProblem('request-invalid', 'the body is empty: the first line holds the options, {} for none')
  const { number, text } = first.value
  return { options: parseOptionsLine(parse(text, `line ${number}`)), rows: rowsOf(lines) }
}
