/** The site's robots.txt, from a few wishes or word for word. */
import type { Body } from './answers.ts'

export interface RobotsOptions {
  /** The file, word for word; the wishes below are then ignored. */
  readonly text?: string
  /** Path prefixes nobody may visit. */
  readonly disallow?: readonly string[]
  readonly crawlDelayS?: number
  /** Another status than 200, with no rules: 404 allows everything, 500 forbids it (RFC 9309, 2.3.1). */
  readonly status?: number
}

/** Null where the answer is a bare status. */
export const robotsText = ({ text, disallow = [], crawlDelayS, status = 200 }: RobotsOptions): Body | null => {
  if (status !== 200) return null
  const lines = ['User-agent: *', ...disallow.map((path) => `Disallow: ${path}`)]
  if (disallow.length === 0) lines.push('Allow: /')
  if (crawlDelayS !== undefined) lines.push(`Crawl-delay: ${crawlDelayS}`)
  return { type: 'text/plain; charset=utf-8', bytes: Buffer.from(text ?? `${lines.join('\n')}\n`) }
}
