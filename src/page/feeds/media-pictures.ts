/**
 * Pictures that an entry of an XML feed names outside its text: Media RSS (search.yahoo.com/mrss), enclosures, podcasts'
 * and shops' elements. What one group holds is one picture in several sizes; a thumbnail beside a single picture is a
 * smaller copy of it, beside several it stands for none of them.
 */
import { markupText } from '../markup-text.ts'
import { filePixels } from '../page-address.ts'
import { looksLikePicture } from '../picture-url.ts'
import { cleanWords } from '../text-of.ts'
import { plainPicture, type EntryFile, type EntryPicture } from './entry.ts'
import { childOf, childrenOf, textIn, type XmlNode } from './read-records.ts'

/** Of one entry: the files of one picture, and the pictures. */
const MAX_FILES = 32
const MAX_PICTURES = 500

const bytesOf = (stated: string | undefined): number | null => {
  const bytes = /^\s*\d{1,12}\s*$/.test(stated ?? '') ? Number(stated) : 0
  // Many write a length because they must: a picture of less than this is none.
  return bytes >= 100 ? bytes : null
}

const fileAt = (node: XmlNode, url: string | undefined, role: EntryFile['role']): EntryFile[] =>
  url === undefined || url.trim() === '' ? [] : [{
    url: url.trim(), role, base: node.base,
    width: filePixels(node.attribs.get('width')), height: filePixels(node.attribs.get('height')),
    bytes: bytesOf(node.attribs.get('filesize') ?? node.attribs.get('length')),
  }]

const isPictureType = (type: string): boolean => /^\s*image\//i.test(type)

/** By its medium or type; by its address where it states neither. */
const isPicture = ({ attribs }: XmlNode, url: string | undefined): boolean => {
  const medium = attribs.get('medium')?.trim().toLowerCase() ?? ''
  const type = attribs.get('type')?.slice(0, 100) ?? ''
  if (medium !== '') return medium === 'image'
  if (type !== '') return isPictureType(type)
  return looksLikePicture(url ?? '')
}

const thumbnailsOf = (node: XmlNode): EntryFile[] =>
  childrenOf(node, 'media:thumbnail').slice(0, MAX_FILES).flatMap((one) => fileAt(one, one.attribs.get('url') ?? one.text, 'thumb'))

/** Words about a picture, from the nearest element that has them. */
const wordsFrom = (nodes: readonly XmlNode[]): Partial<EntryPicture> => {
  const nearest = (find: (node: XmlNode) => string | null): string | null => {
    for (const node of nodes) {
      const found = find(node)
      if (found !== null) return found
    }
    return null
  }
  return {
    title: nearest((node) => markupText(textIn(node, 'media:title'))),
    caption: nearest((node) => markupText(textIn(node, 'media:description'))),
    creator: nearest((node) => markupText(textIn(node, 'media:credit'), 200)),
    category: nearest((node) => {
      const category = childOf(node, 'media:category')
      // A category's text may be a path of codes; its label is for people.
      return cleanWords(category?.attribs.get('label') ?? category?.text, 200) ?? cleanWords(textIn(node, 'media:keywords')?.split(',')[0], 200)
    }),
    licence: nearest((node) => {
      const licence = childOf(node, 'media:license')
      return licence?.attribs.get('href') ?? textIn(node, 'media:license') ??
        childOf(node, 'media:copyright')?.attribs.get('url') ?? textIn(node, 'media:copyright')
    }),
  }
}

/** `media:text` and the title are no description for those who do not see; Media RSS has none, so `alt` stays unknown. */
const ofContents = (contents: readonly XmlNode[], thumbnails: readonly EntryFile[], around: readonly XmlNode[]): EntryPicture[] => {
  const files = contents.slice(0, MAX_FILES).flatMap((one) => [...fileAt(one, one.attribs.get('url'), 'main'), ...thumbnailsOf(one)])
  const all = [...files, ...thumbnails].slice(0, MAX_FILES)
  return all.length === 0 ? [] : [plainPicture(all, wordsFrom([...contents.slice(0, MAX_FILES), ...around]))]
}

const mediaPictures = (entry: XmlNode): EntryPicture[] => {
  const pictures: EntryPicture[] = []
  for (const group of childrenOf(entry, 'media:group').slice(0, MAX_PICTURES)) {
    const contents = childrenOf(group, 'media:content').filter((one) => isPicture(one, one.attribs.get('url')))
    // A film's thumbnails, where the group holds one.
    const stills = contents.length > 0 ? [] : childrenOf(group, 'media:content').flatMap(thumbnailsOf)
    pictures.push(...ofContents(contents, [...thumbnailsOf(group), ...stills], [group, entry]))
  }
  const contents = childrenOf(entry, 'media:content').slice(0, MAX_PICTURES)
  const shown = contents.filter((one) => isPicture(one, one.attribs.get('url')))
  const thumbnails = thumbnailsOf(entry)
  const isPair = shown.length === 1
  for (const one of shown) pictures.push(...ofContents([one], isPair ? thumbnails : [], [entry]))
  if (!isPair) pictures.push(...ofContents([], thumbnails, [entry]))
  for (const film of contents.filter((one) => !shown.includes(one))) pictures.push(...ofContents([], thumbnailsOf(film), [film, entry]))
  return pictures
}

/** `enclosure` of RSS, and Atom's link of that relation. */
const enclosures = (entry: XmlNode): EntryPicture[] =>
  entry.children.flatMap((node): EntryPicture[] => {
    const isLink = node.name === 'link' || node.name === 'atom:link'
    if (node.name !== 'enclosure' && !(isLink && node.attribs.get('rel')?.trim().toLowerCase() === 'enclosure')) return []
    const url = node.attribs.get(isLink ? 'href' : 'url') ?? node.attribs.get('rdf:resource')
    const files = isPicture(node, url) ? fileAt(node, url, 'full') : []
    return files.length === 0 ? [] : [plainPicture(files, { title: isLink ? cleanWords(node.attribs.get('title')) : null })]
  })

/** A price as shops write it in feeds: `12.50 EUR`. */
const PRICE = /^(\d{1,12}(?:\.\d{1,6})?)\s{0,9}([A-Z]{3})$/
/** Fields by the element of a product feed, in the words of the fields that pages' own data give. */
const PRODUCT_FIELDS = [
  ['sku', 'g:id'], ['mpn', 'g:mpn'], ['gtin', 'g:gtin'], ['brand', 'g:brand'], ['color', 'g:color'], ['material', 'g:material'], ['size', 'g:size'],
  ['condition', 'g:condition'], ['availability', 'g:availability'],
] as const

const productFields = (entry: XmlNode): EntryPicture['fields'] => {
  const fields = PRODUCT_FIELDS.flatMap(([field, name]): [string, string | number][] => {
    const value = cleanWords(textIn(entry, name), 200)
    return value === null ? [] : [[field, value]]
  })
  const stated = cleanWords(textIn(entry, 'g:sale_price', 'g:price'), 40)
  const [, price, currency] = PRICE.exec(stated ?? '') ?? []
  if (price !== undefined && currency !== undefined) fields.push(['price', Number(price)], ['currency', currency])
  else if (stated !== null) fields.push(['price', stated])
  return fields.length === 0 ? null : Object.fromEntries(fields)
}

/** Google's product feeds. */
const productPictures = (entry: XmlNode): EntryPicture[] => {
  const images = entry.children.filter(({ name }) => name === 'g:image_link' || name === 'g:additional_image_link').slice(0, MAX_PICTURES)
  if (images.length === 0) return []
  const fields = productFields(entry)
  const category = cleanWords(textIn(entry, 'g:product_type', 'g:google_product_category'), 200)
  return images.flatMap((node) => fileAt(node, node.text, 'main').map((file) => plainPicture([file], { fields, category })))
}

/** `itunes:image` and the `image` that some put into items; the channel's art is not asked for. */
const otherPictures = (entry: XmlNode): EntryPicture[] =>
  entry.children.flatMap((node): EntryPicture[] => {
    if (node.name === 'content' && isPictureType(node.attribs.get('type')?.slice(0, 100) ?? '')) {
      return fileAt(node, node.attribs.get('src'), 'main').map((file) => plainPicture([file]))
    }
    if (node.name !== 'itunes:image' && node.name !== 'image') return []
    const url = node.attribs.get('href') ?? node.attribs.get('url') ?? node.attribs.get('rdf:resource') ?? textIn(node, 'url') ?? node.text
    return fileAt(node, url, 'main').map((file) => plainPicture([file]))
  })

/** At most 500. */
export const picturesOfEntry = (entry: XmlNode): readonly EntryPicture[] =>
  [...mediaPictures(entry), ...enclosures(entry), ...productPictures(entry), ...otherPictures(entry)].slice(0, MAX_PICTURES)
