/** What an address alone tells: a picture, a page about a picture, or a stand-in until the real one loads. */

/** Passed by all that ends like a picture; most links are done with here. */
const MAY_BE_PICTURE = /\.[a-z]{2,5}\d?\s*(?:[?#]|$)/i
const EXTENSION = /\.(?:jpe?g|jfif|pjpeg|png|webp|avif|gif|tiff?|bmp|heic|heif|jxl|jp2)$/i
/** `File:Gannet.jpg` of a wiki and `/blob/` of a code host end like a picture and are pages. */
const NAMESPACE = /:|%3a/i
/** `https://picture.gif` is a host, not a file. */
const BARE_HOST = /^\s*(?:[a-z][a-z0-9+.-]*:)?\/\/[^/]*$/i
const FORMAT_QUERY = /[?&](?:format|fm|f|ext|output)=(?:jpe?g|pjpg|png|webp|avif|gif)(?:&|$)/i

const SCHEME = /^\s*([a-z][a-z0-9+.-]*):/i
/** Found in words and unfilled templates, never in an address. */
const NO_ADDRESS = /[\s{}<>"]/
const ADDRESS_START = /^(?:https?:\/\/|\.{0,2}\/)/i
const ANY_EXTENSION = /\.[a-z0-9]{2,5}$/i

/** Where the path ends: at the query or the fragment. */
const pathEnd = (url: string): number => {
  const query = url.indexOf('?')
  const hash = url.indexOf('#')
  return Math.min(query === -1 ? url.length : query, hash === -1 ? url.length : hash)
}

/** The last `segments` parts of the path. */
const pathTail = (url: string, segments: number): string => {
  const end = pathEnd(url)
  let start = end
  while (segments-- > 0 && start > 0) start = url.lastIndexOf('/', start - 1)
  return url.slice(Math.max(start, 0), end).trimEnd()
}

/** Longest address looked at; only what a server would take matters. */
const MAX_LENGTH = 16_384

/** Whether the address, absolute or relative, ends like that of a picture file. */
export const looksLikePicture = (url: string): boolean => {
  if (url.length > MAX_LENGTH || !(MAY_BE_PICTURE.test(url) || url.includes('?'))) return false
  const tail = pathTail(url, 1)
  const named = EXTENSION.test(tail)
    ? !NAMESPACE.test(tail) && !url.includes('/blob/') && !BARE_HOST.test(url)
    : url.includes('?') && FORMAT_QUERY.test(url)
  return named && (url.startsWith('https://') || url.startsWith('/') || schemeOf(url)?.startsWith('http') !== false)
}

/** Whether an attribute's value is an address at all, not an id, a word or an unfilled template. */
export const looksLikeAddress = (value: string): boolean => {
  if (value.length > MAX_LENGTH) return false
  const address = value.trim()
  if (NO_ADDRESS.test(address)) return false
  return ADDRESS_START.test(address) || ANY_EXTENSION.test(pathTail(address, 1).slice(-7))
}

/** The scheme, lower-cased; null when the address is relative. */
export const schemeOf = (url: string): string | null => SCHEME.exec(url.slice(0, 64))?.[1]?.toLowerCase() ?? null

const STAND_IN =
  /(?:^|[/_.-])(?:spacer|blank|place-?holder|transparent|trans|pixel|1x1|lazy(?:-?load)?(?:ing|er)?|load(?:ing|er)|spinner|gr[ae]y|clear|dummy|fallback|default|no-?image|lqip|blur(?:red)?|pre-?load(?:er)?|ajax-loader|empty|white|tiny)(?=[/_.-]|$)/i
/** A size under 100 pixels in the address: `?w=20`, `/w_40,`, `_20x.`, `-20x13.`; `-2x` is a density, `-16x9` a shape. */
const TINY =
  /[?&](?:w|width|h|height|size)=\d{1,2}(?:&|$)|[/,](?:w|h)_\d{1,2}[,/]|[-_](?!(?:16x(?:9|10)|9x16|21x9|4x[35]|[35]x4|3x2|2x3)[._@])\d{1,2}x(?:\d{1,2})?(?<![-_]\dx)(?=[._@])/i

/** Whether it stands in for a picture that a lazy attribute names: then it is no thumbnail of it. */
export const looksLikeStandIn = (url: string): boolean =>
  url.length <= MAX_LENGTH && (STAND_IN.test(pathTail(url, 2)) || TINY.test(url))
