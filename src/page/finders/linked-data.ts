/** Pictures that JSON-LD names: new ones, and what it says of those that the page shows. */
import type { Element } from 'domhandler'
import { NO_SIZE, NOWHERE, type Finder, type Finding } from '../page.ts'
import type { DescribedPicture } from '../structured/described-pictures.ts'
import { describedPictures } from '../structured/described-pictures.ts'
import { itemsOnPage } from '../structured/items-on-page.ts'

/** @param element where the data stands */
export const describedFinding = ({ renditions, words }: DescribedPicture, element: Element): Finding => ({
  kind: 'picture', element, link: null, round: NOWHERE, renditions, shown: NO_SIZE, presence: 'described', words,
})

export const findLinkedData: Finder = function* (page) {
  const [element] = page.landmarks['linked-data']
  if (element === undefined) return
  for (const picture of describedPictures(page, itemsOnPage(page).linked, 'json-ld')) yield describedFinding(picture, element)
}
