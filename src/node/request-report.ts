/** What a requester is told when its request has ended: the counts, and what is stored for it, with where to fetch it. */
import { renditionKey } from '../core/rendition.ts'
import type { OutboxRequest } from '../schedule/outbox/outbox.ts'
import type { Asset, AssetRendition } from '../store/asset.ts'
import type { Catalogue } from '../store/catalogue.ts'

export interface RequestReportOptions {
  readonly catalogue: { readonly list: (ask: Parameters<Catalogue['list']>[0]) => ReturnType<Catalogue['list']> }
  /** Where bytes are fetched, by their SHA-256: an absolute URL. */
  readonly hrefOf: (sha256: string) => string
}

/** Pictures that a report names; there may be millions. */
const MOST_STORED = 10_000
const PAGE = 500

/** @returns the report, JSON */
export const createRequestReport = ({ catalogue, hrefOf }: RequestReportOptions) => {
  const renditionOf = ({ name, format, sha256, width, height, bytes, reason, detail }: AssetRendition): object =>
    sha256 === null ? { name, reason, detail } : { name, sha256, format, width, height, bytes, href: hrefOf(sha256) }

  /** Others may have had other renditions made of the same picture. */
  const storedOf = ({ id, url, sha256, format, width, height, bytes, renditions }: Asset, { options }: OutboxRequest): object => {
    const made = new Map(renditions.map((one) => [renditionKey({ ...one, ...one.asked }), one]))
    const own = options.renditions.flatMap((one) => made.get(renditionKey(one)) ?? [])
    return { id, url, sha256, format, width, height, bytes, href: hrefOf(sha256), renditions: own.map(renditionOf) }
  }

  return async (request: OutboxRequest): Promise<string> => {
    const stored: object[] = []
    let after: string | null = null
    do {
      const page: Awaited<ReturnType<Catalogue['list']>> = await catalogue.list({ after, limit: PAGE, where: { request: request.id } })
      stored.push(...page.items.map((asset) => storedOf(asset, request)))
      after = page.next
    } while (after !== null && stored.length < MOST_STORED)
    const { counts, accepted, endedAt } = request
    return JSON.stringify({ id: request.id, state: 'ended', accepted, ...counts, endedAt, stored, storedMore: after !== null })
  }
}
