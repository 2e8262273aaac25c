/** What the page's owner asks of machines in `<meta name="robots">` and in a meta that names us. */
import type { Element } from 'domhandler'
import type { PageReading } from './candidate.ts'

const NO_FOLLOW = new Set(['nofollow', 'none'])
const NO_IMAGES = new Set(['noindex', 'noimageindex', 'noai', 'noimageai', 'none'])

/** @param agent the crawler's name, whose own meta counts as much as the one for all */
export const readOptOut = (metas: readonly Element[], agent = 'gannet'): PageReading['optOut'] => {
  const held = new Set<string>()
  for (const { attribs } of metas) {
    const name = attribs['name']?.trim().toLowerCase()
    if (name !== 'robots' && name !== agent) continue
    for (const word of (attribs['content'] ?? '').slice(0, 1000).toLowerCase().split(/[\s,;]+/)) {
      if (NO_FOLLOW.has(word) || NO_IMAGES.has(word)) held.add(word)
    }
  }
  const words = [...held]
  return {
    follow: !words.some((word) => NO_FOLLOW.has(word)),
    images: !words.some((word) => NO_IMAGES.has(word)),
    directive: words.length === 0 ? null : words.join(', '),
  }
}
