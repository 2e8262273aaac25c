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
/** Then the folder names the picture. */
const ONLY_SIZE = /^(\d{2,4})x(\d{2,4})$/
/** `hero-2x.jpg` beside `hero.jpg`; the `@2x` of others is known by its sign (sized-names.ts). */
const DENSITY = /[-_.]([2-4])x$/
const STATED_WIDTH = /[-_](\d{2,4})(?:w|px)$/
/** One letter is a size only as `name_t`: as a folder it is the first of a name, before a name it is anything. */
const MIN_WORD = 2
const MAX_WORD = 12
/** A name with a size promises less than the same without it, and more than the next smaller word. */
const SIZED = 0.4
/** Longest end of a name looked at for a word or a size. */
const MAX_AFFIX = 16

/** Null where the address is not that of a picture file; read once a file. */
export const likelyName = (file: FileAddress): LikelyName | null => {
  if (file.likely === undefined) file.likely = readName(file.key)
  return file.likely
}

const readName = (key: string): LikelyName | null => {
  const query = key.indexOf('?')
  const path = key.slice(key.indexOf('/'), query === -1 ? key.length : query)
  if (path.length > MAX_PATH || !EXTENSION.test(path.slice(-6))) return null
  const slash = path.lastIndexOf('/')
  let name = path.slice(slash + 1).replace(EXTENSION, '')
  let folders = path.slice(0, slash + 1)
  let rank: number | null = null
  let isSized = false
  let aspect: number | null = null

  const density = DENSITY.exec(name.slice(-MAX_AFFIX))
  if (density !== null && density[0].length < name.length) {
    rank = UNNAMED_RANK + Number(density[1]) / 10
    name = name.slice(0, -density[0].length)
  }
  const end = name.slice(-MAX_AFFIX)
  const size = SIZE.exec(end) ?? STATED_WIDTH.exec(end)
  const only = size === null ? ONLY_SIZE.exec(end) : null
  if (only !== null && only[0].length === name.length) {
    return { path: `${folders}*`, rank: UNNAMED_RANK - SIZED, aspect: Number(only[1]) / Number(only[2]) }
  }
  if (size !== null && size[0].length < name.length) {
    isSized = true
    rank = null
    if (size[2] !== undefined) aspect = Number(size[1]) / Number(size[2])
    name = name.slice(0, -size[0].length)
  }
  const after = AFTER.exec(name.slice(-MAX_AFFIX))
  const afterRank = after === null || after[0].length === name.length ? null : sizeRank(after[1] as string)
  const before = afterRank === null ? BEFORE.exec(name) : null
  const beforeRank = before === null || (before[1] as string).length < MIN_WORD ? null : sizeRank(before[1] as string)
  if (after !== null && afterRank !== null) name = name.slice(0, -after[0].length)
  else if (before !== null && beforeRank !== null) name = name.slice(before[0].length)
  rank = afterRank ?? beforeRank ?? rank

  let close = folders.length - 1
  for (let at = 0; at < FOLDERS && close > 0; at++) {
    const open = folders.lastIndexOf('/', close - 1)
    const length = close - open - 1
    const folderRank = length < MIN_WORD || length > MAX_WORD ? null : sizeRank(folders.slice(open + 1, close).toLowerCase())
    if (folderRank !== null) {
      folders = folders.slice(0, open) + folders.slice(close)
      rank ??= folderRank
      break
    }
    close = open
  }
  return { path: folders + name, rank: (rank ?? UNNAMED_RANK) - (isSized ? SIZED : 0), aspect }
}
