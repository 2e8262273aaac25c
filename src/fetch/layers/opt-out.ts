/** Refuses pictures whose owner opts out in the answer's headers, before the body is downloaded. */
import { readRobotsTag } from '../robots-tag.ts'
import type { Layer, Screen } from '../visit-layer.ts'

/** @param agent product token or whole User-Agent */
export const optOut = (agent: string): Layer => {
  const screen: Screen = {
    headers: (headers) => {
      const value = headers['x-robots-tag']
      if (value === undefined) return null
      const { images, directive } = readRobotsTag(value, agent)
      return images ? { reason: 'opt-out', detail: `X-Robots-Tag: ${directive}` } : null
    },
  }
  return (next) => (hop) => next(hop.trip.kind === 'image' ? { ...hop, screens: [...hop.screens, screen] } : hop)
}
