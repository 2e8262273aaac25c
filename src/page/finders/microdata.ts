/** Pictures that microdata and RDFa name; most are shown and gain words by it. */
import type { Finder } from '../page.ts'
import { describedPictures } from '../structured/described-pictures.ts'
import { itemsOnPage } from '../structured/items-on-page.ts'
import { describedFinding } from './linked-data.ts'

export const findMicrodata: Finder = function* (page) {
  const [element] = page.landmarks.item
  if (element === undefined) return
  for (const picture of describedPictures(page, itemsOnPage(page).marked, 'microdata')) yield describedFinding(picture, element)
}
