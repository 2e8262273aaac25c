/** Elements that show a picture without an `img`: by an inline `style`, or by an attribute that a script turns into one. */
import { isTag, type Element } from 'domhandler'
import { sameFile } from '../file-stem.ts'
import { countWithin, firstFrom, firstWithin } from '../page-tree.ts'
import { NO_SIZE, NOWHERE, type Finder, type Page } from '../page.ts'
import { looksLikeStandIn } from '../picture-url.ts'
import type { Rendition } from '../rendition.ts'
import { surroundingsOf, type Surroundings } from '../surroundings.ts'
import { addItemFiles, linkRound } from './item-files.ts'
import { addInlineStyle, addNamed } from './lazy-attributes.ts'

/** Pieces of the page's own dress. */
const DRESS = /(?:^|[/_.-])(?:sprites?|icons?|arrows?|bullets?|pattern|texture|noise|gradient|shadow|overlay|stars?|flags?|chevron|caret|check(?:box|mark)?|spinner|loading)(?=[/_.-]|\d{0,3}\.)|\.(?:svg|cur|ico)(?:[?#]|$)/i

/** Whether the name alone is that of a piece of dress. */
export const isCalledDress = (url: string): boolean => DRESS.test(url.slice(url.indexOf('/', 8)).slice(-300))

/** Whether a picture that CSS shows is the page's own dress, not something it shows. */
export const isDress = (url: string): boolean => isCalledDress(url) || looksLikeStandIn(url)

/** What lies round a drawn element and holds no other picture; the element itself is the innermost level. */
const roundDrawn = (page: Page, element: Element): Surroundings => {
  const { levels, figure } = surroundingsOf(page, element)
  const { drawn } = page.landmarks
  const own = [element, ...levels]
  const alone = own.findIndex((level, index) => index > 0 && countWithin(drawn, level) > 1)
  return { levels: alone === -1 ? own : own.slice(0, alone), figure }
}

/** Whether an `img` inside shows the same: then this one shows through until it has loaded. */
const isPlaceholder = (page: Page, element: Element, renditions: readonly Rendition[]): boolean => {
  const { picture } = page.landmarks
  if (countWithin(picture, element) !== 1) return false
  const img = firstWithin(picture, element) as Element
  const named = [img.attribs['src'], img.attribs['data-src'], img.attribs['srcset']?.split(' ', 1)[0]]
  return /blur|lqip|placeholder|lazy/i.test((element.attribs['class'] ?? '').slice(0, 300)) ||
    named.some((raw) => raw !== undefined && raw.length < 4000 && renditions.some(({ url }) => sameFile(url, raw)))
}

/** An `img` in the element's card that this element only says more of. */
const serves = (page: Page, element: Element): boolean => {
  const { picture } = page.landmarks
  if (countWithin(picture, element) > 0) return true
  const parent = element.parent
  return parent !== null && isTag(parent) && countWithin(picture, parent) === 1
}

export const findBackgrounds: Finder = function* (page) {
  const { drawn, picture } = page.landmarks
  for (const element of drawn) {
    if (page.claimed.has(element)) continue
    const renditions: Rendition[] = []
    addInlineStyle(renditions, page, element)
    const isStyled = renditions.length > 0
    addNamed(renditions, page, element, 'drawn')
    const isShown = renditions.some(({ via }) => via === 'style')
    // Lazy loaders put a small or blurred copy in `style`, the real one in an attribute.
    const real = renditions.filter(({ url }) => !isDress(url))
    if (real.length === 0 || (!isShown && serves(page, element)) || isPlaceholder(page, element, real)) continue
    if (element.name === 'a' && !isShown) continue
    const hasPicture = firstFrom(picture, element.startIndex ?? 0) < firstFrom(picture, element.endIndex ?? 0)
    const round = hasPicture ? NOWHERE : roundDrawn(page, element)
    const files = isStyled && real.length > 1 ? real.map((one, index): Rendition => (index === 0 && one.via === 'style' ? { ...one, role: 'src' } : one)) : real
    if (!hasPicture) addItemFiles(files, page, element, round, real, { src: real[0]?.url ?? null })
    yield {
      kind: 'picture', element, link: hasPicture ? null : linkRound(element, round.levels), round,
      renditions: files, shown: NO_SIZE, presence: 'shown',
    }
  }
}
