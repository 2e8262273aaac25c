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

/** @param begun whether the headers had come */
export const whyFailed = (error: unknown, begun: boolean, deadlines: Deadlines): Objection => {
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
    return { reason: 'unresolvable', detail: `its TLS certificate ${fault} (${code}); --insecure-host would connect all the same` }
  }
  if (!begun && (code === 'EPROTO' || code.startsWith('ERR_SSL_'))) {
    return { reason: 'unresolvable', detail: `TLS cannot be agreed on (${code})` }
  }
  if (begun) return { reason: 'truncated', detail: `the connection broke before the end (${code || message})` }
  if (error instanceof errors.HTTPParserError) return { reason: 'http-status', detail: `the answer is not HTTP (${message})` }
  return { reason: 'unresolvable', detail: `no connection (${code || message})` }
}

/** Errors of a connection that the other side had closed before the request reached it. */
export const isReset = (error: unknown): boolean => ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(systemCode(error) ?? '')
