/**
 * Sites list one picture in several crops or sizes as several images (`photo-1200x1200.jpg`, `/4x3/photo.jpg`,
 * `photo.jpg?w=600`). Told by the address, from which all that names a size or a shape is struck out.
 */

const SIZE =
  String.raw`\d{1,5}x\d{1,5}|\d{2,5}[wh]|[wh][_-]?\d{2,5}|x?\d{2,5}px|@[1-4]x|` +
  'square|landscape|portrait|wide|tall|scaled|thumb(?:nail)?|small|medium|large|full|original'
const SIZE_SEGMENT = new RegExp(String.raw`^(?:${SIZE}|(?:[a-z]{1,3}_[\w.:]{1,20},?)+|\d{1,2}[-_:]\d{1,2})$`, 'i')
const SIZE_SUFFIX = new RegExp(String.raw`(?:[-_.@](?:${SIZE}|\d{1,2}[-_:]\d{1,2}))+$`, 'i')
const SIZE_PARAMETERS = new Set([
  'w', 'h', 'width', 'height', 'size', 'resize', 'fit', 'crop', 'ar', 'aspect', 'aspect_ratio', 'ratio', 'q',
  'quality', 'dpr', 'format', 'fm', 'auto', 'rect', 'imwidth', 'wid', 'hei', 'sw', 'sh', 'max-w', 'max-h', 'strip',
  'ssl', 'op', 'resmode',
])
const EXTENSION = /\.[a-z0-9]{2,5}$/i
/** Longest address compared; longer ones are their own. */
const MAX_LENGTH = 2000

const hasWords = (stem: string): boolean => /[a-z0-9]/i.test(stem)

/** Equal for the crops and sizes of one file; `url` itself where nothing else can be told. */
export const cropKey = (url: string): string => {
  if (url.length > MAX_LENGTH) return url
  const query = url.indexOf('?')
  const segments = (query === -1 ? url : url.slice(0, query)).split('/')
  const name = segments.pop() ?? ''
  const bare = name.replace(EXTENSION, '')
  const stem = bare.replace(SIZE_SUFFIX, '')
  const [scheme = '', blank = '', host = '', ...folders] = segments
  const kept = folders.filter((segment) => !SIZE_SEGMENT.test(segment))
  const parameters = query === -1 ? [] : url.slice(query + 1).split('&')
  const other = parameters.filter((pair) => !SIZE_PARAMETERS.has((pair.split('=', 1)[0] ?? '').toLowerCase()))
  return [scheme, blank, host, ...kept, hasWords(stem) ? stem : bare].join('/') + (other.length === 0 ? '' : `?${other.join('&')}`)
}

/** Puts together what is one picture, in order of first appearance. */
export const groupCrops = <Crop extends { readonly url: string }>(crops: readonly Crop[]): Crop[][] => {
  const groups = new Map<string, Crop[]>()
  for (const crop of crops) {
    const key = cropKey(crop.url)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [crop])
    else if (!group.some(({ url }) => url === crop.url)) group.push(crop)
  }
  return [...groups.values()]
}
