/**
 * Signs what is sent to a callback, as Standard Webhooks has it (standardwebhooks.com, version 1), for which there are
 * verifiers in every language: HMAC-SHA256 over `id.timestamp.body`, in the headers `webhook-id`, `webhook-timestamp`
 * (seconds) and `webhook-signature` (`v1,` and base64). The time is signed too, so that an old report cannot be sent again.
 */
import { createHmac } from 'node:crypto'

/** A secret of this form is base64 behind it; any other is used as it is written. */
const ENCODED = 'whsec_'

const keyOf = (secret: string): Buffer =>
  secret.startsWith(ENCODED) ? Buffer.from(secret.slice(ENCODED.length), 'base64') : Buffer.from(secret, 'utf8')

/** @param secret null: nothing is signed, and there is no signature */
export const signatureHeaders = (id: string, now: number, body: string, secret: string | null): Readonly<Record<string, string>> => {
  const timestamp = String(Math.floor(now / 1000))
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp }
  if (secret === null) return headers
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { ...headers, 'webhook-signature': `v1,${signature}` }
}
