/**
 * Where a body's decoded bytes collect: in memory up to INLINE_MAX, beyond that in a spool file,
 * so that a large picture never sits in memory as a whole.
 */
import { randomUUID } from 'node:crypto'
import { createWriteStream, type WriteStream } from 'node:fs'
import { unlink } from 'node:fs/promises'
import path from 'node:path'
import { INLINE_MAX, type Body } from '../core/body.ts'
import { GannetError, isDiskFull } from '../core/errors.ts'

/** Bytes at the beginning that screens may see. */
export const HEAD_BYTES = 4096

const spoolTrouble = (error: unknown, file: string): GannetError =>
  isDiskFull(error)
    ? new GannetError('disk-full', `no room left for ${file}: free some, then run the same command again`, { cause: error })
    : new GannetError('internal', `cannot write ${file}: is the data folder writable?`, { cause: error })

export class BodySink {
  size = 0
  #chunks: Buffer[] = []
  #file: WriteStream | null = null
  #head: Buffer | null = null
  #discarded = false
  readonly #spoolDir: string
  #trouble: GannetError | null = null
  #onDrain: () => void = () => undefined
  #onTrouble: (error: GannetError) => void = () => undefined

  constructor(spoolDir: string) {
    this.#spoolDir = spoolDir
  }

  /**
   * Who writes now: a body that was cut off is carried on by another.
   * @param onTrouble called at most once, when the spool cannot be written: the program's fault, not the site's
   */
  attach(onDrain: () => void, onTrouble: (error: GannetError) => void): void {
    this.#onDrain = onDrain
    this.#onTrouble = onTrouble
    if (this.#trouble) onTrouble(this.#trouble)
  }

  get spooled(): boolean {
    return this.#file !== null
  }

  head(): Buffer {
    return (this.#head ??= Buffer.concat(this.#chunks).subarray(0, HEAD_BYTES))
  }

  /** Whether the next bytes would no longer fit a message. */
  wouldSpool(length: number): boolean {
    return this.#file === null && this.size + length > INLINE_MAX
  }

  /** @returns false when the writer should pause until `onDrain` */
  write(chunk: Buffer): boolean {
    if (this.wouldSpool(chunk.length)) this.#open()
    this.size += chunk.length
    if (this.#file) return this.#file.write(chunk)
    this.#head = null
    this.#chunks.push(chunk)
    return true
  }

  #open(): void {
    const file = createWriteStream(path.join(this.#spoolDir, `${randomUUID()}.body`), { flags: 'wx' })
    file.on('drain', () => this.#onDrain())
    file.once('error', (error) => {
      // What is thrown away complains of its unwritten rest.
      if (this.#discarded) return
      this.#trouble = spoolTrouble(error, String(file.path))
      this.#onTrouble(this.#trouble)
    })
    if (this.#chunks.length > 0) {
      this.head()
      for (const chunk of this.#chunks) file.write(chunk)
      this.#chunks = []
    }
    this.#file = file
  }

  /** The body, once its last byte is written. Copies, so that no larger network buffer is kept alive by it. */
  end(): Body | Promise<Body> {
    const file = this.#file
    if (!file) return { kind: 'inline', bytes: Buffer.concat(this.#chunks) }
    return new Promise((resolve) => {
      file.end(() => resolve({ kind: 'spool', path: String(file.path), size: this.size }))
    })
  }

  /** Resolves when nothing is left of it on the disk; at once when nothing was spooled. */
  discard(): Promise<void> | undefined {
    this.#discarded = true
    this.#chunks = []
    const file = this.#file
    if (!file) return undefined
    return new Promise((resolve) => {
      // A file that could not be opened has closed before; there is nothing to remove.
      if (file.closed) return resolve()
      file.once('close', () => resolve(unlink(file.path).catch(() => undefined)))
      file.destroy()
    })
  }
}

/** For a body that was received and is not wanted after all. */
export const discardBody = async (body: Body): Promise<void> => {
  if (body.kind === 'spool') await unlink(body.path).catch(() => undefined)
}
