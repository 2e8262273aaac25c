/** Arrows, signs and buttons: what stands beside pictures, is drawn, not photographed, and is no picture of its own. */
import type { Element } from 'domhandler'
import { pixels } from './page-address.ts'
import { createPageNote } from './page-note.ts'
import type { PageTree } from './page-tree.ts'

const NAMED = /(?:^|[/_.-])(?:icons?|ico|arrows?|next|prev(?:ious)?|back|close|zoom|magnif\w{1,8}|loupe|search|plus|enlarge|expand|download|play|button|btn|bullet|left|right|up|down|star|logo)(?=[/_.-]|\d{0,2}\.)/i
const DRAWN_FORMAT = /\.(?:gif|png|svg|webp|ico)(?:[?#]|$)/i
const MAX_SIGN_PX = 32

/** Whether the element is a sign on the way to a picture, not the picture itself. @param src as written */
export const isSign = (src: string, width: number | null, height: number | null): boolean =>
  (width !== null && width <= MAX_SIGN_PX && height !== null && height <= MAX_SIGN_PX) ||
  (DRAWN_FORMAT.test(src.slice(-200)) && NAMED.test(src.slice(Math.max(0, src.lastIndexOf('/', src.lastIndexOf('/') - 1))).slice(-200)))

const isDrawnSign = ({ attribs }: Element): boolean =>
  attribs['src'] !== undefined && attribs['srcset'] === undefined && attribs['data-src'] === undefined &&
  isSign(attribs['src'], pixels(attribs['width']), pixels(attribs['height']))

const notes = createPageNote<readonly Element[]>()

/** The pictures of a page without its signs, in document order: a sign in a card makes it no card of two pictures. */
export const picturesProper = (page: PageTree): readonly Element[] => {
  let known = notes.get(page)
  if (known === undefined) {
    const { picture } = page.landmarks
    known = picture.some(isDrawnSign) ? picture.filter((element) => !isDrawnSign(element)) : picture
    notes.set(page, known)
  }
  return known
}
