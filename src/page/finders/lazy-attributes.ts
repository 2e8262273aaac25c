/** The files that an element's attributes name besides `src`, `srcset` and `href`, as `picture-attributes.ts` reads them. */
import type { Element } from 'domhandler'
import { picturesInCss } from '../css-pictures.ts'
import { picturesInJson, startsLikeJson, type JsonFile } from '../json-pictures.ts'
import type { Page } from '../page.ts'
import { addSrcset, renditionAt, sizeBeside } from '../page-address.ts'
import { looseAttribute, pictureAttribute, type PictureAttribute } from '../picture-attributes.ts'
import { looksLikeAddress, looksLikePicture } from '../picture-url.ts'
import type { Rendition } from '../rendition.ts'

/**
 * What the element is to the picture: the `picture` itself, an element `round` one (a link, a gallery's item), or
 * `drawn` on by CSS or a script.
 */
export type Place = 'picture' | 'round' | 'drawn'

const VIA = { picture: 'lazy', round: 'link', drawn: 'lazy' } as const

/** Named beside the address of a link, and so more than what the link leads to. */
const LARGEST = /(?:^|[-_])(?:big|bigimg|bigsrc|orig|xoriginal|hi-?res|highres|master|max|full|fullsize)(?:$|[-_])/

/** Of a board that names the file itself too, under the plain name, and shows this one in its place. */
const SAMPLE = 'data-large-file-url'

/** An element round a picture has nothing to show in its place: what it names is for a closer look. */
const roleOf = (name: string, means: PictureAttribute['means'], place: Place): Rendition['role'] => {
  if (means === 'thumb') return 'thumb'
  if (means === 'full') return place === 'round' || (place === 'picture' && LARGEST.test(name)) ? 'target' : 'full'
  return place === 'round' ? 'full' : 'main'
}

const WIDTH = /\{width\}/g

/** `//x/pic_{width}x.jpg` with `data-widths="[180, 360, 720]"`, a shop theme's way. */
const addTemplate = (into: Rendition[], page: Page, template: string, widths: string): void => {
  for (const width of widths.slice(0, 500).match(/\d{2,4}/g) ?? []) {
    const rendition = renditionAt(page, template.replace(WIDTH, width), 'main', 'lazy', { width: Number(width) })
    if (rendition !== null) into.push(rendition)
  }
}

/** Interchange's named queries, in pixels of the viewport. */
const BREAKPOINTS: ReadonlyMap<string, number> = new Map([
  ['small', 1], ['default', 1], ['medium', 640], ['large', 1024], ['xlarge', 1200], ['xxlarge', 1440], ['retina', 1500],
])
const MAX_PARTS = 32
/** Longest value parted, in UTF-16 units. */
const MAX_PARTED = 65_536

/** `[a.jpg, small], [b.jpg, large]` (Interchange), `a.jpg 400w | b.jpg [--large]` (bgset), `url(a.jpg), url(b.jpg)`. */
const addParts = (into: Rendition[], page: Page, value: string, role: Rendition['role'], via: Rendition['via']): void => {
  const text = value.slice(0, MAX_PARTED)
  if (text.includes('url(')) {
    for (const { url, density } of picturesInCss(`background:${text}`)) {
      const rendition = renditionAt(page, url, role, via, { density })
      if (rendition !== null) into.push(rendition)
    }
  } else if (text.trimStart().startsWith('[')) {
    for (const part of text.split(']', MAX_PARTS)) {
      const [address = '', name = ''] = part.slice(part.indexOf('[') + 1).split(',', 2)
      const viewportPx = BREAKPOINTS.get(name.trim().replace(/[()]/g, '')) ?? 0
      const rendition = looksLikePicture(address) ? renditionAt(page, address, role, via, { viewportPx }) : null
      if (rendition !== null) into.push(rendition)
    }
  } else {
    for (const part of text.split('|').slice(0, MAX_PARTS)) {
      const bracket = part.indexOf('[')
      addSrcset(into, page, bracket === -1 ? part : part.slice(0, bracket), role, via)
    }
  }
}

/** The rendition of a file that JSON names, or those of its srcset, added to `into`. */
export const addJsonFile = (into: Rendition[], page: Page, { url, isSet, role, width, height }: JsonFile): void => {
  if (isSet) return addSrcset(into, page, url, role, 'data')
  const rendition = renditionAt(page, url, role, 'data', { width, height })
  if (rendition !== null) into.push(rendition)
}

const addJson = (into: Rendition[], page: Page, value: string): void => {
  const pictures = picturesInJson(value)
  // Several are a gallery, not this picture's files.
  if (pictures.length === 1) for (const file of pictures[0]?.files ?? []) addJsonFile(into, page, file)
}

const addStyle = (into: Rendition[], page: Page, css: string, via: Rendition['via']): void => {
  for (const { url, density } of picturesInCss(css)) {
    const rendition = renditionAt(page, url, 'main', via, { density })
    if (rendition !== null) into.push(rendition)
  }
}

/** baguetteBox: `data-at-800="a-800.jpg"`, the file for windows so wide. */
const AT_WIDTH = /^data-at-(\d{2,5})$/

const SET_END = /\s\d{1,5}(?:\.\d{1,4})?[wx]\s*$/
const QUOTES = /^['"`]|['"`]$/g
const MAX_ADDRESS = 4000

/**
 * What an `img` that shows nothing itself names in attributes of any name, added to `into`; only what ends like a
 * picture, or a set of such.
 */
export const addLoose = (into: Rendition[], page: Page, { attribs }: Element): void => {
  for (const name in attribs) {
    const value = (attribs[name] ?? '').trim()
    if (name === 'src' || value.length < 5 || value.length > MAX_PARTED) continue
    const isSet = SET_END.test(value.slice(-20))
    const address = (isSet ? value.slice(0, MAX_ADDRESS).split(/\s/, 1)[0] ?? '' : value).replace(QUOTES, '')
    const named = looksLikePicture(address) && looksLikeAddress(address) ? looseAttribute(name) : null
    if (named === null) continue
    const role = roleOf(name, named.means, 'picture')
    const rendition = isSet ? null : renditionAt(page, address, role, 'lazy')
    if (isSet) addSrcset(into, page, value, role, 'lazy')
    else if (rendition !== null) into.push(rendition)
  }
}

/** The renditions that the attributes of an element name, added to `into`. */
export const addNamed = (into: Rendition[], page: Page, element: Element, place: Place, viewportPx = 0): void => {
  const { attribs } = element
  // An element that the site made up has attributes of its own.
  const isCustom = place !== 'picture' && element.name.includes('-')
  for (const name in attribs) {
    const named = isCustom ? looseAttribute(name) : pictureAttribute(name)
    const value = attribs[name] ?? ''
    if (value.length < 3) continue
    if (named === null) {
      const isData = name.startsWith('data-')
      const atPx = isData ? AT_WIDTH.exec(name)?.[1] : undefined
      if (isData && startsLikeJson(value)) addJson(into, page, value)
      else if (atPx !== undefined && looksLikePicture(value)) {
        const rendition = renditionAt(page, value, 'main', VIA[place], { viewportPx: Number(atPx) })
        if (rendition !== null) into.push(rendition)
      }
      continue
    }
    const isSample = name === SAMPLE && attribs['data-file-url'] !== undefined
    const role = isSample ? 'full' : roleOf(name, named.means, place)
    if (named.means === 'background' && place === 'round') continue
    const via = named.means === 'background' && place === 'drawn' ? 'style' : VIA[place]
    if (named.form === 'set') addSrcset(into, page, value, role, via, viewportPx)
    else if (named.form === 'parts') addParts(into, page, value, role, via)
    else if (named.form === 'css') addStyle(into, page, value, via)
    else if (startsLikeJson(value)) addJson(into, page, value)
    else if (named.means === 'background' && value.includes('url(')) addStyle(into, page, `background:${value}`, via)
    else if (attribs['data-widths'] !== undefined && value.length < 2000 && value.includes('{width}')) {
      addTemplate(into, page, value, attribs['data-widths'])
    } else if (named.vague || place === 'round' ? looksLikePicture(value) : looksLikeAddress(value)) {
      const stated = { ...sizeBeside(attribs, name), density: named.density, viewportPx }
      const rendition = renditionAt(page, value, role, via, stated)
      if (rendition !== null) into.push(rendition)
    }
  }
}

/** Same, for the element that shows the picture or a `<source>` of it. */
export const addLazy = (into: Rendition[], page: Page, element: Element, viewportPx = 0): void =>
  addNamed(into, page, element, 'picture', viewportPx)

/** The pictures that an element's inline `style` shows, added to `into`. */
export const addInlineStyle = (into: Rendition[], page: Page, { attribs }: Element): void => {
  const css = attribs['style']
  if (css !== undefined) addStyle(into, page, css, 'style')
}
