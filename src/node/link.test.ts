import { createServer, request, type Server } from 'node:http'
import { connect as dial, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { GannetError } from '../core/errors.ts'
import { acceptLinks, createLink, type Link } from './link.ts'

const SECRET = 's'.repeat(40)

interface Api {
  echo(value: unknown): Promise<unknown>
  fail(): Promise<never>
  slow(): Promise<string>
}

describe('a link between servers', () => {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  const serve = async (api: object, port = 0): Promise<{ server: Server; url: string; port: number; close: () => void }> => {
    const server = createServer((_request, response) => response.writeHead(404).end())
    const end = acceptLinks(server, { secret: SECRET, api: { store: api } })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const bound = (server.address() as AddressInfo).port
    const close = (): void => {
      end()
      server.closeAllConnections()
      server.close()
    }
    closers.push(close)
    return { server, url: `http://127.0.0.1:${bound}`, port: bound, close }
  }
  const link = (url: string | (() => string), secret = SECRET): { link: Link; store: Api; troubles: unknown[] } => {
    const troubles: unknown[] = []
    const made = createLink({ locate: async () => (typeof url === 'string' ? url : url()), secret, name: 'the other', onTrouble: (error) => troubles.push(error) })
    closers.push(() => made.close())
    return { link: made, store: made.again<Api>('store') as unknown as Api, troubles }
  }
  const echo = { echo: async (value: unknown) => value }

  test('carries what a structured clone carries, bytes of any size among it', async () => {
    const { url } = await serve(echo)
    const { store } = link(url)
    const value = { bytes: new Uint8Array([1, 2]), map: new Map([[1, null]]), text: 'ü', nothing: undefined }
    expect(await store.echo(value)).toEqual(value)
    const large = Buffer.alloc(3_000_000, 'abcdefg')
    expect(large.equals((await store.echo(large)) as Uint8Array)).toBe(true)
    const many = await Promise.all(Array.from({ length: 200 }, (_, n) => store.echo(n)))
    expect(many).toEqual(Array.from({ length: 200 }, (_, n) => n))
  })

  test("hands on the other's errors with their codes, over the same connection", async () => {
    const { server, url } = await serve({ ...echo, fail: async () => Promise.reject(new GannetError('disk-full', 'no room')) })
    let connections = 0
    server.on('connection', () => connections++)
    const { store } = link(url)
    await expect(store.fail()).rejects.toMatchObject({ code: 'disk-full', message: 'no room' })
    expect(await store.echo(1)).toBe(1)
    expect(connections).toBe(1)
  })

  test('makes a call again that the loss of the other cut off, wherever it comes back', async () => {
    const first = await serve({ slow: () => new Promise(() => undefined) })
    let at = first.url
    const { store, troubles } = link(() => at)
    const answer = store.slow()
    await new Promise((resolve) => setTimeout(resolve, 100))
    first.close()
    const second = await serve({ slow: async () => 'done' })
    at = second.url
    expect(await answer).toBe('done')
    expect(troubles.every((error) => GannetError.is(error, 'engine-unreachable'))).toBe(true)
  })

  test('waits for one that is not there yet, until it is closed', async () => {
    const { link: made, store, troubles } = link('http://127.0.0.1:1')
    const answer = store.echo(1)
    answer.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(troubles.length).toBeGreaterThan(1)
    made.close()
    await expect(answer).rejects.toMatchObject({ code: 'drained' })
  })

  test('is given to nobody who does not know the secret', async () => {
    const { url, port } = await serve(echo)
    const { link: made, store, troubles } = link(url, 'x'.repeat(40))
    const answer = store.echo(1)
    answer.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(String(troubles[0])).toContain('403')
    made.close()
    await expect(answer).rejects.toMatchObject({ code: 'drained' })
    const status = await new Promise((resolve) => {
      const ask = request(`http://127.0.0.1:${port}/elsewhere`, { headers: { connection: 'upgrade', upgrade: 'websocket' } })
      ask.on('response', ({ statusCode }) => resolve(statusCode)).end()
    })
    expect(status).toBe(404)
  })

  test('ends with whoever sends what is no message', async () => {
    const { port, url } = await serve(echo)
    const cases: readonly Buffer[] = [Buffer.from([0xff, 0xff, 0xff, 0xff, 1]), Buffer.from([0, 0, 0, 3, 1, 2, 3])]
    for (const bytes of cases) {
      const socket: Socket = dial(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(`GET /v1/link HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: gannet-link/1\r\nauthorization: Bearer ${SECRET}\r\n\r\n`)
      await new Promise((resolve) => socket.once('data', resolve))
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.resume().write(bytes)
      await closed
    }
    expect(await link(url).store.echo('still here')).toBe('still here')
  })
})
