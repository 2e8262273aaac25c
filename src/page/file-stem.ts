/**
 * Which two addresses name the same file in two sizes, told by the file's name alone: `tn_gannet.jpg` and
 * `gannet_large.jpg` do, `gannet.jpg` and `puffin.jpg` do not. Proof enough beside a picture, not across a page.
 */

const SIZE_WORD =
  'thumb(?:s|nail|nails)?|tn|th|small|sm|medium|med|large|lrg|lg|big|full(?:size)?|orig(?:inal)?|preview|mini|hi-?res|high-?res|low-?res|zoom|xl|xxl|scaled|cropped|resized|web|retina'
const AFFIX = new RegExp(String.raw`^(?:${SIZE_WORD}|t|s)[-_.]|[-_.](?:${SIZE_WORD}|[tsmlxbozhkqn]|\d{2,4}x\d{0,4}|x\d{2,4}|\d{2,4}(?:w|h|px)|@?[2-4]x)$|@[2-4]x$`, 'i')
const MAX_AFFIXES = 4
/** Longest name looked at, in UTF-16 units. */
const MAX_NAME = 300

/** Says nothing of which picture it is: then the folder does. */
const NAMELESS = new RegExp(`^(?:${SIZE_WORD}|image|img|photo|picture|pic|main|default|index|file|display|view|[tsmlxbozhkqn])$`, 'i')
const SCRIPT = /\.(?:php|aspx?|jsp|cgi|ashx)$/i

/** The file's name without extension and words of size, lower-cased; null where the name does not tell. */
export const fileStem = (address: string): string | null => {
  const query = address.search(/[?#]/)
  const path = (query === -1 ? address : address.slice(0, query)).slice(-2 * MAX_NAME)
  if (SCRIPT.test(path)) return null
  const slash = path.lastIndexOf('/')
  let stem = path.slice(slash + 1).slice(-MAX_NAME).toLowerCase().replace(/\.[a-z0-9]{2,5}$/, '')
  for (let at = 0; at < MAX_AFFIXES; at++) {
    const shorter = stem.replace(AFFIX, '')
    if (shorter === stem || shorter === '') break
    stem = shorter
  }
  if (stem !== '' && !NAMELESS.test(stem)) return stem
  const open = slash <= 0 ? -1 : path.lastIndexOf('/', slash - 1)
  // What stands behind two slashes is the host, which names no picture.
  const folder = slash <= 0 || path[open - 1] === '/' ? '' : path.slice(open + 1, slash).toLowerCase()
  return folder === '' || NAMELESS.test(folder) ? null : `${folder}/`
}

/** Whether both names are the same but for words of size. */
export const sameFile = (a: string, b: string): boolean => {
  const stem = fileStem(a)
  return stem !== null && stem === fileStem(b)
}
