/** A picture whose decoding cannot be stopped holds up nobody: it gets its verdict, and the crawl goes on. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { folder, gannet, reportIn } from './bad-input/gannet.ts'
import { asSharp, draw } from './drawn-pictures.ts'
import { HOSTILE_FILES } from './hostile-corpus.ts'

test('drawings without end are undecodable in time, and the pictures beside them are kept', async () => {
  const drawing = await HOSTILE_FILES.find(({ name }) => name === 'uses.svg')?.make()
  const files = new Map<string, readonly [type: string, bytes: Uint8Array]>()
  // More than are decoded side by side: every thread is taken for a while.
  for (let i = 0; i < 6; i++) {
    files.set(`/endless-${i}.svg`, ['image/svg+xml', Buffer.concat([drawing ?? Buffer.alloc(0), Buffer.from(`<!--${i}-->`)])])
    files.set(`/honest-${i}.jpg`, ['image/jpeg', await asSharp(draw(i + 1, 400, 300)).jpeg().toBuffer()])
  }
  const page = `<html><body>${[...files.keys()].map((path) => `<img src="${path}">`).join('')}</body></html>`
  const server = createServer(({ url }, response) => {
    const [type, bytes] = files.get(url ?? '') ?? (url === '/' ? (['text/html', page] as const) : [])
    response.writeHead(bytes === undefined ? 404 : 200, { 'content-type': type ?? 'text/plain' }).end(bytes)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const ended = await gannet([
    'crawl', `http://127.0.0.1:${port}/`, '--data', await folder(), '--allow-address', '127.0.0.1', '--delay', '0', '--decode-time', '1',
    '--vision', '1', '--json',
  ])
  expect(ended.code).toBe(0)
  expect(reportIn(ended)).toMatchObject({ candidates: 12, kept: 6, rejected: { undecodable: 6 }, failed: {}, pending: 0 })
}, 120_000)
