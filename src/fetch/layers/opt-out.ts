/**
 * Refuses pictures whose owner opts out in the answer's headers, before the body is downloaded.
 * Where a page was expected, it takes the first bytes to see that it is a picture.
 */
import { readRobotsTag } from '../robots-tag.ts'
import { looksLikeImage } from '../sniff.ts'
import type { Layer, Objection, ResponseHeaders, Screen } from '../visit-layer.ts'

/** @param agent product token or whole User-Agent */
export const optOut = (agent: string): Layer => {
  const object = (headers: ResponseHeaders): Objection | null => {
    const value = headers['x-robots-tag']
    if (value === undefined) return null
    const { images, directive } = readRobotsTag(value, agent)
    return images ? { reason: 'opt-out', detail: `X-Robots-Tag: ${directive}` } : null
  }
  const screens = {
    image: { headers: object },
    page: { head: (head, headers) => (looksLikeImage(head) ? object(headers) : null) },
    robots: {},
  } satisfies Record<string, Screen>
  return (next) => (hop) => next({ ...hop, screens: [...hop.screens, screens[hop.trip.kind]] })
}
