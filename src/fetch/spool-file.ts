/**
 * A large body on its way to the disk, in as few steps as may be. A stream of Node's writes every piece of the
 * network by itself, and each of its steps is a way to another thread and back: together they cost more than
 * fetching the picture. A body of up to half a megabyte, as most pictures are, is written at its end, all at once
 * and at once: that only copies it into the system's memory, in less time than the way to the other thread takes.
 * A larger one is written beside the network, in steps of that size.
 *
 * The steps (open, write, close, unlink) never overlap; what comes meanwhile is held for the next one.
 */
import { close, closeSync, open, openSync, unlink, writev, writevSync } from 'node:fs'

/** Written together, in bytes; the end of a body however little it is. */
const STEP_BYTES = 512 * 1024
/** Held beyond this, the writer should pause: a step is under way that takes long. */
const MOST_HELD = 768 * 1024

export class SpoolFile {
  readonly path: string
  #begun = false
  #fd: number | null = null
  #held: Buffer[] = []
  #heldBytes = 0
  #busy = false
  #paused = false
  #broken = false
  #onEnd: (() => void) | null = null
  #onGone: (() => void) | null = null
  #gone: Promise<void> | null = null
  readonly #onDrain: () => void
  readonly #onTrouble: (error: NodeJS.ErrnoException) => void

  /**
   * @param path of a file that is not there yet
   * @param onDrain after a `write` that returned false, when there is room again
   * @param onTrouble called at most once; nothing is written any more then
   */
  constructor(path: string, onDrain: () => void, onTrouble: (error: NodeJS.ErrnoException) => void) {
    this.path = path
    this.#onDrain = onDrain
    this.#onTrouble = onTrouble
  }

  /** @param chunk not to be changed any more. @returns false when the writer should pause until `onDrain` */
  write(chunk: Buffer): boolean {
    if (this.#broken || this.#onGone) return true
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    this.#step()
    this.#paused ||= this.#heldBytes >= MOST_HELD
    return !this.#paused
  }

  /** @param onEnd called when all is written; not when there was trouble */
  end(onEnd: () => void): void {
    if (!this.#begun) return this.#writeWhole(onEnd)
    this.#onEnd = onEnd
    this.#step()
  }

  /** Resolves when nothing is left of it; may be asked for again. */
  discard(): Promise<void> {
    this.#held = []
    this.#heldBytes = 0
    return (this.#gone ??= new Promise((resolve) => {
      this.#onGone = resolve
      this.#step()
    }))
  }

  #step(): void {
    if (this.#busy) return
    const fd = this.#fd
    if (this.#onGone) this.#remove(this.#onGone)
    else if (!this.#begun && this.#heldBytes >= STEP_BYTES) this.#open()
    else if (this.#broken || fd === null) return
    else if (this.#heldBytes >= STEP_BYTES || (this.#onEnd && this.#heldBytes > 0)) this.#write(fd)
    else if (this.#onEnd) this.#close(fd, this.#onEnd)
  }

  #open(): void {
    this.#begun = true
    this.#busy = true
    open(this.path, 'wx', (error, fd) => {
      if (!error) this.#fd = fd
      this.#stepped(error)
    })
  }

  #writeWhole(then: () => void): void {
    this.#begun = true
    try {
      this.#fd = openSync(this.path, 'wx')
      if (writevSync(this.#fd, this.#held) === this.#heldBytes) {
        closeSync(this.#fd)
        this.#fd = null
        this.#held = []
        return then()
      }
      // Only a part was taken: the disk is nearly full, and says so when the whole is tried once more.
      closeSync(this.#fd)
      this.#fd = openSync(this.path, 'w')
    } catch (error) {
      return this.#stepped(error as NodeJS.ErrnoException)
    }
    this.#onEnd = then
    this.#write(this.#fd)
  }

  #stepped(error: NodeJS.ErrnoException | null): void {
    this.#busy = false
    if (error && !this.#broken) {
      this.#broken = true
      this.#held = []
      this.#heldBytes = 0
      // What is thrown away has nobody left to tell.
      if (!this.#onGone) this.#onTrouble(error)
    }
    this.#step()
  }

  #write(fd: number): void {
    const chunks = this.#held
    const bytes = this.#heldBytes
    this.#held = []
    this.#heldBytes = 0
    this.#busy = true
    writev(fd, chunks, (error, written) => {
      if (!error && written < bytes && !this.#onGone) {
        // A disk that is nearly full takes a part; what it says of the rest tells why.
        this.#held.unshift(Buffer.concat(chunks).subarray(written))
        this.#heldBytes += bytes - written
        this.#busy = false
        return this.#write(fd)
      }
      this.#stepped(error)
      if (this.#paused && !this.#broken && this.#heldBytes < STEP_BYTES) {
        this.#paused = false
        this.#onDrain()
      }
    })
  }

  #close(fd: number, then: () => void): void {
    this.#busy = true
    this.#onEnd = null
    this.#fd = null
    close(fd, (error) => {
      this.#stepped(error)
      if (!error) then()
    })
  }

  #remove(then: () => void): void {
    this.#busy = true
    const gone = (): void => unlink(this.path, () => then())
    if (this.#fd === null) gone()
    else close(this.#fd, gone)
  }
}
