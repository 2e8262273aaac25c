/**
 * Where pictures are made and kept: drawn once, cached on disk by what they are, so that the second start of a
 * site is instant and a benchmark of many thousands can be prepared. A bounded part is held in memory.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { LRUCache } from 'lru-cache'
import { padJpeg } from './encode.ts'
import type { Commission } from './recipe.ts'
import { fileType, render, type Rendition } from './render.ts'

/** Part of every cache key: raise it when the drawing changes. */
export const DRAW_VERSION = 1

export interface StudioOptions {
  /** Default: `gannet-site-cache` in the system's folder for temporary files. */
  readonly cacheDir?: string
  /** Default 192 MiB. */
  readonly memoryBytes?: number
  /** Pictures made at once; drawing is single-threaded, encoding is not. Default 3. */
  readonly atOnce?: number
}

export type Which = 'thumb' | 'full'

/** A commission, and a mark that makes its bytes unlike any other's while the pixels stay. */
export interface Order {
  readonly ask: Commission
  readonly stamp: string | null
}

export interface Studio {
  get(order: Order, which: Which): Promise<Rendition>
  /** Makes what is missing; afterwards every size is known. @returns pictures drawn, not found in the cache */
  prepare(orders: readonly Order[], onProgress?: (done: number, of: number) => void): Promise<number>
}

const STAMP_BYTES = 24

const stamped = (made: Rendition, stamp: string | null): Rendition =>
  stamp === null || made.type !== 'image/jpeg'
    ? made
    : { bytes: padJpeg(made.bytes, STAMP_BYTES, stamp), type: made.type }

const keys = new WeakMap<Commission, string>()

/** Remembered for each commission: hashing it for every request would be felt in a benchmark. */
const keyOf = (ask: Commission): string => {
  const known = keys.get(ask)
  if (known !== undefined) return known
  const key = createHash('sha1').update(`${DRAW_VERSION} ${JSON.stringify(ask)}`).digest('hex')
  keys.set(ask, key)
  return key
}

const missing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

export const createStudio = (options: StudioOptions = {}): Studio => {
  const root = options.cacheDir ?? path.join(tmpdir(), 'gannet-site-cache')
  const atOnce = options.atOnce ?? 3
  const memory = new LRUCache<string, Rendition>({
    maxSize: options.memoryBytes ?? 192 * 1024 * 1024,
    sizeCalculation: (made) => made.bytes.length + 200,
  })
  const underWay = new Map<string, Promise<void>>()
  const waiting: (() => void)[] = []
  let running = 0

  const place = (key: string, which: Which): string => path.join(root, key.slice(0, 2), `${key}.${which}`)

  const save = async (file: string, bytes: Uint8Array): Promise<void> => {
    const part = `${file}.${process.pid}.part`
    await writeFile(part, bytes)
    await rename(part, file)
  }

  const draw = async (key: string, ask: Commission): Promise<void> => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    running++
    try {
      const made = await render(ask)
      await mkdir(path.dirname(place(key, 'full')), { recursive: true })
      for (const which of ['thumb', 'full'] as const) {
        if (which === 'full' && ask.recipe.kind === 'file') continue
        await save(place(key, which), made[which].bytes)
        memory.set(`${key} ${which}`, made[which])
      }
    } finally {
      running--
      waiting.shift()?.()
    }
  }

  const typeOf = (ask: Commission, which: Which): string => {
    const { recipe } = ask
    if (recipe.kind === 'icon') return 'image/png'
    if (recipe.kind === 'tiny') return 'image/gif'
    return recipe.kind === 'file' && which === 'full' ? (fileType(recipe.path) ?? 'image/jpeg') : 'image/jpeg'
  }

  const fromDisk = async (key: string, ask: Commission, which: Which): Promise<Rendition | null> => {
    const file = ask.recipe.kind === 'file' && which === 'full' ? ask.recipe.path : place(key, which)
    try {
      return { bytes: await readFile(file), type: typeOf(ask, which) }
    } catch (error) {
      if (missing(error)) return null
      throw error
    }
  }

  const find = async (order: Order, which: Which): Promise<{ made: Rendition; drawn: boolean }> => {
    const key = keyOf(order.ask)
    const held = memory.get(`${key} ${which}`)
    if (held) return { made: stamped(held, order.stamp), drawn: false }
    await underWay.get(key)
    let made = memory.get(`${key} ${which}`) ?? (await fromDisk(key, order.ask, which))
    const drawn = made === null
    if (made === null) {
      const work = underWay.get(key) ?? draw(key, order.ask).finally(() => underWay.delete(key))
      underWay.set(key, work)
      await work
      made = memory.get(`${key} ${which}`) ?? (await fromDisk(key, order.ask, which))
    }
    if (made === null) throw new Error(`the ${which} of ${JSON.stringify(order.ask.recipe)} could not be kept in ${root}`)
    memory.set(`${key} ${which}`, made)
    return { made: stamped(made, order.stamp), drawn }
  }

  return {
    get: async (order, which) => (await find(order, which)).made,
    async prepare(orders, onProgress) {
      let next = 0
      let done = 0
      let drawn = 0
      const worker = async (): Promise<void> => {
        for (let order = orders[next++]; order; order = orders[next++]) {
          if ((await find(order, 'full')).drawn) drawn++
          await find(order, 'thumb')
          onProgress?.(++done, orders.length)
        }
      }
      await Promise.all(Array.from({ length: atOnce }, worker))
      return drawn
    },
  }
}
