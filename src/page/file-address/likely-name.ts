/**
 * What two addresses share when one may be a smaller copy of the other by the common words alone:
 * `/thumbs/a.jpg` and `/large/a.jpg`, `a_t.jpg` and `a.jpg`. Words are no proof: a page must name
 * both, and no two files may claim the same place.
 */
import type { FileAddress } from './file-address.ts'
import { sizeRank, UNNAMED_RANK } from './size-words.ts'

export interface LikelyName {
  /** Equal for the sizes of one picture, as far as words tell; without the host, which copies are often moved to. */
  readonly path: string
  /** How much the word promises (see size-words.ts). */
  readonly rank: number
  /** Width by height where the name states both, null otherwise. */
  readonly aspect: number | null
}

/** Longest path looked at, in UTF-16 units. */
const MAX_PATH = 1000
/** Folders from the end that may be called by a size. */
const FOLDERS = 3

const EXTENSION = /\.(?:jpe?g|jfif|png|webp|avif|gif|tiff?|bmp|heic|jxl)$/i
const BEFORE = /^([a-z]{1,10})[-_.](?=.)/
const AFTER = /[-_.]([a-z]{1,10}|full-size|x-large)$/
const SIZE = /[-_.](\d{2,4})x(\d{2,4})$/
const STATED_WIDTH = /[-_](\d{2,4})(?:w|px)$/
/** One letter is a size only as `name_t`: as a folder it is the first of a name, before a name it is anything. */
const MIN_WORD = 2

/** Null where the address is not that of a picture file. */
export const likelyName = ({ key }: FileAddress): LikelyName | null => {
  const query = key.indexOf('?')
  const path = key.slice(key.indexOf('/'), query === -1 ? key.length : query)
  if (path.length > MAX_PATH || !EXTENSION.test(path.slice(-6))) return null
  const segments = path.replace(EXTENSION, '').split('/')
  let name = segments.pop() as string
  let rank: number | null = null
  let aspect: number | null = null

  const size = SIZE.exec(name) ?? STATED_WIDTH.exec(name)
  if (size !== null && size.index > 0) {
    rank = UNNAMED_RANK - 1
    if (size[2] !== undefined) aspect = Number(size[1]) / Number(size[2])
    name = name.slice(0, size.index)
  }
  const after = AFTER.exec(name)
  const afterRank = after === null || after.index === 0 ? null : sizeRank((after[1] as string).toLowerCase())
  if (after !== null && afterRank !== null) {
    rank = afterRank
    name = name.slice(0, after.index)
  } else {
    const before = BEFORE.exec(name)
    const beforeRank = before === null || (before[1] as string).length < MIN_WORD ? null : sizeRank(before[1] as string)
    if (before !== null && beforeRank !== null) {
      rank = beforeRank
      name = name.slice(before[0].length)
    }
  }
  for (let at = segments.length - 1; at >= Math.max(1, segments.length - FOLDERS); at--) {
    const folder = segments[at] as string
    const folderRank = folder.length < MIN_WORD || folder.length > 12 ? null : sizeRank(folder.toLowerCase())
    if (folderRank === null) continue
    segments.splice(at, 1)
    rank ??= folderRank
    break
  }
  segments.push(name)
  return { path: segments.join('/'), rank: rank ?? UNNAMED_RANK, aspect }
}
