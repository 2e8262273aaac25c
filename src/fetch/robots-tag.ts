/**
 * X-Robots-Tag: what an answer's owner allows to be done with it. A part may be addressed to one
 * agent (`googlebot: noindex, noai`), and then holds for that agent to the end of its line.
 */
import { productToken } from './robots-rules.ts'

export interface RobotsTag {
  /** The picture, or the pictures of the page, are not to be taken. */
  readonly images: boolean
  /** The links of the page are not to be followed. */
  readonly nofollow: boolean
  /** The directive that says so; null when none does. */
  readonly directive: string | null
}

const NO_IMAGES = new Set(['noindex', 'none', 'noimageindex', 'noai', 'noimageai'])
const NO_FOLLOW = new Set(['nofollow', 'none'])
/** Directives that bear a value: their colon names no agent. */
const WITH_VALUE = new Set(['unavailable_after', 'max-snippet', 'max-image-preview', 'max-video-preview'])

/**
 * @param value of the header; an array when it came more than once
 * @param agent product token or whole User-Agent
 */
export const readRobotsTag = (value: string | readonly string[], agent: string): RobotsTag => {
  const token = productToken(agent)
  let images: string | null = null
  let nofollow: string | null = null
  for (const line of typeof value === 'string' ? [value] : value) {
    let addressee: string | null = null
    for (const part of line.split(',')) {
      const colon = part.indexOf(':')
      let directive = part.trim().toLowerCase()
      if (colon >= 0) {
        const name = part.slice(0, colon).trim().toLowerCase()
        if (WITH_VALUE.has(name)) continue
        addressee = name
        directive = part.slice(colon + 1).trim().toLowerCase()
      }
      if (addressee !== null && addressee !== '*' && productToken(addressee) !== token) continue
      for (const word of directive.split(/\s+/)) {
        if (NO_IMAGES.has(word)) images ??= word
        if (NO_FOLLOW.has(word)) nofollow ??= word
      }
    }
  }
  return { images: images !== null, nofollow: nofollow !== null, directive: images ?? nofollow }
}
