/**
 * Sizes in the names of files and folders, as content systems and site generators write them: only
 * the forms that one of them is known by. What merely looks like a size is left to likely-name.ts.
 */
import { noteSize, type Draft } from './draft.ts'
import { shopify } from './image-hosts.ts'

/** Longest path looked at; a picture's has rarely 200 characters. */
const MAX_PATH = 2000

/** Twice encoded: `a.jpg.webp`, and the shops' `a.jpg_220x220q75.jpg_.webp`. */
const TWICE = /(\.(?:jpe?g|png|gif))(?:\.(?:webp|avif)|_(?:(\d{2,4})x(\d{2,4}))?[\w-]{0,20}(?:\.(?:jpg|png|webp|avif))?(?:_\.(?:webp|avif))?)$/i
const RETINA = /@([2-4]|1\.5)x(?=\.\w+$)/

const WORDPRESS_FOLDER = /\/(?:wp-content|uploads|blogs\.dir)\/|\/\d{4}\/\d{2}\/[^/]*$/
const WORDPRESS_SIZE = /-(\d{2,5})x(\d{2,5})(?=\.\w+$)/
/** What uploading and the editor did: `-scaled`, `-rotated`, `-e1612345678901`. */
const WORDPRESS_MARK = /-(?:e\d{10,14}|scaled|rotated)(?=\.\w+$)/

const DISCOURSE = /\/(?:optimized|original)\/(\w+\/(?:[\da-f]\/){0,4}[\da-f]{40})(?:_\d+_(\d+)x(\d+))?\.\w+$/
const HUGO = /_hu_?[\da-f]{16,64}(?:_\d+_(\d{0,5})x(\d{0,5})_(resize|fill|fit|crop|filter)?[\w-]*)?(?=\.\w+$)/
/** Ten characters of hash and the width; where the name has its hyphen tells most others apart. */
const ELEVENTY_HYPHEN = 11
const ELEVENTY = /\/((?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{10})-(\d{2,4})\.(?:jpe?g|webp|avif|png)$/
const GATSBY = /\/static\/([\da-f]{32})\/[\da-f]{5}\/([^/.]+)\.\w+$/
/** `/123-home_default/name.jpg` and `/img/p/1/2/123-home_default.jpg`. */
const PRESTASHOP = /(\/\d+(?:-\d+)?)-[a-z]+_default(?=[/.])/
const BIGCOMMERCE = /(\/products\/\d+\/)(?:images\/)?(\d+\/[^/]+\.\d{5,12})\.(\d{2,4})\.(\d{2,4})(?=\.\w+$)/
const BIGCOMMERCE_ORIGINAL = /(\/products\/\d+\/)images\/(?=\d+\/[^/]+\.\d{5,12}\.\w+$)/
const K2 = /(\/items\/cache\/[\da-f]{32})_(?:XS|S|M|L|XL|Generic)(?=\.\w+$)/

/** Any site's; the file may be another one, so the name stays in the key, and the size serves to compare. */
const SIZE_SUFFIX = /[-_/](\d{2,4})x(\d{2,4})(?:[-_@]([2-4])x)?\.\w+$/
const SUFFIX_LENGTH = 24

/** Puts `put` where the pattern is found. */
const replace = (draft: Draft, pattern: RegExp, put: (found: RegExpExecArray) => string): RegExpExecArray | null => {
  const found = pattern.exec(draft.path)
  if (found === null) return null
  draft.path = draft.path.slice(0, found.index) + put(found) + draft.path.slice(found.index + found[0].length)
  return found
}
const nothing = (): string => ''
const start = (found: RegExpExecArray): string => found[1] ?? ''

/** Takes off what those systems write that are known by a folder of theirs. */
export const takeOffSizedFolder = (draft: Draft): void => {
  const { path } = draft
  if (path.length > MAX_PATH) return
  if (path.includes('/optimized/') || path.includes('/original/')) {
    const found = replace(draft, DISCOURSE, ([, name]) => `/original/${name}`)
    if (found?.[2] !== undefined) noteSize(draft, found[2], found[3], 'exact')
  } else if (path.includes('/static/')) {
    // Another form and size of one file has another short hash.
    if (replace(draft, GATSBY, ([, hash, name]) => `/static/${hash}/${name}`) !== null) draft.altered = true
  } else if (path.includes('/products/')) {
    const found = replace(draft, BIGCOMMERCE, ([, folder, name]) => `${folder}${name}`)
    if (found !== null) noteSize(draft, found[3], found[4], 'within')
    else replace(draft, BIGCOMMERCE_ORIGINAL, start)
  } else if (path.includes('/items/cache/')) {
    const found = replace(draft, K2, start)
    if (found !== null) draft.altered = true
  } else if (path.includes('/cdn/shop/')) shopify(draft)
}

const takeOffDashed = (draft: Draft): void => {
  const { path } = draft
  const eleventy = path[path.lastIndexOf('/') + ELEVENTY_HYPHEN] === '-' ? ELEVENTY.exec(path) : null
  // Widths are asked for in round numbers; what counts up by ones is a series of pictures.
  if (eleventy !== null && Number(eleventy[2]) % 4 === 0) {
    draft.path = `${path.slice(0, eleventy.index)}/${eleventy[1]}`
    noteSize(draft, eleventy[2], null, 'exact')
  } else if (WORDPRESS_FOLDER.test(path)) {
    const size = replace(draft, WORDPRESS_SIZE, nothing)
    if (size !== null) noteSize(draft, draft.density * Number(size[1]), draft.density * Number(size[2]), 'exact')
    const mark = replace(draft, WORDPRESS_MARK, nothing)
    if (mark?.[0] === '-scaled') noteSize(draft, 2560, 2560, 'within')
  }
}

/** Takes known marks of size off the path. */
export const takeOffSizedName = (draft: Draft): void => {
  const { path } = draft
  if (path.length > MAX_PATH) return
  const slash = path.lastIndexOf('/')
  const dot = path.lastIndexOf('.')
  if (path.includes('_default') && replace(draft, PRESTASHOP, start) !== null) draft.altered = true
  if (dot > slash && path.indexOf('.', slash) < dot || path.includes('g_', slash)) {
    const found = replace(draft, TWICE, start)
    if (found?.[2] !== undefined) noteSize(draft, found[2], found[3], 'within')
    else if (found?.[0].includes('_') === true) draft.altered = true
  }
  if (path.includes('@', slash)) draft.density = Number(replace(draft, RETINA, nothing)?.[1] ?? 1)
  if (path.includes('_hu', slash)) {
    const found = replace(draft, HUGO, nothing)
    if (found !== null) noteSize(draft, found[1], found[2], found[3] === 'fill' || found[3] === 'crop' ? 'crop' : 'exact')
  }
  if (path.includes('-', slash)) takeOffDashed(draft)
  const suffix = SIZE_SUFFIX.exec(draft.path.slice(-SUFFIX_LENGTH))
  if (suffix !== null && draft.width === null && draft.height === null) {
    const density = Number(suffix[3] ?? draft.density)
    noteSize(draft, density * Number(suffix[1]), density * Number(suffix[2]), 'within')
  }
}
