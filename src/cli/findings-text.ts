/** What a crawl does without, as a person reads it before the crawl begins. */
import type { Finding } from '../app/house.ts'

/** One line a cause: without a folder of models three things are off for the same reason. */
export const whatIsOff = (findings: readonly Finding[]): string[] => {
  const causes = new Map<string, Finding[]>()
  for (const finding of findings) {
    if (!finding.on) causes.set(finding.why, [...(causes.get(finding.why) ?? []), finding])
  }
  return [...causes].map(([why, off]) => {
    const remedy = off[0]?.remedy ?? ''
    const more = off.length > 1 ? ' (see gannet doctor)' : remedy === '' ? '' : `; ${remedy}`
    return `${off.map(({ what }) => what).join(', ')} off: ${why}${more}`
  })
}
