/**
 * Where a list's bytes come from: a file, which can be read again from anywhere, or a pipe (`-` for standard
 * input, a named pipe, the shell's `<(…)`), which passes once.
 */
import { createReadStream, type ReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { GannetError } from '../core/errors.ts'

export interface ByteSource {
  readonly name: string
  /** In bytes; null for a pipe. */
  readonly size: number | null
  /** Bytes handed out by the latest reading, with what was passed over. */
  readonly read: number
  /** The first bytes, up to 4 KB; of a pipe they come again with `bytes`. */
  head(): Promise<Buffer>
  /** @param from passes over so many; a pipe only has 0 */
  bytes(from: number): AsyncGenerator<Buffer>
  /** Ends the reading that is under way. */
  close(): void
}

const HEAD_BYTES = 4096
const CHUNK_BYTES = 256 * 1024

/** @throws usage */
export const unreadable = (name: string, cause: unknown): GannetError => {
  const message = (cause as Error).message
  return new GannetError('usage', `the list ${name} cannot be read: ${message}`, { cause })
}

const openFile = (name: string, path: string, size: number): ByteSource => {
  let read = 0
  let closed = false
  return {
    name,
    size,
    close: () => void (closed = true),
    get read() {
      return read
    },
    async head() {
      const file = await open(path).catch((cause: unknown) => Promise.reject(unreadable(name, cause)))
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
        return buffer.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    },
    async *bytes(from) {
      read = from
      const input = createReadStream(path, { start: from, highWaterMark: CHUNK_BYTES })
      try {
        for await (const chunk of input as AsyncIterable<Buffer>) {
          if (closed) return
          read += chunk.length
          yield chunk
        }
      } catch (cause) {
        throw GannetError.is(cause) ? cause : unreadable(name, cause)
      } finally {
        input.destroy()
      }
    },
  }
}

const openPipe = (name: string, input: NodeJS.ReadStream | ReadStream): ByteSource => {
  const chunks = (input as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  let first: Buffer | null = null
  let read = 0
  let closed = false
  const next = async (): Promise<Buffer | null> => {
    try {
      const { done, value } = await chunks.next()
      return done ? null : value
    } catch (cause) {
      // Whoever waited for more when it was closed is let go by an error.
      if (closed) return null
      throw unreadable(name, cause)
    }
  }
  return {
    name,
    size: null,
    close() {
      closed = true
      input.destroy()
    },
    get read() {
      return read
    },
    async head() {
      // One chunk may be a single line; a whole head would keep whoever types the list waiting.
      first ??= (await next()) ?? Buffer.alloc(0)
      return first.subarray(0, HEAD_BYTES)
    },
    async *bytes() {
      try {
        for (let chunk = first ?? (await next()); chunk !== null; chunk = await next()) {
          read += chunk.length
          yield chunk
        }
      } finally {
        input.destroy()
      }
    },
  }
}

/** @param path `-` is standard input @throws usage when there is nothing to be read */
export const openSource = async (path: string): Promise<ByteSource> => {
  if (path === '-') return openPipe('on standard input', process.stdin)
  const found = await stat(path).catch((cause: unknown) => Promise.reject(unreadable(path, cause)))
  if (found.isDirectory()) throw new GannetError('usage', `the list ${path} is a folder: name the file in it`)
  return found.isFile() ? openFile(path, path, found.size) : openPipe(path, createReadStream(path, { highWaterMark: CHUNK_BYTES }))
}
