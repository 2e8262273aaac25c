/** Reads a page by its recipe: each item to a picture with its words, and where the list goes on. */
import type { Element } from 'domhandler'
import { isTag } from 'domhandler'
import type { Fields, PageReading } from '../candidate.ts'
import { pageLanguage } from '../page-language.ts'
import { publishedTime } from '../published-time.ts'
import { addSrcset, filePixels, renditionAt, unusable } from '../page-address.ts'
import { NO_SIZE, NOWHERE, type Finding, type Page } from '../page.ts'
import type { PictureWords } from '../picture-words.ts'
import type { Rendition } from '../rendition.ts'
import { cleanWords } from '../text-of.ts'
import type { CompiledRecipe } from './compile-recipe.ts'
import { isImg, isSrcset, largest, renditionsOfImg, smallestUsable } from './picture-of.ts'
import type { Problem, Scope } from './selector.ts'
import { withinTime } from './time-limit.ts'
import type { Scalar } from './transforms.ts'
import { scalarOf, type CompiledValue, type Found, type Site } from './values.ts'

type Unusable = PageReading['unusable'][number]
export type RecipePicture = Finding & { readonly words: PictureWords }

export interface RecipeReading {
  readonly pictures: readonly RecipePicture[]
  readonly unusable: readonly Unusable[]
  /** Null where the recipe does not say: the page's own count. */
  readonly next: readonly string[] | null
  readonly links: readonly string[] | null
  readonly cut: 'time' | 'candidates' | null
  /** What a value could not do on this page, in words; each once. */
  readonly problems: readonly string[]
}

const MAX_PROBLEMS = 20
const MAX_NEXT = 20
const MAX_UNUSABLE = 1000
const MAX_LINKS = 100_000

interface Reader {
  readonly page: Page
  readonly recipe: CompiledRecipe
  readonly imgs: Map<Element, readonly Rendition[]>
  readonly problem: Problem
}

const renditionsOfMatch = ({ page, imgs }: Reader, { value, element, attribute }: Found): readonly Rendition[] => {
  if (element !== null && attribute === null && isImg(element)) {
    const known = imgs.get(element) ?? renditionsOfImg(page, element)
    imgs.set(element, known)
    return known
  }
  const found: Rendition[] = []
  const srcset = element !== null && isSrcset(attribute ?? (element.name === 'source' ? 'srcset' : ''))
  if (srcset) addSrcset(found, page, String(value), 'main', 'recipe')
  const single = srcset ? null : renditionAt(page, String(value), 'main', 'recipe')
  if (single !== null) found.push(single)
  return found
}

interface Pictures {
  readonly thumbnail: Rendition
  readonly full: Rendition
}

/** The recipe's word on which is which holds against what sizes would say; within one of them sizes decide. */
const picturesOf = (thumbnails: readonly Rendition[], fulls: readonly Rendition[]): Pictures | null => {
  const full = largest(fulls.length > 0 ? fulls : thumbnails)
  const thumbnail = smallestUsable(thumbnails.length > 0 ? thumbnails : fulls)
  return full === null || thumbnail === null ? null : { thumbnail, full }
}

/** What is known of one item, found out as it is asked for. */
const createItem = (reader: Reader, scope: Scope) => {
  const { page, recipe } = reader
  const found = new Map<string, readonly Found[]>()
  const site = (isAddress: boolean): Site => ({
    item: scope, root: page.root, isAddress, resolve: page.resolve, problem: reader.problem,
    lookup: (name) => (name === 'url' ? page.url : scalar(name)),
  })
  const [forAddress, forWords] = [site(true), site(false)]
  const siteFor = ({ kind }: CompiledValue): Site => (kind === 'address' ? forAddress : forWords)

  const matches = (name: string): readonly Found[] => {
    const known = found.get(name)
    if (known !== undefined) return known
    const value = recipe.values.get(name)
    const fresh = value === undefined ? [] : value.read(siteFor(value))
    found.set(name, fresh)
    return fresh
  }
  const renditions = (name: 'thumbnail' | 'full'): readonly Rendition[] => matches(name).flatMap((match) => renditionsOfMatch(reader, match))
  const scalar = (name: string): Scalar | null => {
    if (name === 'thumbnail') return smallestUsable(renditions(name))?.url ?? null
    if (name === 'full') return largest(renditions(name))?.url ?? null
    return scalarOf(matches(name), recipe.values.get(name)?.join ?? ', ')
  }
  return { matches, renditions, scalar, read: (value: CompiledValue) => value.read(siteFor(value)) }
}
type Item = ReturnType<typeof createItem>

const fieldsOf = (item: Item, names: readonly string[]): Fields | null => {
  const fields = names.flatMap((name): [string, Scalar][] => {
    const value = item.scalar(name)
    return value === null ? [] : [[name, value]]
  })
  return fields.length === 0 ? null : Object.fromEntries(fields)
}

/** A licence is an address where it is a link, else words. */
const licenceOf = (item: Item, page: Page): string | null => {
  const [first] = item.matches('licence')
  const href = first?.attribute === 'href' ? first.value : first?.element?.name === 'a' && first.attribute === null ? first.element.attribs['href'] : undefined
  return href === undefined ? cleanWords(item.scalar('licence')?.toString()) : (page.resolve(String(href).trim()) ?? cleanWords(String(href)))
}

const wordsOf = (item: Item, { page, recipe }: Reader): PictureWords => {
  const words = (name: string): string | null => cleanWords(item.scalar(name)?.toString())
  return {
    alt: words('alt'), title: words('title'), caption: words('caption'), category: words('category'), creator: words('creator'),
    publishedAt: publishedTime(item.scalar('time')?.toString(), pageLanguage(page)),
    licence: licenceOf(item, page),
    fields: fieldsOf(item, recipe.fields),
  }
}

const pixelsOf = (value: Scalar | null): number | null => filePixels(value === null ? undefined : String(value))

const readItem = (reader: Reader, scope: Scope): RecipePicture | Unusable => {
  const item = createItem(reader, scope)
  const pictures = picturesOf(item.renditions('thumbnail'), item.renditions('full'))
  const named = [...item.matches('full'), ...item.matches('thumbnail')]
  const element = isTag(scope) ? scope : (named.find((match) => match.element !== null)?.element ?? scope.children.find(isTag))
  if (pictures === null || element === undefined) return unusable(String(named[0]?.value || (named[0]?.element?.attribs['src'] ?? '')))
  const { thumbnail, full } = pictures
  const width = pixelsOf(item.scalar('width')) ?? full.width
  return {
    kind: 'picture', element, link: null, round: NOWHERE, shown: NO_SIZE, presence: 'shown',
    renditions: [
      { ...full, width, height: pixelsOf(item.scalar('height')) ?? full.height, role: 'target', via: 'recipe' },
      // Its size would count against the recipe's choice.
      ...(thumbnail.url === full.url ? [] : [{ ...thumbnail, width: null, height: null, role: 'main' as const, via: 'recipe' as const }]),
    ],
    words: wordsOf(item, reader),
  }
}

const addressesOf = (reader: Reader, value: CompiledValue | null, max: number): string[] | null => {
  if (value === null) return null
  const found = createItem(reader, reader.page.root).read(value)
  const urls = found.flatMap((match) => reader.page.resolve(String(match.value).trim()) ?? [])
  // Back to the page itself is not on.
  return [...new Set(urls)].filter((url) => url !== reader.page.url).slice(0, max)
}

/** Reads at most `maxItems` items within `maxMs`; what was read by then counts. */
export const readByRecipe = (page: Page, recipe: CompiledRecipe, limits: { readonly maxMs: number; readonly maxItems: number }): RecipeReading => {
  const problems = new Set<string>()
  const reader: Reader = {
    page, recipe, imgs: new Map(),
    problem: (message) => void (problems.size < MAX_PROBLEMS && problems.add(message)),
  }
  const pictures: RecipePicture[] = []
  const unusables: Unusable[] = []
  let next: string[] | null = null
  let links: string[] | null = null
  let cut: RecipeReading['cut'] = null
  const inTime = withinTime(limits.maxMs, () => {
    // First: a list that goes on is worth more than its last items.
    next = addressesOf(reader, recipe.next, MAX_NEXT)
    links = addressesOf(reader, recipe.links, MAX_LINKS)
    const scopes: readonly Scope[] = recipe.items === null
      ? [page.root]
      : recipe.items(page.root, limits.maxItems + 1, reader.problem).flatMap((one) => ('element' in one ? [one.element] : []))
    if (scopes.length > limits.maxItems) cut = 'candidates'
    for (const scope of scopes.slice(0, limits.maxItems)) {
      const read = readItem(reader, scope)
      if ('kind' in read) pictures.push(read)
      else if (unusables.length < MAX_UNUSABLE) unusables.push(read)
    }
  })
  return { pictures, unusable: unusables, next, links, cut: inTime ? cut : 'time', problems: [...problems] }
}
