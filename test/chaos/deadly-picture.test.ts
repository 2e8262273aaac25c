/** A picture that ends whatever process fetches it, among others that do not. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { crawlArgs, folder, gannet, reportIn, verdictIn, whyOf } from '../bad-input/gannet.ts'
import { needEngine } from '../engines/redis.ts'

const OTHERS = 12

/** What a crash of the process that sent the request would do: found by the port that it sent it from. */
const crash = ({ socket }: IncomingMessage): void => {
  const found = execFileSync('ss', ['-tnpH', `sport = :${socket.remotePort}`]).toString()
  const pid = Number(/pid=(\d+)/.exec(found)?.[1])
  process.kill(pid, 'SIGSEGV')
}

test('is dead at the second process that it ends, and no other task with it', async (context) => {
  await needEngine('netns', 'ss', context)
  const pictures = await Promise.all(Array.from({ length: OTHERS }, (_, n) =>
    sharp({ create: { width: 320, height: 240, channels: 3, background: 'black', noise: { type: 'gaussian', mean: 60 + 12 * n, sigma: 30 } } }).jpeg().toBuffer()))
  const asked: string[] = []
  const server = createServer((request, response) => {
    const url = request.url ?? ''
    asked.push(url)
    if (url === '/') return void response.setHeader('content-type', 'text/html').end(['deadly', ...pictures.keys()].map((name) => `<img src="/${name}.jpg">`).join(''))
    if (url === '/deadly.jpg') return crash(request)
    const picture = pictures[Number(/^\/(\d+)\.jpg$/.exec(url)?.[1])]
    // Slow enough for some to be under way beside it.
    setTimeout(() => (picture ? response.setHeader('content-type', 'image/jpeg').end(picture) : response.writeHead(404).end()), 50)
  })
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const data = await folder()
  const { kept, failed, pending, candidates } = reportIn(await gannet(crawlArgs([`${origin}/`], data, '--attempts', '3')))
  expect({ kept, failed, pending, candidates }).toEqual({ kept: OTHERS, failed: { 'worker-died': 1 }, pending: 0, candidates: OTHERS + 1 })
  expect(asked.filter((url) => url === '/deadly.jpg')).toHaveLength(2)
  const [why] = await whyOf(data, [`${origin}/deadly.jpg`])
  expect(why && verdictIn(why)).toBe('worker-died')
}, 60_000)
