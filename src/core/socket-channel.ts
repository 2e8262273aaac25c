/**
 * A channel for calls (rpc.ts) over a socket between two machines: frames of a length and a structured clone. Both ends
 * have shown who they are before; a frame beyond the bound, or one that is none, ends the connection all the same.
 */
import type { Socket } from 'node:net'
import { deserialize, serialize } from 'node:v8'
import type { Channel } from './rpc.ts'

/** Bytes of one message: the largest picture, and what is said of it. */
const MOST_BYTES = 512 * 1024 * 1024
const HEAD_BYTES = 4

/** @param rest bytes that came behind the handshake */
export const socketChannel = (socket: Socket, name: string, rest: Uint8Array = Buffer.alloc(0)): Channel => {
  let parts: Buffer[] = []
  let size = 0
  let listener: (message: unknown) => void = () => undefined

  /** The first `count` bytes of what has come. */
  const take = (count: number): Buffer => {
    const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
    parts = all.length > count ? [all.subarray(count)] : []
    size -= count
    return all.subarray(0, count)
  }
  let awaited = HEAD_BYTES
  let inHead = true
  const read = (): void => {
    while (size >= awaited) {
      const bytes = take(awaited)
      if (inHead) {
        awaited = bytes.readUInt32BE()
        if (awaited > MOST_BYTES) {
          socket.destroy(new Error(`a message of ${awaited} bytes`))
          return
        }
      } else {
        awaited = HEAD_BYTES
        try {
          listener(deserialize(bytes))
        } catch (error) {
          socket.destroy(error as Error)
          return
        }
      }
      inHead = !inHead
    }
  }
  const hear = (chunk: Buffer): void => {
    parts.push(chunk)
    size += chunk.length
    read()
  }
  socket.setNoDelay(true)
  // What is wrong with it is told by `close`.
  socket.on('error', () => undefined)

  return {
    send(message) {
      if (socket.destroyed) return
      const body = serialize(message)
      const head = Buffer.alloc(HEAD_BYTES)
      head.writeUInt32BE(body.length)
      socket.cork()
      socket.write(head)
      socket.write(body)
      socket.uncork()
    },
    onMessage(heard) {
      listener = heard
      if (rest.length > 0) hear(Buffer.from(rest))
      socket.on('data', hear)
    },
    onClose: (closed) => void socket.once('close', () => closed(`the connection to ${name} is gone`)),
  }
}
