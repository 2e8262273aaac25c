/** The innermost step of a visit: one request goes out on a connection of its origin, and is received under every limit. */
import { drained, Reception, type ReceptionParts } from './reception.ts'
import type { Next } from './visit-layer.ts'

export const createSend = (parts: ReceptionParts): Next => (hop) =>
  new Promise((resolve, reject) => {
    if (parts.closing.aborted) return reject(drained())
    const { url, headers } = hop
    parts.pools.of(url).dispatch(
      { origin: url.origin, path: `${url.pathname}${url.search}`, method: 'GET', headers },
      new Reception(hop, parts, resolve, reject),
    )
  })
