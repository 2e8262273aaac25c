/**
 * The pictures that items name, each with what is said of it: its own words first, then those of the
 * thing it shows. A product's price goes to the pictures that this product names and to no other;
 * where two products name one picture, what they disagree on is said of neither.
 */
import type { CandidateVia } from '../candidate.ts'
import { sameFile } from '../file-stem.ts'
import type { Page } from '../page.ts'
import type { PictureWords } from '../picture-words.ts'
import type { Rendition } from '../rendition.ts'
import { groupCrops } from './crops.ts'
import { asCrops, filesAmong, imageFiles, IMAGES, isImage, MAX_IMAGES_OF_ONE, THUMBNAILS } from './image-files.ts'
import { createItem, isItem, valuesOf, type Item } from './item.ts'
import { imageWords, ownerWords } from './item-words.ts'
import { setAside } from './set-aside.ts'

type Words = Partial<PictureWords>

export interface DescribedPicture {
  /** At least one; the full one first. */
  readonly renditions: readonly Rendition[]
  readonly words: Words
}

/** Times that something is said of a picture; more than any page shows. */
const MAX_SAYINGS = 5000

/** What of `more` says something `words` does not say yet, added to it. */
const withMore = (words: Words, { alt, title, caption, publishedAt, licence, creator, category }: Words): Words => {
  const joined: { -readonly [Name in keyof Words]: Words[Name] } = { ...words }
  if (alt != null) joined.alt ??= alt
  if (title != null) joined.title ??= title
  if (caption != null) joined.caption ??= caption
  if (publishedAt != null) joined.publishedAt ??= publishedAt
  if (licence != null) joined.licence ??= licence
  if (creator != null) joined.creator ??= creator
  if (category != null) joined.category ??= category
  return joined
}

/** What is said of one picture in several places: the first word counts; of fields, only what is not disputed. */
const createDescription = (renditions: readonly Rendition[]) => {
  let words: Words = {}
  const fields = new Map<string, string | number | null>()
  return {
    renditions,
    say(more: Words): void {
      words = withMore(words, more)
      if (more.fields == null) return
      for (const [name, value] of Object.entries(more.fields)) {
        fields.set(name, fields.has(name) && fields.get(name) !== value ? null : value)
      }
    },
    end(): DescribedPicture {
      const undisputed = [...fields].filter((entry): entry is [string, string | number] => entry[1] !== null)
      return { renditions, words: undisputed.length === 0 ? words : { ...words, fields: Object.fromEntries(undisputed) } }
    },
  }
}

/** The pictures of one thing: those that state a thumbnail of their own, and groups of crops of the rest. */
const picturesOfOwner = (page: Page, owner: Item, via: CandidateVia, asides: ReadonlySet<Item>) => {
  const values = IMAGES.flatMap((name) => valuesOf(owner, name)).slice(0, MAX_IMAGES_OF_ONE)
  const objects = values.filter((value): value is Item => isItem(value) && !asides.has(value))
  const plain = createItem()
  plain.properties.set('image', values.filter((value) => !isItem(value)))

  const pictures: { renditions: readonly Rendition[]; of: readonly Item[] }[] = []
  const single: Rendition[] = []
  const objectAt = new Map<string, Item>()
  for (const object of objects) {
    const files = imageFiles(page, via, object)
    const [first] = files
    if (files.length === 1 && first !== undefined) {
      single.push(first)
      objectAt.set(first.url, object)
    } else if (files.length > 1) pictures.push({ renditions: files, of: [object] })
  }
  for (const crops of groupCrops([...single, ...filesAmong(page, via, plain, ['image'], 'main')])) {
    pictures.push({ renditions: asCrops(crops), of: crops.flatMap(({ url }) => objectAt.get(url) ?? []) })
  }
  // A thing's thumbnail shows what its images show: it is a picture of its own only where there are none.
  const thumbnails = filesAmong(page, via, owner, THUMBNAILS, pictures.length === 0 ? 'main' : 'src')
  const [only, another] = pictures
  if (only === undefined) for (const crops of groupCrops(thumbnails)) pictures.push({ renditions: asCrops(crops), of: [] })
  else if (another === undefined && only.renditions.length === 1) {
    const smaller = thumbnails.filter(({ url }) => url !== only.renditions[0]?.url && sameFile(url, only.renditions[0]?.url ?? ''))
    only.renditions = [...only.renditions, ...smaller]
  }
  return { pictures, objects }
}

/** The pictures of a page's items, in their order, each once. */
export const describedPictures = (page: Page, items: readonly Item[], via: CandidateVia): DescribedPicture[] => {
  const asides = setAside(page, items)
  const found = new Map<string, ReturnType<typeof createDescription>>()
  const spokenFor = new Set<Item>()
  const wordsOf = new Map<Item, Words>()
  let left = MAX_SAYINGS

  const ownWords = (image: Item): Words => {
    let words = wordsOf.get(image)
    if (words === undefined) wordsOf.set(image, (words = imageWords(page, image)))
    return words
  }

  const describe = (renditions: readonly Rendition[], of: readonly Item[], words: Words): void => {
    if (renditions.length === 0 || left-- <= 0 || renditions.some(({ url }) => asides.urls.has(url))) return
    const known = renditions.map(({ url }) => found.get(url)).find((description) => description !== undefined)
    const description = known ?? createDescription(renditions)
    for (const { url } of description.renditions) if (!found.has(url)) found.set(url, description)
    for (const image of of) if (image.properties.size > 0) description.say(ownWords(image))
    description.say(words)
  }

  for (const owner of items) {
    if (left <= 0) break
    if (asides.items.has(owner) || isImage(owner)) continue
    const { pictures, objects } = picturesOfOwner(page, owner, via, asides.items)
    for (const object of objects) spokenFor.add(object)
    if (pictures.length === 0) continue
    const words = ownerWords(owner)
    for (const { renditions, of } of pictures) describe(renditions, of, words)
  }
  for (const image of items) {
    if (isImage(image) && !asides.items.has(image) && !spokenFor.has(image)) describe(imageFiles(page, via, image), [image], {})
  }
  return [...new Set(found.values())].map((description) => description.end())
}
