/** What a failed connection or a broken answer means, as a reason code and words for a person. */
import { errors } from 'undici'
import { systemCode } from '../core/errors.ts'
import type { Objection } from './visit-layer.ts'

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`

/** OpenSSL's words for a certificate that is not to be trusted, in ours. */
const CERTIFICATE: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'has expired'],
  ['CERT_NOT_YET_VALID', 'is not valid yet'],
  ['CERT_REVOKED', 'was revoked'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'is signed by itself'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'comes from an issuer that nobody vouches for'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'comes from an unknown issuer'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'comes from an unknown issuer'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'comes without that of its issuer'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for another name'],
])

const certificateFault = (code: string): string | undefined =>
  CERTIFICATE.get(code) ?? (code.startsWith('CERT_') || code.startsWith('INVALID_CA') ? 'cannot be trusted' : undefined)

export interface Deadlines {
  readonly connectTimeoutMs: number
  readonly headersTimeoutMs: number
  readonly idleTimeoutMs: number
}

/** How far a visit had come: no connection yet, the request sent on one, or the headers of its answer come. */
export type Stage = 'connecting' | 'asked' | 'answered'

/** @param stage a host that was asked was reached: whatever it then did, it is not one that cannot be */
export const whyFailed = (error: unknown, stage: Stage, deadlines: Deadlines): Objection => {
  const code = systemCode(error) ?? ''
  const message = error instanceof Error ? error.message : String(error)
  switch (code) {
    case 'GANNET_BLOCKED_ADDRESS':
      return { reason: 'blocked-address', detail: message }
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return { reason: 'timeout', detail: `no connection within ${seconds(deadlines.connectTimeoutMs)}` }
    case 'UND_ERR_HEADERS_TIMEOUT':
      return { reason: 'timeout', detail: `no answer within ${seconds(deadlines.headersTimeoutMs)}` }
    case 'UND_ERR_BODY_TIMEOUT':
      return { reason: 'timeout', detail: `no byte for ${seconds(deadlines.idleTimeoutMs)}` }
    case 'UND_ERR_HEADERS_OVERFLOW':
    case 'HPE_HEADER_OVERFLOW':
      return { reason: 'too-large', detail: 'the headers are too long' }
    default:
  }
  const fault = certificateFault(code)
  if (fault !== undefined) {
    return { reason: 'bad-certificate', detail: `it ${fault} (${code})` }
  }
  if (stage !== 'answered' && (code === 'EPROTO' || code.startsWith('ERR_SSL_'))) {
    return { reason: 'unresolvable', detail: `TLS cannot be agreed on (${code})` }
  }
  if (stage === 'connecting') return { reason: 'unresolvable', detail: `no connection (${code || message})` }
  if (stage === 'answered') return { reason: 'truncated', detail: `the connection broke before the end (${code || message})` }
  // Headers that name two lengths come as either, by when the connection is closed; so do those that are cut off after one.
  const garbled = error instanceof errors.HTTPParserError || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
  return {
    reason: 'truncated',
    detail: garbled ? `the answer is not HTTP (${message})` : `the connection was closed before an answer (${code || message})`,
  }
}

/** Errors of a connection that the other side had closed before the request reached it. */
export const isReset = (error: unknown): boolean => ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(systemCode(error) ?? '')
