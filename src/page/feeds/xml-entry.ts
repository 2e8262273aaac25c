/** Entries of RSS (0.9 to 2.0) and Atom: which page they are about, and what they say of it. */
import { canonicalUrl } from '../canonical-url.ts'
import { markupText } from '../markup-text.ts'
import { publishedTime } from '../published-time.ts'
import { cleanWords } from '../text-of.ts'
import type { Entry } from './entry.ts'
import { picturesOfEntry } from './media-pictures.ts'
import { childOf, textIn, type XmlNode } from './read-records.ts'

const MAX_TITLE = 300
const CONTENT = ['content:encoded', 'content', 'description', 'summary']
/** The first that is there: when it was published, else when it was last changed. */
const TIMES = [
  'published', 'pubdate', 'dc:date', 'issued', 'dcterms:issued', 'dcterms:created', 'dcterms:date', 'atom:published', 'created',
  'updated', 'atom:updated', 'modified', 'dcterms:modified',
]

const isLink = ({ name }: XmlNode): boolean => name === 'link' || name === 'atom:link'
const relOf = ({ attribs }: XmlNode): string => attribs.get('rel')?.trim().toLowerCase() ?? 'alternate'

/** Where a link leads: Atom has it in an attribute, RSS in the text. Canonical; null where it is no http(s) address. */
export const targetOf = (node: XmlNode): string | null => {
  const address = (node.attribs.get('href') ?? node.text).trim()
  return address === '' ? null : canonicalUrl(address, node.base)
}

/** The targets of Atom links of a relation, among the children or a node itself. */
export const isRelated = (node: XmlNode, ...rels: readonly string[]): boolean => isLink(node) && node.attribs.has('href') && rels.includes(relOf(node))

/** The page an entry is about. FeedBurner's links count clicks; beside them it tells where they lead. */
const linkOf = (entry: XmlNode): string | null => {
  const original = childOf(entry, 'feedburner:origlink')
  const links = entry.children.filter((node) => isLink(node) && relOf(node) === 'alternate')
  // RSS' own link is of the page; of Atom's alternates that for readers goes first.
  const isPage = ({ attribs }: XmlNode): boolean => /^(?:text\/html|application\/xhtml)/i.test(attribs.get('type') ?? 'text/html')
  for (const node of [...(original === null ? [] : [original]), ...links.filter(isPage), ...links]) {
    const target = targetOf(node)
    if (target !== null) return target
  }
  const guid = childOf(entry, 'guid')
  const isPermanent = guid !== null && guid.attribs.get('ispermalink')?.trim().toLowerCase() !== 'false'
  const address = isPermanent ? guid.text.trim() : (entry.attribs.get('rdf:about') ?? '')
  return /^https?:\/\//i.test(address) ? canonicalUrl(address) : null
}

/** Words of an element that may hold text, escaped markup, or markup itself. */
export const wordsOf = (node: XmlNode | null, max: number): string | null => {
  if (node === null) return null
  if (node.children.length > 0) return markupText(node.source, max)
  return node.attribs.get('type') === 'text' ? cleanWords(node.text, max) : markupText(node.text, max)
}

const PREFIX = /<(\/?)[\w-]{1,20}:(?=[a-z])/gi

/** The markup of an element: escaped, in CDATA, or (XHTML, or by mistake) written as it is. */
const htmlOf = ({ children, source, text, attribs }: XmlNode): string => {
  if (/^image\//i.test(attribs.get('type') ?? '')) return ''
  if (children.length === 0) return text.includes('<') ? text : ''
  return children.some(({ name }) => name.startsWith('xhtml:')) ? source.replace(PREFIX, '<$1') : source
}

/** A licence or a statement of rights, as written, of an entry or a feed. */
export const rightsOf = (node: XmlNode): string | null => {
  const licence = node.children.find((child) => child.name === 'cc:license' || child.name === 'dcterms:license')
  const link = node.children.find((child) => isRelated(child, 'license'))
  return (licence && (licence.attribs.get('rdf:resource') || licence.text.trim())) || (link && targetOf(link)) ||
    textIn(node, 'dc:rights', 'dcterms:rights', 'rights', 'copyright', 'atom:rights')
}

const PLAIN_CATEGORY = /^(?:uncategori[sz]ed|allgemein|general|default)$/i

const categoryOf = (entry: XmlNode): string | null => {
  for (const node of entry.children) {
    if (node.name !== 'category' && node.name !== 'dc:subject' && node.name !== 'atom:category') continue
    const words = markupText(node.attribs.get('label') ?? node.attribs.get('term') ?? node.text, 200)
    // A term may be the address of a scheme.
    if (words !== null && !PLAIN_CATEGORY.test(words) && !/^https?:/i.test(words)) return words
  }
  return null
}

const timeOf = (entry: XmlNode, language: string | null): string | null => {
  for (const name of TIMES) {
    const time = publishedTime(textIn(entry, name), language)
    if (time !== null) return time
  }
  return null
}

/** @param url canonical address of the feed */
export const entryOf = (node: XmlNode, url: string, language: string | null): Entry => {
  const link = linkOf(node)
  const contents = CONTENT.flatMap((name) => node.children.filter((child) => child.name === name)).slice(0, 8)
  const parts = contents.map((content) => ({ html: htmlOf(content), base: content.base })).filter(({ html }) => html !== '')
  const base = parts[0]?.base ?? node.base
  return {
    link,
    title: wordsOf(childOf(node, 'title', 'atom:title', 'dc:title'), MAX_TITLE),
    category: categoryOf(node),
    publishedAt: timeOf(node, language),
    licence: rightsOf(node),
    html: parts.map(({ html }) => `<section>${html}</section>`).join('\n'),
    // Only `xml:base` says what addresses are relative to; without it the page they were taken from is meant.
    htmlBase: base === url ? (link ?? url) : base,
    pictures: picturesOfEntry(node),
  }
}
