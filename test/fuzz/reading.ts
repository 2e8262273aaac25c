/**
 * What every reading of a page must be, whatever the page: the schema of the public JSON, and promises that a schema
 * cannot say.
 */
import { z } from 'zod'
import type { PageReading } from '../../src/page/index.ts'
import { Broken, hold } from './target.ts'

const address = z.string().max(16_384).refine((text) => {
  if (!/^https?:\/\//.test(text) || text.includes('#') || !URL.canParse(text)) return false
  const { href, username, password } = new URL(text)
  return href === text && username === '' && password === ''
}, 'is no canonical http(s) address')
/** Half of a surrogate pair is no text. */
const isWhole = (text: string): boolean => !/\p{Cs}/u.test(text) && text === text.trim() && !text.includes('\u0000')
const words = z.string().min(1).max(1000).refine(isWhole, 'is no whole text')
const count = z.number().int().positive().max(Number.MAX_SAFE_INTEGER)
const isoTime = z.string().refine((text) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text, 'is no time')

export const candidateSchema = z.strictObject({
  pageUrl: address.nullable(),
  thumbnailUrl: address,
  fullUrl: address,
  via: z.enum([
    'img', 'srcset', 'picture', 'lazy', 'data', 'link', 'noscript', 'style', 'preload', 'video', 'object', 'meta', 'json-ld', 'microdata', 'feed',
    'sitemap', 'recipe', 'seed', 'list',
  ]),
  alt: words.nullable(),
  title: words.nullable(),
  caption: words.nullable(),
  category: words.nullable(),
  publishedAt: isoTime.nullable(),
  width: count.nullable(),
  height: count.nullable(),
  bytes: count.nullable(),
  licence: z.string().min(1).max(20_000).refine(isWhole).nullable(),
  creator: words.nullable(),
  fields: z.record(z.string().min(1).max(100), z.union([z.string().min(1).max(1000).refine(isWhole), z.number()])).nullable(),
})

export const readingSchema = z.strictObject({
  document: z.enum(['html', 'feed', 'sitemap']),
  candidates: z.array(candidateSchema),
  links: z.array(address),
  relations: z.strictObject({
    next: z.array(address), canonical: address.nullable(), refresh: address.nullable(),
    alternates: z.array(z.strictObject({ language: z.string().min(1).max(20_000), url: address })), feeds: z.array(address), sitemaps: z.array(address),
  }),
  title: words.nullable(),
  optOut: z.strictObject({ follow: z.boolean(), images: z.boolean(), directive: z.string().min(1).nullable() }),
  unusable: z.array(z.strictObject({ url: z.string().max(20_000), reason: z.enum(['invalid-url', 'unsupported-scheme', 'incomplete']) })),
  cut: z.enum(['bytes', 'time', 'candidates', 'links']).nullable(),
})

const isEachOnce = (addresses: readonly string[]): boolean => new Set(addresses).size === addresses.length

/** @throws Broken naming what is wrong */
export const holdReading = (reading: PageReading): void => {
  const { success, error } = readingSchema.safeParse(reading)
  if (!success) throw new Broken(error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
  const fulls = reading.candidates.map(({ fullUrl }) => fullUrl)
  hold(isEachOnce(fulls), 'a full picture is a candidate twice')
  hold(isEachOnce(reading.links), 'a link is told twice')
  hold(isEachOnce(reading.relations.next), 'a next page is told twice')
  hold((reading.optOut.directive === null) === (reading.optOut.follow && reading.optOut.images), 'an opt-out without its directive')
  const pictures = new Set(fulls)
  const both = reading.links.find((link) => pictures.has(link) && !reading.relations.next.includes(link))
  hold(both === undefined, `${both} is a picture and a link`)
}
