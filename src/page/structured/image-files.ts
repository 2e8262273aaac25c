/** The files that items name as images, with the sizes they state; and which of them are crops of one picture. */
import type { CandidateVia } from '../candidate.ts'
import type { Page } from '../page.ts'
import { renditionAt } from '../page-address.ts'
import { looksLikeAddress } from '../picture-url.ts'
import type { Rendition } from '../rendition.ts'
import { firstPlain, hasType, isItem, valuesOf, type Item, type Value } from './item.ts'

/** Properties that hold what an item shows. */
export const IMAGES = [
  'image', 'images', 'photo', 'photos', 'primaryimageofpage', 'associatedmedia', 'screenshot', 'beforemedia',
  'aftermedia',
]
export const THUMBNAILS = ['thumbnailurl', 'thumbnail']
/** Values read of one property. */
export const MAX_IMAGES_OF_ONE = 500

const IMAGE_TYPES = new Set(['imageobject', 'imageobjectsnapshot', 'barcode'])
const MEDIA_TYPES = new Set(['mediaobject', 'datadownload'])
const ADDRESS = /^(?:https?:)?\/\//i
const OTHER_FILE = /\.(?:html?|aspx?|jsp|pdf|mp[34]|m4v|webm|mov|svgz?|zip|js|css|json|xml)(?:[?#]|$)/i

/** Whether an item is a picture, not a thing that has some. */
export const isImage = (item: Item): boolean =>
  item.renditions !== undefined ||
  hasType(item, IMAGE_TYPES) ||
  (hasType(item, MEDIA_TYPES) && /^image\b/i.test(String(firstPlain(item, ['encodingformat', 'fileformat']) ?? '')))

/** Whether a value names a file that may be a picture. */
export const mayBeFile = (address: string): boolean =>
  (ADDRESS.test(address) || looksLikeAddress(address)) && !OTHER_FILE.test(address.slice(-20))

/** Pixels, of `800`, `"800"`, `"800px"`, `"800 px"` or a QuantitativeValue of one of them. */
const pixelsOf = (value: Value | undefined): number | null => {
  const plain = value === undefined ? null : isItem(value) ? firstPlain(value, ['value', 'maxvalue', 'minvalue']) : value
  const digits = plain === null ? undefined : /^\s*(\d{1,6})(?:\.\d{1,6})?\s*(?:px|pixels?)?\s*$/i.exec(String(plain).slice(0, 30))?.[1]
  return digits === undefined ? null : Number(digits) || null
}

const sizeOf = (image: Item): { readonly width: number | null; readonly height: number | null } => ({
  width: pixelsOf(valuesOf(image, 'width')[0]),
  height: pixelsOf(valuesOf(image, 'height')[0]),
})

/** Addresses and `img` elements among the values of properties; an `ImageObject` within stands for its own file. */
export const filesAmong = (page: Page, via: CandidateVia, item: Item, names: readonly string[], role: Rendition['role']): Rendition[] => {
  const files: Rendition[] = []
  for (const value of names.flatMap((name) => valuesOf(item, name).slice(0, MAX_IMAGES_OF_ONE))) {
    if (!isItem(value)) {
      const rendition = mayBeFile(String(value).trim()) ? renditionAt(page, String(value), role, via) : null
      if (rendition !== null && rendition.url !== page.url) files.push(rendition)
    } else if (value.renditions !== undefined) {
      files.push(...value.renditions)
    } else {
      const address = firstPlain(value, ['contenturl', 'url'])
      const url = address === null || !mayBeFile(String(address)) ? null : String(address)
      const rendition = url === null ? null : renditionAt(page, url, role, via, sizeOf(value))
      if (rendition !== null) files.push(rendition)
    }
  }
  return files
}

/** The files of one `ImageObject`, the full one first. */
export const imageFiles = (page: Page, via: CandidateVia, image: Item): Rendition[] => {
  if (image.renditions !== undefined) return [...image.renditions]
  const stated = filesAmong(page, via, image, ['contenturl'], 'full')
  // `url` is the picture's page where the file is named besides.
  const [full] = stated.length > 0 ? stated : filesAmong(page, via, image, ['url', 'image'], 'full')
  const size = sizeOf(image)
  const files = full === undefined ? [] : [full.width === null && size.width !== null ? { ...full, ...size } : full]
  for (const thumbnail of filesAmong(page, via, image, THUMBNAILS, files.length === 0 ? 'main' : 'src')) {
    if (files.every(({ url }) => url !== thumbnail.url)) files.push(thumbnail)
  }
  return files
}

const SHAPE_IN_ADDRESS = /(?<![\da-z])(\d{1,5})[x:](\d{1,5})(?![\da-z])/i
const WIDTH_IN_ADDRESS = /[?&/,_](?:w|width|imwidth|wid)[=_](\d{2,5})(?!\d)/i

/** Width by height, as stated or as the address has it; NaN where neither tells. */
const shapeOf = ({ url, width, height }: Rendition): number => {
  if (width !== null && height !== null) return width / height
  const [, across, down] = SHAPE_IN_ADDRESS.exec(url.slice(-300)) ?? []
  return Number(across) / Number(down)
}

/** Cameras make 4:3 and 3:2: what is nearest to them is least cropped. */
const CAMERA_SHAPE = 1.4
/** Shapes nearer to each other than this differ by rounding. */
const SAME_SHAPE = 0.03

/**
 * What a site lists as crops or sizes of one picture, the best first. Files of one shape are sizes. Of different
 * shapes the least cropped is taken, known by the others' addresses too, but none is a smaller copy of another.
 */
export const asCrops = (crops: readonly Rendition[]): Rendition[] => {
  const widths = crops.map(({ url, width }) => width ?? (Number(WIDTH_IN_ADDRESS.exec(url.slice(-300))?.[1]) || null))
  const shapes = crops.map(shapeOf)
  const [first = Number.NaN] = shapes
  const areSizes = shapes.every((shape) => (Number.isNaN(first) ? Number.isNaN(shape) : Math.abs(shape / first - 1) < SAME_SHAPE))
  if (crops.length < 2 || (areSizes && widths.every((width) => width !== null))) {
    return crops.map((crop, at) => ({ ...crop, width: widths[at] ?? null }))
  }
  const cut = (shape: number | undefined): number => Math.abs(Math.log((shape ?? Number.NaN) / CAMERA_SHAPE))
  let best = 0
  for (let at = 1; at < crops.length; at++) if (cut(shapes[at]) < (cut(shapes[best]) || Number.POSITIVE_INFINITY)) best = at
  const [chosen, ...others] = [...crops.slice(best), ...crops.slice(0, best)]
  return [chosen, ...others].flatMap((crop) => (crop === undefined ? [] : [{ ...crop, width: null, height: null }]))
}
