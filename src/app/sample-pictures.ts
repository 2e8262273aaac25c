/** Pictures to calibrate or to measure a model on: files of a folder, or what a data folder keeps. */
import { GannetError } from '../core/errors.ts'
import { picturesBelow } from '../evaluate/index.ts'
import { openStore } from './store.ts'

export interface PictureSource {
  /** Folder of picture files, its subfolders included; goes before `data`. */
  readonly pictures?: string | undefined
  /** Data folder of a crawl. */
  readonly data?: string | undefined
}

/** Of stored pictures, the newest so many are chosen from. */
const MOST_STORED = 20_000

const spread = <Item>(all: readonly Item[], count: number): readonly Item[] =>
  all.length <= count ? all : Array.from({ length: count }, (_, n) => all[Math.floor((n * all.length) / count)] as Item)

const inStore = async (data: string, count: number): Promise<readonly string[]> => {
  const store = await openStore(data)
  try {
    const hashes: Parameters<typeof store.pathOf>[0][] = []
    for await (const { sha256 } of store.images()) if (hashes.push(sha256) >= MOST_STORED) break
    const paths = await Promise.all(spread(hashes, count).map((sha256) => store.pathOf(sha256)))
    return paths.filter((path) => path !== null)
  } finally {
    await store.close()
  }
}

/** Paths, spread evenly over all there are, the same each time. @throws usage where there are none, or nothing was named; data-missing */
export const samplePictures = async ({ pictures, data }: PictureSource, count: number): Promise<readonly string[]> => {
  const source = pictures ?? data
  if (source === undefined) throw new GannetError('usage', 'name a folder of pictures with --pictures, or a data folder whose stored ones are used with --data')
  const found = pictures === undefined ? await inStore(source, count) : spread(await picturesBelow(source), count)
  if (found.length === 0) throw new GannetError('usage', `there are no pictures in ${source}`)
  return found
}
