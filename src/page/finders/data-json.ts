/** Pictures that JSON names: in `data-` attributes, and in the scripts that galleries and shops fill for their own use. */
import type { Element } from 'domhandler'
import { picturesInJson, startsLikeJson, type JsonPicture } from '../json-pictures.ts'
import { NO_SIZE, NOWHERE, type Finder, type Finding, type Page } from '../page.ts'
import type { Rendition } from '../rendition.ts'
import { surroundingsOf } from '../surroundings.ts'
import { addJsonFile } from './lazy-attributes.ts'

const MAX_SCRIPTS = 200
/** Scripts whose JSON says what a gallery or a product shows: Magento, Shopify themes, Webflow, page builders. */
const OF_A_GALLERY = /product|gallery|image|photo|media|slide|lightbox|w-json|carousel|picture|album/i

const readPicture = (page: Page, { files }: JsonPicture): Rendition[] => {
  const renditions: Rendition[] = []
  for (const file of files) addJsonFile(renditions, page, file)
  return renditions
}

const findingOf = (page: Page, element: Element, picture: JsonPicture, presence: Finding['presence']): Finding | null => {
  const renditions = readPicture(page, picture)
  if (renditions.length === 0) return null
  const { alt, title, caption } = picture
  return { kind: 'picture', element, link: null, round: NOWHERE, renditions, shown: NO_SIZE, presence, words: { alt, title, caption } }
}

/** What an element's JSON names, unless it is one picture that an `img` there shows: its finder has read it. */
export const findDataJson: Finder = function* (page) {
  for (const element of page.landmarks['data-json']) {
    const { attribs } = element
    for (const name in attribs) {
      const value = attribs[name] ?? ''
      if (!name.startsWith('data-') || !startsLikeJson(value)) continue
      const pictures = picturesInJson(value)
      if (pictures.length === 1 && (element.name === 'img' || element.name === 'source' || page.claimed.has(element))) continue
      for (const picture of pictures) {
        const found = findingOf(page, element, picture, 'shown')
        if (found !== null) yield found.renditions.length > 1 || pictures.length > 1 ? found : { ...found, round: surroundingsOf(page, element) }
      }
    }
  }
}

const textOfScript = ({ children }: Element): string => {
  const first = children[0]
  return first !== undefined && 'data' in first ? first.data : ''
}

const saysWhatIsShown = (script: Element): boolean => {
  const { attribs, parent } = script
  if (attribs['type']?.includes('magento') === true) return true
  let names = ''
  for (const name in attribs) names += `${name} ${(attribs[name] ?? '').slice(0, 100)} `
  if (parent !== null && 'attribs' in parent) names += (parent.attribs['class'] ?? '').slice(0, 200)
  return OF_A_GALLERY.test(names.slice(0, 1000))
}

/** Other data (`__NEXT_DATA__`) holds the whole site's: only what it tells several files of is surely a picture to show. */
const isFullyTold = ({ files }: JsonPicture): boolean => files.length > 1 && files.some(({ role }) => role !== 'main')

export const findScriptJson: Finder = function* (page) {
  for (const script of page.landmarks['data-script'].slice(0, MAX_SCRIPTS)) {
    const ofGallery = saysWhatIsShown(script)
    for (const picture of picturesInJson(textOfScript(script))) {
      if (!ofGallery && !isFullyTold(picture)) continue
      const found = findingOf(page, script, picture, ofGallery ? 'shown' : 'described')
      if (found !== null) yield found
    }
  }
}
