/**
 * Refuses pictures whose owner opts out in the answer's headers, before the body is downloaded:
 * by X-Robots-Tag, or by reserving text and data mining (TDMRep, W3C Community Group 2024). Where a
 * page was expected, it takes the first bytes to see that it is a picture; what the headers of a page
 * say counts with what its markup says (grabber.ts).
 */
import type { Clock } from '../../core/clock.ts'
import { readRobotsTag, reservesMining } from '../robots-tag.ts'
import { looksLikeImage } from '../sniff.ts'
import type { Layer, Objection, ResponseHeaders, Screen } from '../visit-layer.ts'

/** @param agent product token or whole User-Agent */
export const optOut = (agent: string, clock: Pick<Clock, 'now'>): Layer => {
  const object = (headers: ResponseHeaders): Objection | null => {
    if (reservesMining(headers)) return { reason: 'opt-out', detail: 'TDM-Reservation: 1' }
    const value = headers['x-robots-tag']
    if (value === undefined) return null
    const { images, directive } = readRobotsTag(value, agent, clock.now())
    return images ? { reason: 'opt-out', detail: `X-Robots-Tag: ${directive}` } : null
  }
  const screens = {
    image: { headers: object },
    page: { head: (head, headers) => (looksLikeImage(head) ? object(headers) : null) },
    robots: {},
  } satisfies Record<string, Screen>
  return (next) => (hop) => next({ ...hop, screens: [...hop.screens, screens[hop.trip.kind]] })
}
