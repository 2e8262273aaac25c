/**
 * Seeds and lists become batches of tasks. A batch carries its position, so a list that was cut
 * short goes on where it stopped, and a batch that is sent twice counts once.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { GannetError } from '../core/errors.ts'
import { requestId, type RequestId } from '../core/ids.ts'
import type { NewTask } from '../schedule/task.ts'
import { imageTask, pageTask, siteOf, type AdmitRules } from './admit.ts'
import { bareCandidate } from './page-walk.ts'

export interface Seeds {
  /** Pages and pictures, as typed. */
  readonly urls: readonly string[]
  /** A text file of one URL a line; `#` begins a comment. */
  readonly list: string | null
}

const BATCH = 500
const IMAGE_PATH = /\.(?:jpe?g|jfif|png|webp|gif|avif|heic|tiff?|bmp|svg|ico)$/i

/**
 * The same seeds name the same request: that is how a second run finds the first one's work. A list is known by
 * what it says, so one that has changed is a new request, in which the old lines are done already.
 * @throws usage when the list cannot be read
 */
export const requestOf = async (seeds: Seeds): Promise<RequestId> => {
  if (seeds.list === null) return requestId(['crawl', ...seeds.urls])
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(seeds.list), hash)
  } catch (cause) {
    throw unreadable(seeds.list, cause)
  }
  return requestId(['crawl', ...seeds.urls, '--list', hash.digest('hex')])
}

const unreadable = (list: string, cause: unknown): GannetError =>
  new GannetError('usage', `the list ${list} cannot be read: ${(cause as Error).message}`, { cause })

/** `example.org/cats` is what people type. */
const absolute = (typed: string): string => (/^[a-z][a-z0-9+.-]*:/i.test(typed) && !/^[\w.-]+:\d+(?:\/|$)/.test(typed) ? typed : `http://${typed}`)

/** @param via links of a listed page are followed only when a depth is asked for */
export const seedTask = (typed: string, rules: AdmitRules, via: 'seed' | 'list'): NewTask => {
  const follow = via === 'seed' || rules.maxDepth !== null
  const text = absolute(typed.trim())
  let url = text
  let picture = false
  let scope: string | null = null
  try {
    const parsed = new URL(text)
    parsed.hash = ''
    url = parsed.href
    picture = IMAGE_PATH.test(parsed.pathname)
    scope = follow ? siteOf(url) : null
  } catch {
    // The rules name the reason; the task records it.
  }
  return picture
    ? imageTask(bareCandidate(url, via), rules)
    : pageTask(url, { depth: 0, scope, referer: null }, rules)
}

/** Batches in order; the first has sequence 1. @param after skip batches up to this sequence */
export async function* intake(seeds: Seeds, rules: AdmitRules, after: number): AsyncGenerator<{ sequence: number; tasks: readonly NewTask[] }> {
  let sequence = 0
  if (seeds.urls.length > 0) {
    sequence++
    if (sequence > after) yield { sequence, tasks: seeds.urls.map((url) => seedTask(url, rules, 'seed')) }
  }
  if (seeds.list === null) return
  let lines: string[] = []
  for await (const line of readLines(seeds.list)) {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) continue
    lines.push(text)
    if (lines.length < BATCH) continue
    sequence++
    if (sequence > after) yield { sequence, tasks: lines.map((url) => seedTask(url, rules, 'list')) }
    lines = []
  }
  if (lines.length > 0) {
    sequence++
    if (sequence > after) yield { sequence, tasks: lines.map((url) => seedTask(url, rules, 'list')) }
  }
}

async function* readLines(file: string): AsyncGenerator<string> {
  const input = createReadStream(file)
  try {
    // A failed open surfaces through the iterator.
    yield* createInterface({ input, crlfDelay: Infinity })
  } catch (cause) {
    throw unreadable(file, cause)
  } finally {
    input.destroy()
  }
}
