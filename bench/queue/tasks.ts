/** Tasks as a crawl has them: an id, a host, and 300 bytes of URL and words. */
import { createHash } from 'node:crypto'
import type { NewTask } from '../../src/schedule/index.ts'
import { BATCH, PAYLOAD_BYTES } from './queue-job.ts'

const WORDS = 'a picture of something that somebody somewhere thought worth showing to everybody else '

export const benchTask = (n: number, hosts: number): NewTask => {
  const host = `https://www${n % hosts}.example.org`
  const url = `${host}/gallery/${n}.jpg`
  // `[50,"url",{"alt":"…"}]`: what is kept of a task beyond its host and its id.
  const room = PAYLOAD_BYTES - url.length - JSON.stringify([50, '', { alt: '' }]).length
  return {
    id: createHash('sha256').update(`image ${url}`).digest('base64url').slice(0, 22) as NewTask['id'],
    kind: 'image', host, url, weight: 50, payload: { alt: WORDS.repeat(4).slice(0, room) },
  }
}

/** Those that the nth of `of` processes brings, in batches. Hosts are met in turn, as pages of many sites bring them. */
export function* benchBatches(nth: number, of: number, tasks: number, hosts: number): Generator<readonly NewTask[]> {
  for (let from = nth * BATCH; from < tasks; from += of * BATCH) {
    yield Array.from({ length: Math.min(BATCH, tasks - from) }, (_, i) => benchTask(from + i, hosts))
  }
}
