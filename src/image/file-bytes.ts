/**
 * A file's bytes, where its path may name anything: a folder, a pipe that nobody writes to, a device without
 * end, a file that says it is empty and is not. Never waits for a writer, never reads past the limit.
 */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { GannetError } from '../core/errors.ts'

const CHUNK = 64 * 1024

const kindOf = async (file: FileHandle): Promise<{ readonly size: number } | string> => {
  const stat = await file.stat()
  if (stat.isFile()) return { size: stat.size }
  return stat.isDirectory() ? 'a folder' : stat.isFIFO() ? 'a pipe' : 'a device'
}

/** What the system makes up as it is read (`/proc`) states no size, or a wrong one. */
const readTo = async (file: FileHandle, size: number, maxBytes: number): Promise<Uint8Array> => {
  let bytes = Buffer.allocUnsafeSlow(Math.min(size, maxBytes) + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, length)
    length += bytesRead
    if (bytesRead === 0 || length > maxBytes) return bytes.subarray(0, length)
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(maxBytes + 1, length * 2 + CHUNK))
  }
}

/**
 * @returns the bytes, or `{ size }` of a file that is longer than `maxBytes`
 * @throws GannetError `data-missing` when it is no file or cannot be read
 */
export const fileBytes = async (path: string, maxBytes: number): Promise<Uint8Array | { readonly size: number }> => {
  let file: FileHandle | null = null
  try {
    // Without waiting: opening a pipe would, until somebody writes to it.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    const kind = await kindOf(file)
    if (typeof kind === 'string') throw new GannetError('data-missing', `${path} is ${kind}, not a file: name a picture's file`)
    if (kind.size > maxBytes) return { size: kind.size }
    const bytes = await readTo(file, kind.size, maxBytes)
    return bytes.length > maxBytes ? { size: bytes.length } : bytes
  } catch (error) {
    if (GannetError.is(error)) throw error
    throw new GannetError('data-missing', `cannot read ${path}: check that the file is there and may be read`, { cause: error })
  } finally {
    await file?.close()
  }
}
