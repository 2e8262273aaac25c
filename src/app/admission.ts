/** What a URL's spelling alone tells: enough to refuse it before it becomes a task. */
import type { Reason } from '../core/reasons.ts'
import { createGuard, portOf } from '../fetch/guard.ts'

/** @param allow as `--allow-address`; names are judged when they are resolved, at the visit */
export const createAdmission = (allow: readonly string[]): ((url: string) => Reason | null) => {
  const guard = createGuard({ allow })
  return (text) => {
    if (!URL.canParse(text)) return 'invalid-url'
    const url = new URL(text)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'unsupported-scheme'
    if (url.hostname === '') return 'incomplete'
    const decision = guard.checkLiteral(url.hostname, portOf(url))
    return decision === null || decision.allowed ? null : (decision.reason ?? 'blocked-address')
  }
}
