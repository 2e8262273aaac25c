/**
 * Query parameters that say how large and in which form a picture is wanted, and never which one.
 * Names alone prove nothing (`w` may be a week): the value must look like a size or a setting too.
 */
import { noteSize, unescaped, type Draft } from './draft.ts'
import { sizeRank } from './size-words.ts'
import { readWishes } from './wishes.ts'

type Kind = 'wishes' | 'width' | 'height' | 'size' | 'fit' | 'crop' | 'region' | 'format' | 'look'

const names = (kind: Kind, list: string): [string, Kind][] => list.split(' ').map((name) => [name, kind])

const PARAMETERS: ReadonlyMap<string, Kind> = new Map([
  ...names('width', 'w width wid maxwidth max-width max_width maxw max-w mw imwidth imgwidth img_width scalewidth'),
  ...names('height', 'h height hei maxheight max-height max_height maxh max-h mh imheight imgheight img_height scaleheight'),
  ...names('size', 'size sz resize dim dimensions imgmax thumbsize imagesize'),
  ...names('fit', 'fit mode rmode resizemode resize_mode func objectfit'),
  ...names('crop', 'crop c_crop autocrop smartcrop'),
  ...names('region', 'rect'),
  ...names('wishes', 'tr'),
  ...names('format', 'fm format fmt f output ext type encoding'),
  ...names('look', 'q quality qlt ql dpr dppx auto cs ar aspect_ratio aspectratio fp-x fp-y fp-z gravity focus position anchor'),
  ...names('look', 'sharp sharpen usm usmrad blur strip progressive lossless optimize optimise optipress compress compression'),
  ...names('look', 'upscale enlarge scale zoom ssl bg bg-color pad trim downsize interpolation op_sharpen op_usm resmode'),
  ...names('look', 'impolicy itok imdensity imformat ixlib ixid chromasub colorquant faceindex facepad max-age fidelity disable'),
])

const NUMBER = /^(\d{1,5})(?:\.\d{1,3})?(?:px|w)?$/
const PAIR = /^(\d{0,5})(x|,|\*|:)(\d{0,5})$/i
const FORMAT = /^(?:p?jpe?g|png|webp|avif|gif|auto|jxl|heic|tiff?|bmp|pjpg|webply|origin(?:al)?)$/i
/** Squarespace's. */
const FORMAT_WIDTH = /^(\d{2,4})w$/
const SETTING = /^[\w.,:%#+ -]{0,60}$/
const FILLS = new Set(['crop', 'cover', 'fill', 'facearea', 'thumb', 'min', 'cropped'])
const RESIZE_MODES = new Set(['cover', 'contain', 'fill', 'fit', 'crop'])
const NO_CROP = new Set(['', '0', 'false', 'none', 'no'])
const SIGNATURE = /^(?=[^&]*[a-f])(?=[^&]*\d)[a-f\d]{32,64}$/i

/** Scripts and end points that are told by the query alone which picture to send. */
const NAMELESS = /(?:\.(?:php\d?|aspx?|ashx|cgi|jsp|axd|do|pl)|\/(?:image|img|images|thumb|thumbnail|resize|photo|picture|media|get|view|file)?)$/i
const MAX_PARAMETERS = 40

interface Wish {
  width: string | null
  height: string | null
  fills: boolean
}

const readPair = (wish: Wish, text: string): boolean => {
  const pair = PAIR.exec(text)
  if (pair === null || (pair[1] === '' && pair[3] === '')) return false
  wish.width ??= pair[1] || null
  wish.height ??= pair[3] || null
  return true
}

/** Whether the parameter only chooses a rendition; what it asks for goes to `wish`. */
const isChoice = (kind: Kind, raw: string, wish: Wish, draft: Draft): boolean => {
  const value = unescaped(raw)
  const number = kind === 'width' || kind === 'height' || kind === 'size' ? NUMBER.exec(value)?.[1] : undefined
  switch (kind) {
    case 'width':
    case 'height':
      if (number !== undefined) wish[kind] ??= number
      return number !== undefined || value === '' || value === 'auto'
    case 'size':
      if (number !== undefined) wish.width ??= number
      else if (RESIZE_MODES.has(value)) wish.fills ||= FILLS.has(value)
      else if (!readPair(wish, value)) {
        const rank = sizeRank(value.toLowerCase())
        draft.rank ??= rank
        return rank !== null
      } else if (value.includes(',')) wish.fills = true
      return true
    case 'fit':
      if (FILLS.has(value.toLowerCase())) wish.fills = true
      else readPair(wish, value)
      return SETTING.test(value)
    case 'crop':
      wish.fills ||= !NO_CROP.has(value.toLowerCase())
      // Four numbers are a part of the picture, whatever the size asked for.
      if (/^\d+(?:px)?(?:[,x]\d+(?:px|w)?){3}$/.test(value)) draft.cropped = true
      return SETTING.test(value)
    case 'wishes':
      if (!/^[a-z]{1,2}-/.test(value)) return false
      readWishes(draft, value)
      return true
    case 'region':
      draft.cropped = true
      return SETTING.test(value)
    case 'format': {
      const width = FORMAT_WIDTH.exec(value)?.[1]
      if (width !== undefined) wish.width ??= width
      return width !== undefined || FORMAT.test(value)
    }
    case 'look':
      return SETTING.test(value)
    default:
      return kind satisfies never
  }
}

/** Takes the parameters that choose a rendition from the query; others stay, in their order. */
export const stripSizeQuery = (draft: Draft): void => {
  const parts = draft.query.split('&', MAX_PARAMETERS + 1)
  if (parts.length > MAX_PARAMETERS) return
  const wish: Wish = { width: null, height: null, fills: false }
  let signature: string | null = null
  const kept: string[] = []
  for (const part of parts) {
    const equals = part.indexOf('=')
    const name = (equals === -1 ? part : part.slice(0, equals)).toLowerCase()
    const value = equals === -1 ? '' : part.slice(equals + 1)
    const kind = value.length > 80 ? undefined : PARAMETERS.get(name)
    if (kind !== undefined && isChoice(kind, value, wish, draft)) continue
    if (name === 's' && SIGNATURE.test(value)) signature = part
    kept.push(part)
  }
  if (kept.length === parts.length) return
  // A signature over the parameters is another one for each size.
  if (signature !== null && /\.\w{3,4}$/.test(draft.path)) kept.splice(kept.indexOf(signature), 1)
  if (kept.length === 0 && NAMELESS.test(draft.path.slice(-12))) return
  draft.query = kept.join('&')
  noteSize(draft, wish.width, wish.height, wish.fills ? 'crop' : 'within')
}
