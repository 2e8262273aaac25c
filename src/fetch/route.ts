/**
 * How connections come about: the one place that a proxy will take when there is one. A route
 * opens sockets; pools keep them apart by its key, and no other layer knows how they were opened.
 * The direct route dials what the guard allows: a literal address is judged here (net.connect
 * asks no lookup for one), a name in the lookup whose answer is dialled, both families racing
 * (RFC 8305).
 */
import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { buildConnector } from 'undici'
import { GannetError } from '../core/errors.ts'
import type { FetchOptions } from './fetch-options.ts'
import { BlockedAddressError, portOf, type Guard } from './guard.ts'

/** What a connection showed of itself. */
export interface Dialled {
  /** As text; null when a proxy dials. */
  readonly address: string | null
  /** Why the certificate would have been refused; null when it was verified or there is none. */
  readonly unverified: string | null
}

export interface Route {
  /** Connections of different keys are never shared. */
  key(url: URL): string
  /** @param onDialled called for each connection, before it is used */
  connector(url: URL, onDialled: (dialled: Dialled) => void): buildConnector.connector
}

/** Milliseconds that an address has before the next one is tried beside it; RFC 8305 §5 recommends this. */
const NEXT_ADDRESS_MS = 250

const asHost = (entry: string): string => {
  const bare = entry.trim().toLowerCase()
  const text = `https://${isIP(bare) === 6 ? `[${bare}]` : bare}/`
  if (bare === '' || !URL.canParse(text) || new URL(text).href !== `https://${new URL(text).host}/` || new URL(text).port !== '') {
    throw new GannetError('config-invalid', `--insecure-host "${entry}": give the name of a host, without scheme, port or path`)
  }
  return new URL(text).hostname.replace(/\.$/, '')
}

/** @throws config-invalid for an insecure host that is none */
export const createDirectRoute = (
  options: Pick<FetchOptions, 'connectTimeoutMs' | 'insecureHost' | 'http2'>, guard: Guard,
): Route => {
  const insecure = new Set(options.insecureHost.map(asHost))
  return {
    key: (url) => url.origin,
    connector(url, onDialled) {
      const port = portOf(url)
      const trusting = insecure.has(url.hostname.replace(/\.$/, ''))
      const connect = buildConnector({
        timeout: options.connectTimeoutMs,
        maxCachedSessions: 4,
        allowH2: options.http2,
        autoSelectFamily: true,
        autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
        lookup: guard.lookup(port),
        ...(trusting && { rejectUnauthorized: false }),
      })
      return (target, callback) => {
        const refused = guard.checkLiteral(target.hostname, port)
        if (refused && !refused.allowed) return callback(new BlockedAddressError(refused.detail), null)
        connect(target, (error, socket) => {
          if (error) return callback(error, null)
          const { authorizationError } = socket as TLSSocket
          onDialled({
            address: socket.remoteAddress ?? null,
            unverified: trusting && authorizationError ? codeOf(authorizationError) : null,
          })
          callback(null, socket)
        })
      }
    },
  }
}

/** Node hands out an error or its code, whatever its types say. */
const codeOf = (error: unknown): string =>
  typeof error === 'string' ? error : ((error as { readonly code?: string }).code ?? String(error))
