/**
 * The files of a picture that the elements round it name: the link wrapped round it, its gallery's item, and, in a
 * card that holds no other picture, a link beside it that plainly leads to the same one ("full size", "download").
 */
import { isTag, type Element } from 'domhandler'
import { sameFile } from '../file-stem.ts'
import { createIdLookup } from '../id-lookup.ts'
import type { Page } from '../page.ts'
import { renditionAt } from '../page-address.ts'
import { countWithin, firstFrom } from '../page-tree.ts'
import type { Rendition } from '../rendition.ts'
import { isSign } from '../sign.ts'
import type { Surroundings } from '../surroundings.ts'
import { textOf } from '../text-of.ts'
import { addTargets, pictureLinks, type Wrapped } from './image-link.ts'
import { addNamed } from './lazy-attributes.ts'

/** How far out a gallery's item that is no link is looked for. */
const ITEM_LEVELS = 3
/** How far out a link beside the picture is looked for, and how many of them. */
const CARD_LEVELS = 5
const MAX_LINKS = 12

const CLOSER_LOOK =
  /\b(?:full|original|large|larger|big|high|hi-?res|resolution|download|zoom|enlarge|view image|view photo|view picture|see image|open image|expand|fullscreen|wallpaper|grösser|größer|vollbild|herunterladen|agrandir|ampliar|télécharger|descargar|scarica|скачать|увеличить)\b|下载|原图|大图|查看|\d{3,5}\s{0,2}[x×*]\s{0,2}\d{3,5}/i
const SIDES = /(\d{3,5})\s{0,2}[x×*]\s{0,2}(\d{3,5})/i

const areaOf = (sides: RegExpExecArray | null): number => Number(sides?.[1] ?? 0) * Number(sides?.[2] ?? 0)

const wordsOn = (link: Element): string => {
  const { title, class: names, 'aria-label': label, 'data-action': action, id } = link.attribs
  return [textOf(link, 100), title, names?.replace(/[-_]/g, ' '), label, action, id].filter(Boolean).join(' ').slice(0, 600)
}

/** Adds what links beside the picture lead to, if it is the picture; claims those links. */
const addBeside = (into: Rendition[], page: Page, { levels }: Surroundings, own: readonly Rendition[]): void => {
  const { links, of } = pictureLinks(page)
  if (links.length === 0) return
  for (let level = 0; level < Math.min(levels.length, CARD_LEVELS); level++) {
    const scope = levels[level] as Element
    const from = firstFrom(links, (scope.startIndex ?? 0) + 1)
    const found: { link: Element; targets: readonly Rendition[]; same: boolean; sides: RegExpExecArray | null }[] = []
    let sawLink = false
    for (let index = from; index < from + MAX_LINKS; index++) {
      const link = links[index]
      if (link === undefined || (link.startIndex ?? 0) >= (scope.endIndex ?? 0)) break
      if (page.claimed.has(link)) continue
      sawLink = true
      const targets = of.get(link) ?? []
      const same = targets.some(({ url }) => own.some((one) => one.url === url || sameFile(one.url, url)))
      const words = wordsOn(link)
      if (same || link.attribs['download'] !== undefined || CLOSER_LOOK.test(words)) found.push({ link, targets, same, sides: SIDES.exec(words) })
    }
    if (!sawLink) continue
    const sure = found.filter(({ same }) => same)
    // Words alone do not tell which of several pictures is meant, unless they are the sizes of one.
    const chosen = sure.length > 0 ? sure : found.length === 1 || found.every(({ sides }) => sides !== null) ? found : []
    for (const { link } of chosen) page.claimed.add(link)
    // Of several sizes for a closer look, the largest.
    const [largest] = chosen.toSorted((a, b) => areaOf(b.sides) - areaOf(a.sides))
    for (const { sides, targets } of sure.length > 0 ? sure : largest === undefined ? [] : [largest]) {
      const stated = sides === null ? {} : { width: Number(sides[1]), height: Number(sides[2]) }
      for (const target of targets) into.push(target.width === null ? { ...target, ...stated } : target)
    }
    return
  }
}

/** Adds what a button or a box beside the picture says of a larger file, when one alone does. */
const addDrawnBeside = (into: Rendition[], page: Page, img: Element, { levels }: Surroundings): void => {
  const { drawn } = page.landmarks
  for (let level = 0; level < Math.min(levels.length, ITEM_LEVELS); level++) {
    const scope = levels[level] as Element
    const from = firstFrom(drawn, (scope.startIndex ?? 0) + 1)
    const files: Rendition[] = []
    for (let index = from; index < from + MAX_LINKS; index++) {
      const element = drawn[index]
      if (element === undefined || (element.startIndex ?? 0) >= (scope.endIndex ?? 0)) break
      const isRound = (element.startIndex ?? 0) < (img.startIndex ?? 0) && (element.endIndex ?? 0) > (img.startIndex ?? 0)
      if (element.attribs['style'] !== undefined || isRound || page.claimed.has(element)) continue
      const before = files.length
      addNamed(files, page, element, 'round')
      if (files.slice(before).some(({ role }) => role === 'target')) page.claimed.add(element)
    }
    const targets = files.filter(({ role }) => role === 'target')
    if (new Set(targets.map(({ url }) => url)).size === 1) into.push(...targets)
    if (files.length > 0) return
  }
}

const OPENS_BOX = /^(?:modal|lightbox)$/i
/** Pictures looked at in what a link opens. */
const MAX_IN_BOX = 4

/** Adds the one picture of the box on this page that the link opens: a modal, an inline lightbox. */
const addBoxed = (into: Rendition[], page: Page, link: Element): void => {
  const { attribs } = link
  const target = (attribs['data-bs-target'] ?? attribs['data-target'] ?? attribs['href'] ?? '').trim()
  if (!target.startsWith('#') || target.length < 2 || !OPENS_BOX.test(attribs['data-bs-toggle'] ?? attribs['data-toggle'] ?? '')) return
  const box = createIdLookup(page)(target.slice(1))
  const { picture } = page.landmarks
  if (box === null || countWithin(picture, box) > MAX_IN_BOX) return
  const from = firstFrom(picture, (box.startIndex ?? 0) + 1)
  const shown = picture.slice(from, from + countWithin(picture, box)).filter(({ attribs: { src = '' } }) => src !== '' && !isSign(src, null, null))
  const [only] = shown
  const file = shown.length === 1 && only !== undefined ? renditionAt(page, only.attribs['src'] ?? '', 'target', 'link') : null
  if (file !== null) into.push(file)
}

/**
 * Adds the files that what is round a picture names, and claims the elements that name them.
 * @param own the files that its own element names
 * @returns the link wrapped round it alone
 */
export const addItemFiles = (
  into: Rendition[],
  page: Page,
  img: Element,
  round: Surroundings,
  own: readonly Rendition[],
  wrapped: Wrapped,
): Element | null => {
  const { levels } = round
  let link: Element | null = null
  let hasTarget = false
  for (let level = 0; level < levels.length; level++) {
    const outer = levels[level] as Element
    const isLink = link === null && outer.name === 'a'
    if (isLink) link = outer
    if (!isLink && level >= ITEM_LEVELS) continue
    const files: Rendition[] = []
    addTargets(files, page, outer, wrapped)
    if (files.length === 0 && outer.attribs['data-toggle'] === undefined && outer.attribs['data-bs-toggle'] === undefined) continue
    // The nearest one to lead somewhere is meant; what lies further out names it again, a smaller copy, or the original.
    const added = hasTarget ? files.filter(({ role }) => role === 'thumb' || (role === 'target' && !isLink)) : files
    if (files.length > 0) page.claimed.add(outer)
    into.push(...added)
    hasTarget ||= files.some(({ role }) => role === 'target' || role === 'full')
    if (!hasTarget && (outer.attribs['data-toggle'] ?? outer.attribs['data-bs-toggle']) !== undefined) addBoxed(into, page, outer)
  }
  if (!hasTarget) addBeside(into, page, round, own)
  if (!hasTarget && page.landmarks.drawn.length > 0) addDrawnBeside(into, page, img, round)
  return link
}

/** The link that an element lies in or is, a few levels out. */
export const linkRound = (element: Element, levels: readonly Element[]): Element | null =>
  [element, ...levels].find((one) => isTag(one) && one.name === 'a') ?? null
