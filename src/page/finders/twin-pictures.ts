/**
 * Two `img` of one slide that are one picture: sliders that draw their own row of thumbnails take both from the
 * markup, side by side, the one called thumb and the other image. Only a pair that is alone in its element counts.
 */
import { isTag, type Element } from 'domhandler'
import type { Page } from '../page.ts'
import { renditionAt } from '../page-address.ts'
import { countWithin, firstFrom } from '../page-tree.ts'
import type { Rendition } from '../rendition.ts'

const SMALL = /(?:^|[\s_-])(?:thumb|thumbs|thumbnail|preview|small)(?:$|[\s_-])/i
const LARGE = /(?:^|[\s_-])(?:image|img|main|full|large|big|zoom|original|photo|slide)(?:$|[\s_-])/i

/** What an element is called by: some libraries use an attribute of their own. */
const namesOf = ({ attribs }: Element): string =>
  `${attribs['class'] ?? ''} ${attribs['data-u'] ?? ''} ${attribs['data-role'] ?? ''} ${attribs['data-type'] ?? ''}`.slice(0, 300)

/** Adds the larger file of a picture that its element is called the thumbnail of. */
export const addTwin = (into: Rendition[], page: Page, img: Element): void => {
  const scope = img.parent
  if (scope === null || !isTag(scope) || !SMALL.test(namesOf(img))) return
  const { picture } = page.landmarks
  if (countWithin(picture, scope) !== 2) return
  const first = firstFrom(picture, (scope.startIndex ?? 0) + 1)
  const other = picture[picture[first] === img ? first + 1 : first]
  if (other === undefined || other.parent !== scope) return
  const names = namesOf(other)
  if (SMALL.test(names) || !LARGE.test(names)) return
  const full = renditionAt(page, other.attribs['src'] ?? '', 'full', 'img')
  if (full !== null) into.push(full)
}
