import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INLINE_MAX } from '../../core/body.ts'
import type { Grant } from '../../schedule/task.ts'
import { serveHttp, type LocalServer } from '../../../test/local-server.ts'
import { createGrabber, type Grabber } from '../grabber.ts'
import type { VisitResult } from '../visit.ts'

const SMALL = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2000, 7)])
const LARGE = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2 * INLINE_MAX, 9)])
let site: LocalServer
let grabber: Grabber
let spoolDir: string

beforeAll(async () => {
  site = await serveHttp((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/small' }).end()
    else response.end(request.url === '/large' ? LARGE : SMALL)
  })
  spoolDir = await mkdtemp(join(tmpdir(), 'gannet-integrity-'))
  const grant = async (host: string): Promise<Grant> => ({ host, notBefore: 0, count: 1, intervalMs: 0, fence: 1 })
  const readPage = (): never => {
    throw new TypeError('no page is asked for')
  }
  grabber = createGrabber({ spoolDir, allowAddress: ['127.0.0.0/8'], robots: false, readPage }, { grant, recall: async () => null, remember: async () => undefined })
})
afterAll(async () => {
  await grabber.close()
  await site.close()
  await rm(spoolDir, { recursive: true })
})

const visit = (path: string, hash: string): Promise<VisitResult> =>
  grabber.visitImage({ url: `${site.origin}${path}`, kind: 'image', referer: null, hash, grant: { host: site.origin, notBefore: 0, count: 1, intervalMs: 0, fence: 1 } })
const hashOf = (algorithm: string, bytes: Buffer): string => createHash(algorithm).update(bytes).digest('hex')

describe('a picture whose hash is known beforehand', () => {
  it.each(['md5', 'sha1', 'sha256'])('comes when its %s is right, small or spooled, by a redirect too', async (algorithm) => {
    for (const [path, bytes] of [['/small', SMALL], ['/large', LARGE], ['/moved', SMALL]] as const) {
      expect(await visit(path, hashOf(algorithm, bytes))).toMatchObject({ ok: true, bytes: bytes.length })
    }
  })

  it.each(['/small', '/large'])('is refused when it is not, and nothing of %s is left on the disk', async (path) => {
    const before = await readdir(spoolDir)
    const wanted = hashOf('sha256', Buffer.from('another'))
    const came = await visit(path, wanted)
    expect(came).toMatchObject({ ok: false, reason: 'hash-mismatch', status: 200, detail: expect.stringContaining(`not ${wanted}`) as string })
    // The bytes were fetched, and the host was quick: both are known.
    expect(came.wireBytes).toBeGreaterThan(2000)
    expect(came.observations).toHaveLength(1)
    expect(await readdir(spoolDir)).toEqual(before)
  })
})
