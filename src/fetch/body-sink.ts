/**
 * Where a body's decoded bytes collect: in memory up to INLINE_MAX, beyond that in a spool file,
 * so that a large picture never sits in memory as a whole. What is spooled is hashed on its way:
 * its bytes are at hand now, and need not be read again for their name's sake.
 */
import { createHash, randomUUID, type Hash } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import path from 'node:path'
import { INLINE_MAX, type Body } from '../core/body.ts'
import { GannetError, isDiskFull } from '../core/errors.ts'
import type { Sha256 } from '../core/ids.ts'
import { SpoolFile } from './spool-file.ts'

/** Bytes at the beginning that screens may see. */
export const HEAD_BYTES = 4096

const spoolTrouble = (error: unknown, file: string): GannetError =>
  isDiskFull(error)
    ? new GannetError('disk-full', `no room left for ${file}: free some, then run the same command again`, { cause: error })
    : new GannetError('internal', `cannot write ${file}: is the data folder writable?`, { cause: error })

const beginning = (chunks: readonly Buffer[]): Buffer => {
  const first = chunks[0]
  if (first && (chunks.length === 1 || first.length >= HEAD_BYTES)) return first.subarray(0, HEAD_BYTES)
  return Buffer.concat(chunks, Math.min(HEAD_BYTES, chunks.reduce((sum, { length }) => sum + length, 0)))
}

const joined = (chunks: readonly Buffer[]): Buffer => {
  const [only] = chunks
  return chunks.length === 1 && only && only.length * 2 > only.buffer.byteLength ? only : Buffer.concat(chunks)
}

interface Spooled {
  readonly file: SpoolFile
  readonly hash: Hash
}

export class BodySink {
  size = 0
  #chunks: Buffer[] = []
  #spooled: Spooled | null = null
  #head: Buffer | null = null
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

  head(): Buffer {
    return (this.#head ??= beginning(this.#chunks))
  }

  /** @returns false when the writer should pause until `onDrain` */
  write(chunk: Buffer): boolean {
    this.size += chunk.length
    if (this.#spooled) return this.#spool(this.#spooled, chunk)
    if (this.#head && this.#head.length < HEAD_BYTES) this.#head = null
    this.#chunks.push(chunk)
    return this.size <= INLINE_MAX || this.#open()
  }

  #spool({ file, hash }: Spooled, chunk: Buffer): boolean {
    hash.update(chunk)
    return file.write(chunk)
  }

  #open(): boolean {
    const place = path.join(this.#spoolDir, `${randomUUID()}.body`)
    const file = new SpoolFile(place, () => this.#onDrain(), (error) => {
      this.#trouble = spoolTrouble(error, place)
      this.#onTrouble(this.#trouble)
    })
    const spooled = (this.#spooled = { file, hash: createHash('sha256') })
    this.head()
    const chunks = this.#chunks
    this.#chunks = []
    let goOn = true
    for (const chunk of chunks) goOn = this.#spool(spooled, chunk)
    return goOn
  }

  /** The body, once its last byte is written. Copied where it would keep a larger network buffer alive. */
  end(): Body | Promise<Body> {
    if (!this.#spooled) return { kind: 'inline', bytes: joined(this.#chunks) }
    const { file, hash } = this.#spooled
    const sha256 = hash.digest('hex') as Sha256
    return new Promise((resolve) => {
      file.end(() => resolve({ kind: 'spool', path: file.path, size: this.size, sha256 }))
    })
  }

  /** Resolves when nothing is left of it on the disk; at once when nothing was spooled. */
  discard(): Promise<void> | undefined {
    this.#chunks = []
    return this.#spooled?.file.discard()
  }
}

/** For a body that was received and is not wanted after all. */
export const discardBody = async (body: Body): Promise<void> => {
  if (body.kind === 'spool') await unlink(body.path).catch(() => undefined)
}
