/**
 * Pictures that the page's own `<style>` sheets show. A rule for one class or one id is shown where the first such
 * element stands; what a longer selector means would take a browser, so its picture belongs to the page.
 */
import { isTag, type AnyNode, type Element } from 'domhandler'
import { picturesInCss } from '../css-pictures.ts'
import { NO_SIZE, NOWHERE, type Finder, type Page } from '../page.ts'
import { renditionAt } from '../page-address.ts'
import type { Rendition } from '../rendition.ts'
import { styleRules } from '../style-sheet.ts'
import { surroundingsOf } from '../surroundings.ts'
import { isDress } from './backgrounds.ts'
import { addItemFiles } from './item-files.ts'

/** Pictures taken from the sheets of one page. */
const MAX_PICTURES = 500
const MAX_SHEETS = 100
const SIMPLE = /^(?:[a-z][a-z0-9-]{0,30})?([.#][\w-]{1,100})(?:::?(?:before|after))?$/i

interface Shown {
  readonly keys: readonly string[]
  readonly sheet: Element
  readonly renditions: Rendition[]
}

const textOfSheet = ({ children }: Element): string => {
  const first = children[0]
  return first !== undefined && 'data' in first ? first.data : ''
}

const keysOf = (selector: string): string[] => {
  const keys: string[] = []
  for (const part of selector.slice(0, 2000).split(',', 20)) {
    const key = SIMPLE.exec(part.trim())?.[1]
    if (key !== undefined) keys.push(key)
  }
  return keys
}

const readSheets = (page: Page): Shown[] => {
  const found: Shown[] = []
  for (const sheet of page.landmarks['style-sheet'].slice(0, MAX_SHEETS)) {
    const css = textOfSheet(sheet)
    if (!/url\(|image-set\(/i.test(css)) continue
    for (const { selector, declarations } of styleRules(css)) {
      if (!declarations.includes('(')) continue
      const renditions = picturesInCss(declarations)
        .map(({ url, density }) => renditionAt(page, url, 'main', 'style', { density }))
        .filter((one): one is Rendition => one !== null && !isDress(one.url))
      if (renditions.length === 0) continue
      found.push({ keys: keysOf(selector), sheet, renditions })
      if (found.length >= MAX_PICTURES) return found
    }
  }
  return found
}

/** The first element of each wanted class (`.a`) and id (`#a`), found in one walk. */
const firstElements = (page: Page, wanted: Set<string>): ReadonlyMap<string, Element> => {
  const found = new Map<string, Element>()
  const look = (element: Element, key: string): void => {
    if (wanted.delete(key)) found.set(key, element)
  }
  const stack: AnyNode[] = page.root.children.toReversed()
  for (let node = stack.pop(); node !== undefined && wanted.size > 0; node = stack.pop()) {
    if (!isTag(node)) continue
    const { id, class: names } = node.attribs
    if (id !== undefined) look(node, `#${id.slice(0, 200)}`)
    if (names !== undefined) for (const name of names.slice(0, 2000).split(/\s+/)) look(node, `.${name}`)
    for (let index = node.children.length - 1; index >= 0; index--) stack.push(node.children[index] as AnyNode)
  }
  return found
}

export const findSheetBackgrounds: Finder = function* (page) {
  const pictures = page.landmarks['style-sheet'].length === 0 ? [] : readSheets(page)
  if (pictures.length === 0) return
  const elements = firstElements(page, new Set(pictures.flatMap(({ keys }) => keys)))
  for (const { keys, sheet, renditions } of pictures) {
    const element = keys.map((key) => elements.get(key)).find((one) => one !== undefined)
    if (element === undefined) {
      yield { kind: 'picture', element: sheet, link: null, round: NOWHERE, renditions, shown: NO_SIZE, presence: 'offered' }
      continue
    }
    const round = surroundingsOf(page, element)
    const link = element.children.length > 3 ? null : addItemFiles(renditions, page, element, { ...round, levels: [element, ...round.levels.slice(0, 1)] }, renditions.slice(), { src: null })
    yield { kind: 'picture', element, link, round, renditions, shown: NO_SIZE, presence: 'shown' }
  }
}
