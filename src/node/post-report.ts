/**
 * One POST to a callback. The address comes from a stranger, so the guard judges it again at connect time, as it does for
 * pictures; redirects are not followed, the answer's body is thrown away behind 64 KB, and all of it has a time.
 */
import { buildConnector, Client } from 'undici'
import { portOf, type Guard } from '../fetch/index.ts'

export type Posted =
  | { readonly kind: 'delivered' }
  /** The receiver wants no more of it: 410 (Standard Webhooks). */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly detail: string }

const MOST_ANSWER = 64 * 1024

/** The direct way: the guard's lookup dials only what it allows; a literal address asks for no lookup. */
const connectorOf = (url: URL, guard: Guard, timeoutMs: number): buildConnector.connector => {
  const connect = buildConnector({ timeout: timeoutMs, autoSelectFamily: true, lookup: guard.lookup(portOf(url)) })
  return (target, callback) => {
    const judged = guard.checkLiteral(target.hostname, portOf(url))
    if (judged !== null && !judged.allowed) return callback(new Error(judged.detail ?? 'blocked-address'), null)
    connect(target, callback)
  }
}

const judge = (status: number): Posted => {
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  return status === 410 ? { kind: 'gone' } : { kind: 'failed', detail: `answered with status ${status}` }
}

/** Never rejects. */
export const postReport = async (
  callback: string, body: string, headers: Readonly<Record<string, string>>, { guard, timeoutMs, signal }: {
    readonly guard: Guard
    readonly timeoutMs: number
    readonly signal: AbortSignal
  },
): Promise<Posted> => {
  let client: Client | undefined
  try {
    const url = new URL(callback)
    client = new Client(url.origin, { connect: connectorOf(url, guard, timeoutMs) })
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const answer = await client.request({
      path: url.pathname + url.search, method: 'POST', body, signal: limit,
      headers: { 'content-type': 'application/json', 'user-agent': 'gannet', ...headers },
    })
    await answer.body.dump({ limit: MOST_ANSWER, signal: limit })
    return judge(answer.statusCode)
  } catch (error) {
    return { kind: 'failed', detail: error instanceof Error ? error.message : String(error) }
  } finally {
    await client?.destroy().catch(() => undefined)
  }
}
