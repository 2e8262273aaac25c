import { once } from 'node:events'
import { createServer as createWeb } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { connectRedis } from './redis-connection.ts'

const opened: Server[] = []
const urlOf = async (server: Server): Promise<string> => {
  opened.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`
}
/** Hangs up on a client of Redis, whose first command is an array, before that has read a word. */
const hasty = (answer: string): Server => createServer((socket) => {
  socket.on('error', () => undefined).once('data', (bytes: Buffer) => (bytes.toString().startsWith('*') ? socket.resetAndDestroy() : socket.end(answer)))
})

describe('a connection to Redis', () => {
  afterEach(() => {
    for (const server of opened.splice(0)) server.close()
  })

  it('is refused at a server of another kind, however hastily that hangs up', async () => {
    for (const server of [createWeb((_request, answer) => answer.end('hello')), hasty('HTTP/1.1 400 Bad Request\r\n\r\n'), hasty('220 ready\r\n')]) {
      await expect(connectRedis(await urlOf(server))).rejects.toMatchObject({ code: 'engine-unfit', message: expect.stringContaining('is no Redis') })
    }
  })

  it('that a Redis hangs up, or nobody answers, is no matter of the address', async () => {
    for (const answer of ['+PONG\r\n', '-ERR max number of clients reached\r\n', '']) {
      await expect(connectRedis(await urlOf(hasty(answer)))).rejects.toMatchObject({ code: 'engine-unreachable' })
    }
    const gone = await urlOf(createServer())
    opened.pop()?.close()
    await expect(connectRedis(gone)).rejects.toMatchObject({ code: 'engine-unreachable' })
  })
})
