/**
 * What the page's owner asks of machines: `<meta name="robots">`, a meta that names us, and the reservation of text
 * and data mining (TDMRep, W3C community group report of 2024), which is what a data set of pictures is. What is
 * refused to all and what is refused to us by name add up, as search engines have it; nothing that is allowed by name
 * lifts what is refused to all.
 */
import type { Element } from 'domhandler'
import type { PageReading } from './candidate.ts'

const NO_FOLLOW = new Set(['nofollow', 'none'])
const NO_IMAGES = new Set(['noindex', 'noimageindex', 'noai', 'noimageai', 'none'])
const MAX_CONTENT = 1000
const UNTIL = 'unavailable_after:'
/** Directives that bear a value: their colon names no agent, and a preview that may not be shown says nothing of the picture. */
const WITH_VALUE = /\b(?:max-snippet|max-image-preview|max-video-preview)\s{0,9}:\s{0,9}[^\s,;]{0,40}/g

/** Milliseconds since the epoch at the beginning of a text; commas may be of the date or end it. */
const dateAtStart = (text: string): number | null => {
  const parts = text.slice(0, 80).split(',')
  for (let count = Math.min(parts.length, 3); count > 0; count--) {
    const at = Date.parse(parts.slice(0, count).join(',').trim())
    if (!Number.isNaN(at)) return at
  }
  return null
}

/** What a meta says to us, lower-cased; null when it speaks to others or of other things. */
const saidToUs = ({ attribs }: Element, agent: string): string | null => {
  const content = (attribs['content'] ?? '').slice(0, MAX_CONTENT).toLowerCase().replace(WITH_VALUE, '')
  const names = attribs['name']?.slice(0, 200).toLowerCase().split(/[\s,]+/) ?? []
  if (names.includes('robots') || names.includes(agent)) return content
  if (attribs['http-equiv']?.trim().toLowerCase() !== 'x-robots-tag') return null
  // As the header has it: `agent: directives`, or directives for all.
  const addressee = /^\s{0,9}([\w-]{1,100})\s{0,9}:/.exec(content)
  if (!addressee || addressee[1] === 'unavailable_after') return content
  return addressee[1] === agent ? content.slice(addressee[0].length) : null
}

/**
 * @param agent the crawler's name, lower-cased, whose own meta counts as much as the one for all
 * @param now milliseconds since the epoch, for `unavailable_after`
 */
export const readOptOut = (metas: readonly Element[], agent = 'gannet', now = Date.now()): PageReading['optOut'] => {
  const held = new Set<string>()
  let expired = false
  let reserved = false
  for (const meta of metas) {
    const { name, content } = meta.attribs
    if (name?.trim().toLowerCase() === 'tdm-reservation') reserved ||= content?.trim() === '1'
    const said = saidToUs(meta, agent)
    if (said === null) continue
    for (const word of said.split(/[\s,;]+/)) if (NO_FOLLOW.has(word) || NO_IMAGES.has(word)) held.add(word)
    const until = said.indexOf(UNTIL)
    const date = until < 0 ? null : dateAtStart(said.slice(until + UNTIL.length))
    expired ||= date !== null && date < now
  }
  const words = [...held, ...(expired ? ['unavailable_after'] : []), ...(reserved ? ['tdm-reservation'] : [])]
  return {
    follow: !words.some((word) => NO_FOLLOW.has(word)),
    images: !expired && !reserved && !words.some((word) => NO_IMAGES.has(word)),
    directive: words.length === 0 ? null : words.join(', '),
  }
}
