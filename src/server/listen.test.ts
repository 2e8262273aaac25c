import { networkInterfaces } from 'node:os'
import { afterEach, expect, test } from 'vitest'
import { createHttpServer } from './http-server.ts'
import { listenAt } from './listen.ts'

const servers: ReturnType<typeof createHttpServer>[] = []
const raise = () => {
  const server = createHttpServer({ onTrouble: () => undefined })
  servers.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

test('says where it answers', async () => {
  const { url, port } = await listenAt(raise(), '127.0.0.1:0')
  expect(url).toBe(`http://127.0.0.1:${port}`)
})

test('that listens everywhere, says an address that others reach', async () => {
  const { url, port } = await listenAt(raise(), '0.0.0.0:0')
  const outer = Object.values(networkInterfaces()).flatMap((found) => found ?? []).filter(({ internal, family }) => !internal && family === 'IPv4')
  expect([...outer.map(({ address }) => address), '127.0.0.1']).toContain(new URL(url).hostname)
  expect((await fetch(`${url}/nothing`)).status).toBe(404)
  expect(new URL(url).port).toBe(String(port))
})

test('is told what is wrong with its address', async () => {
  const { port } = await listenAt(raise(), '127.0.0.1:0')
  await expect(listenAt(raise(), `127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('cannot be used') as string })
})
