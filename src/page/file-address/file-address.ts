/**
 * Which file an address is a rendition of, told by the address alone: resizers, image services and
 * content systems write the size into it, in ways they document. It only ever takes away. No address
 * is made up from it: a larger file that the page does not name may not exist, may be signed, or may
 * be what its owner chose not to offer.
 */
import { createDraft, type Draft } from './draft.ts'
import { hostRule } from './image-hosts.ts'
import type { LikelyName } from './likely-name.ts'
import { takeOffResizer } from './resizers.ts'
import { takeOffSizedFolder, takeOffSizedName } from './sized-names.ts'
import { stripSizeQuery } from './size-query.ts'

export interface FileAddress {
  /** Equal for all sizes of one file; host and path, no scheme. */
  readonly key: string
  /** Pixels the address states; null where it does not. */
  readonly width: number | null
  readonly height: number | null
  /** The sizes are bounds, within which the file keeps its shape: good to compare by, not to report. */
  readonly within: boolean
  /** Filled into another shape, or a part of the picture. */
  readonly cropped: boolean
  /** The address asks for nothing: the file as it was uploaded, no smaller than any other of its key. */
  readonly original: boolean
  /** A named size in the query, 1 to 8 (see size-words.ts); null without. */
  readonly rank: number | null
  /** Of `@2x`, which goes before the plain file of the same key: 2; 1 without. */
  readonly density: number
  /** Kept here by likely-name.ts, which is asked of one file again and again; undefined until it is. */
  likely: LikelyName | null | undefined
}

/** Resizers behind resizers; a third is no longer there to make pictures smaller. */
const MAX_LAYERS = 3

/** The time of a file's last change, put behind it so that caches forget the one before: `a.jpg?20240131120000`. */
const CHANGED_AT = /^\d{8,14}$/
const PICTURE_PATH = /\.(?:jpe?g|png|webp|gif|avif)$/i

const takeOffLayers = (draft: Draft): void => {
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const { host, path } = draft
    hostRule(host)?.(draft)
    const found = takeOffResizer(draft)
    if (draft.query !== '') stripSizeQuery(draft)
    if ((!found && draft.host === host) || (draft.host === host && draft.path === path)) break
  }
}

// Most addresses state no size, and a look tells: none of the characters, folders or endings that any
// of the rules begins with. Every mark of resizers.ts and sized-names.ts must be among them.
const MAY_BE_MARKED =
  /[?=:]|\/(?:cdn-cgi|_next|_vercel|\.netlify|_image|_ipx|image|unsafe|thumb|revision|v1|-|styles|product|images\/stencil|size|render|static|optimized|original|products|items|cdn)\//
const MAY_BE_SIZED_NAME =
  /@|_hu|_default|-scaled|-rotated|-e\d{10}|-\d{2,5}(?:x\d{2,5})?(?:[-_][2-4]x)?\.|[_/]\d{2,4}x\d{2,4}(?:[-_][2-4]x)?\.|\.(?:jpe?g|png|gif)[._]/i

/** Never throws; linear in the address's length. @param url canonical (see canonical-url.ts) */
export const fileAddress = (url: string): FileAddress => {
  const start = url.charCodeAt(4) === 0x73 ? 8 : 7
  const slash = url.indexOf('/', start)
  const path = url.slice(slash)
  const isMarked = MAY_BE_MARKED.test(path) || hostRule(url.slice(start, slash)) !== null
  // A shop's `/123-home_default/mug.jpg` has its size in the folder.
  const isSizedName = isMarked || MAY_BE_SIZED_NAME.test(path.slice(path.lastIndexOf('/'))) || path.includes('_default/')
  if (!isSizedName) {
    return { key: url.slice(start), width: null, height: null, within: false, cropped: false, original: true, rank: null, density: 1, likely: undefined }
  }
  const draft = createDraft(url)
  if (isMarked) {
    takeOffLayers(draft)
    takeOffSizedFolder(draft)
  }
  takeOffSizedName(draft)
  if (draft.query !== '' && CHANGED_AT.test(draft.query) && PICTURE_PATH.test(draft.path)) draft.query = ''
  const { host, query, width, height, within, cropped, altered, rank, density } = draft
  const key = query === '' ? host + draft.path : `${host}${draft.path}?${query}`
  return { key, width, height, within, cropped, original: !altered && rank === null, rank, density, likely: undefined }
}
