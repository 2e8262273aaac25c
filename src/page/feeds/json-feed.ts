/** Items of JSON Feed, versions 1 and 1.1 (jsonfeed.org), to entries. What is not of the type the format asks for is passed over. */
import { canonicalUrl } from '../canonical-url.ts'
import { looksLikePicture } from '../picture-url.ts'
import { publishedTime } from '../published-time.ts'
import { cleanWords } from '../text-of.ts'
import { plainPicture, type Entry, type EntryFile, type EntryPicture } from './entry.ts'
import type { JsonObject } from './json-records.ts'

const MAX_TITLE = 300
const MAX_ATTACHMENTS = 500
const MAX_HTML = 1_000_000

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const own = (value: JsonObject, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined)
const text = (value: JsonObject, name: string): string | null => {
  const found = own(value, name)
  return typeof found === 'string' && found.trim() !== '' ? found.trim() : null
}
const objects = (value: JsonObject, name: string): readonly JsonObject[] => {
  const found = own(value, name)
  return Array.isArray(found) ? found.filter(isObject) : []
}

const fileOf = (url: string, role: EntryFile['role'], base: string, bytes: unknown = null): EntryFile => ({
  url, role, base, width: null, height: null,
  bytes: typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null,
})

const attached = (item: JsonObject, base: string): EntryPicture[] =>
  objects(item, 'attachments').slice(0, MAX_ATTACHMENTS).flatMap((attachment) => {
    const url = text(attachment, 'url')
    const type = text(attachment, 'mime_type')
    if (url === null || !(type === null ? looksLikePicture(url) : /^image\//i.test(type))) return []
    return [plainPicture([fileOf(url, 'full', base, own(attachment, 'size_in_bytes'))], { title: cleanWords(text(attachment, 'title')) })]
  })

/** @param url canonical address of the feed */
export const jsonEntryOf = (item: JsonObject, url: string, language: string | null): Entry => {
  const address = text(item, 'url') ?? text(item, 'external_url')
  const link = address === null ? null : canonicalUrl(address, url)
  const tags = own(item, 'tags')
  const [category] = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []
  const images = ['image', 'banner_image'].flatMap((name) => text(item, name) ?? [])
  return {
    link,
    title: cleanWords(text(item, 'title'), MAX_TITLE),
    category: cleanWords(category, 200),
    publishedAt: publishedTime(text(item, 'date_published') ?? text(item, 'date_modified'), language),
    licence: null,
    html: text(item, 'content_html')?.slice(0, MAX_HTML) ?? '',
    htmlBase: link ?? url,
    pictures: [...images.map((image) => plainPicture([fileOf(image, 'main', url)])), ...attached(item, url)],
  }
}
