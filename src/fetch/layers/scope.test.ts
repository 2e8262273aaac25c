import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { homeOf } from '../../core/scope.ts'
import type { Grant } from '../../schedule/task.ts'
import { serveHttp, type LocalServer } from '../../../test/local-server.ts'
import { createGrabber, type Grabber } from '../grabber.ts'

const asked: string[] = []
let home: LocalServer
let other: LocalServer
let grabber: Grabber
let spoolDir: string

beforeAll(async () => {
  other = await serveHttp((request, response) => {
    asked.push(`other ${request.url}`)
    response.setHeader('content-type', 'text/html')
    response.end('<title>elsewhere</title>')
  }, '127.0.0.2')
  home = await serveHttp((request, response) => {
    asked.push(`home ${request.url}`)
    const to = request.url === '/out' ? `${other.origin}/page` : request.url === '/in' ? '/page' : null
    if (to === null) {
      response.setHeader('content-type', 'text/html')
      response.end('<title>here</title>')
    } else response.writeHead(302, { location: to }).end()
  })
  spoolDir = await mkdtemp(join(tmpdir(), 'gannet-scope-'))
  const grant = async (host: string): Promise<Grant> => ({ host, notBefore: 0, count: 1, intervalMs: 0, fence: 1 })
  grabber = createGrabber(
    {
      spoolDir, allowAddress: ['127.0.0.0/8'], robots: false,
      readPage: (_bytes, { url }) => ({
        document: 'html', candidates: [], links: [], title: url, optOut: { follow: true, images: true, directive: null }, unusable: [], cut: null,
        relations: { next: [], canonical: null, refresh: null, alternates: [], feeds: [], sitemaps: [] },
      }),
    },
    { grant, recall: async () => null, remember: async () => undefined },
  )
})
afterAll(async () => {
  await grabber.close()
  await home.close()
  await other.close()
  await rm(spoolDir, { recursive: true, force: true })
})

const visit = async (path: string, scoped: boolean) => {
  const grant: Grant = { host: home.origin, notBefore: 0, count: 1, intervalMs: 0, fence: 1 }
  const scope = { home: homeOf(home.origin, 'host'), include: [], exclude: ['/secret'] }
  return (await grabber.visitPage({ url: home.origin + path, kind: 'page', referer: null, grant, ...(scoped ? { scope } : {}) })).visit
}

it('a redirect within the scope is followed, one out of it is refused before anybody there is asked', async () => {
  expect(await visit('/in', true)).toMatchObject({ ok: true, finalUrl: `${home.origin}/page` })
  expect(await visit('/out', true)).toMatchObject({ ok: false, reason: 'out-of-scope', detail: expect.stringContaining(other.origin) as string })
  expect(asked.filter((line) => line.startsWith('other'))).toEqual([])
})

it('without a scope it is followed wherever it leads', async () => {
  expect(await visit('/out', false)).toMatchObject({ ok: true, finalUrl: `${other.origin}/page` })
})

it('what the patterns refuse is not asked for', async () => {
  expect(await visit('/secret', true)).toMatchObject({ ok: false, reason: 'out-of-scope' })
  expect(asked).not.toContain('home /secret')
})
