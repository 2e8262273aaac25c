/** What an address alone tells: a picture, a page about a picture, or a stand-in until the real one loads. */

const EXTENSION = /\.(?:jpe?g|jfif|pjpeg|png|webp|avif|gif|tiff?|bmp|heic|heif|jxl|jp2)$/i
/** `File:Gannet.jpg` of a wiki and `/blob/` of a code host end like a picture and are pages. */
const PAGE_ABOUT = /\/[^/]*(?::|%3a)[^/]*$|\/blob\//i
const FORMAT_QUERY = /[?&](?:format|fm|f|ext|output)=(?:jpe?g|pjpg|png|webp|avif|gif)(?:&|$)/i

const SCHEME = /^\s*([a-z][a-z0-9+.-]*):/i
/** Words and template braces in an attribute that a site uses for something else. */
const ADDRESS = /^\s*(?:https?:\/\/|\.{0,2}\/)[^\s{}<>"]*\s*$|^\s*[^\s{}<>"]+\.[a-z0-9]{2,5}(?:[?#]\S*)?\s*$/i

const pathOf = (url: string): string => {
  const afterScheme = url.replace(/^\s*(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i, '')
  const end = afterScheme.search(/[?#]/)
  return (end === -1 ? afterScheme : afterScheme.slice(0, end)).trimEnd()
}

/** Longest address looked at; only what a server would take matters. */
const MAX_LENGTH = 16_384

/** Whether the address, absolute or relative, ends like that of a picture file. */
export const looksLikePicture = (url: string): boolean => {
  if (url.length > MAX_LENGTH || SCHEME.exec(url)?.[1]?.toLowerCase().startsWith('http') === false) return false
  const path = pathOf(url)
  return (EXTENSION.test(path) && !PAGE_ABOUT.test(`/${path}`)) || FORMAT_QUERY.test(url)
}

/** Whether an attribute's value is an address at all, not an id, a word or an unfilled template. */
export const looksLikeAddress = (value: string): boolean => value.length <= MAX_LENGTH && ADDRESS.test(value)

/** The scheme, lower-cased; null when the address is relative. */
export const schemeOf = (url: string): string | null => SCHEME.exec(url.slice(0, 64))?.[1]?.toLowerCase() ?? null

const STAND_IN =
  /(?:^|[/_.-])(?:spacer|blank|place-?holder|transparent|trans|pixel|1x1|lazy(?:-?load)?(?:ing|er)?|load(?:ing|er)|spinner|gr[ae]y|clear|dummy|fallback|default|no-?image|lqip|blur(?:red)?|pre-?load(?:er)?|ajax-loader|empty|white|tiny)(?=[/_.-]|$)/i
/** A size under 100 pixels in the address: `?w=20`, `/w_40,`, `_20x.`, `-20x13.`. */
const TINY =
  /[?&](?:w|width|h|height|size)=\d{1,2}(?:&|$)|[/,](?:w|h)_\d{1,2}[,/]|[-_]\d{1,2}x(?:\d{1,2})?(?=[._@])/i

/** Whether it stands in for a picture that a lazy attribute names: then it is no thumbnail of it. */
export const looksLikeStandIn = (url: string): boolean =>
  url.length <= MAX_LENGTH && (STAND_IN.test(pathOf(url).split('/').slice(-2).join('/')) || TINY.test(url))

/** Equal for the sizes a site makes of one file: path without `-1024x683`, query and host; null where it cannot tell. */
export const looseKey = (url: string): string | null => {
  const path = pathOf(url)
  return EXTENSION.test(path) ? path.replace(/[-_]\d{2,4}x\d{2,4}(?=\.\w+$)/, '').toLowerCase() : null
}
