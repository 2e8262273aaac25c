/** What can be set about fetching, with defaults and words for `--help`: the room's own keys. */
import { resolveConfig, setting, shape, type ValuesOf } from '../core/config.ts'
import type { Clock } from '../core/clock.ts'
import type { PageReading } from '../page/candidate.ts'
import type { Resolve } from './resolve-names.ts'

const MB = 1024 * 1024

export const fetchSettings = {
  userAgent: setting(shape.header('gannet/0.1 (+https://www.npmjs.com/package/gannet)'), {
    help: 'User-Agent sent to sites; its first word is the name that robots.txt and opt-outs are read for.',
    value: 'text',
  }),
  acceptLanguage: setting(shape.header('en;q=0.9, *;q=0.5'), { help: 'Accept-Language sent to sites.', value: 'text' }),
  allowAddress: setting(shape.list(), {
    help: 'Address, range or host (each with :port if need be) that may be fetched inside the network.',
    value: 'CIDR|host',
    list: true,
  }),
  robots: setting(shape.switch(true), { help: 'Hold to robots.txt (RFC 9309).' }),
  optOut: setting(shape.switch(true), { help: 'Hold to X-Robots-Tag noindex, noimageindex, noai and noimageai, and to the reservation inside a picture (PLUS, TDMRep).' }),
  connectTimeoutMs: setting(shape.ms(10_000), { help: 'Milliseconds to connect, TLS included.', value: 'ms' }),
  headersTimeoutMs: setting(shape.ms(20_000), {
    help: 'Milliseconds from the request to the end of the headers.',
    value: 'ms',
  }),
  idleTimeoutMs: setting(shape.ms(15_000), { help: 'Milliseconds without a byte of the body.', value: 'ms' }),
  totalTimeoutMs: setting(shape.ms(120_000), {
    help: 'Milliseconds on the network for one visit, its redirects included; waiting for leave is not counted.',
    value: 'ms',
  }),
  minSpeed: setting(shape.count(128 * 1024), {
    help: 'Bytes a second at which a large body may outlast the limit of its visit.',
    value: 'bytes',
  }),
  maxBody: setting(shape.count(64 * MB), { help: 'Largest picture in bytes, on the wire and decoded.', value: 'bytes' }),
  maxPage: setting(shape.count(10 * MB), { help: 'Largest page in bytes, on the wire and decoded.', value: 'bytes' }),
  connections: setting(shape.count(10, 1, 1000), { help: 'Connections to one origin at a time.', value: 'n' }),
  maxOrigins: setting(shape.count(512, 1, 100_000), { help: 'Origins to which connections are kept open.', value: 'n' }),
  keepAliveMs: setting(shape.ms(10_000), { help: 'Milliseconds an idle connection is kept.', value: 'ms' }),
  dnsTtlMs: setting(shape.ms(3_600_000, 0), {
    help: 'Most milliseconds a resolved name is used again, however long its records may be kept.',
    value: 'ms',
  }),
  http2: setting(shape.switch(true), { help: 'Speak HTTP/2 with hosts that offer it.' }),
  cookies: setting(shape.switch(true), {
    help: "Keep the cookies of a site in memory and send them back to it; never to another site, nor with another site's pictures.",
  }),
  insecureHost: setting(shape.list(), {
    help: 'Host whose TLS certificate is not verified; each use is noted.',
    value: 'host',
    list: true,
  }),
} as const

export type FetchSettings = ValuesOf<typeof fetchSettings>

/** Reads a page; runs in the grabber. Injected, because the page room is another room. */
export type ReadPage = (
  bytes: Uint8Array,
  about: { readonly url: string; readonly contentType: string | null; readonly recipe?: string },
) => PageReading | Promise<PageReading>

export interface FetchParts {
  /** Existing folder for bodies over INLINE_MAX, on the blobs' file system. The reader of a body removes it. */
  readonly spoolDir: string
  readonly readPage: ReadPage
  readonly clock?: Clock
  /** How often this process has slept; see core/sleeps.ts, whose count is the default. */
  readonly sleeps?: () => number
  readonly resolve?: Resolve
}

export type FetchOptions = FetchSettings & FetchParts

/** Defaults filled in, values checked; settings of other rooms beside them are passed over. @throws config-invalid */
export const resolveFetchOptions = (options: Partial<FetchSettings> & FetchParts): FetchOptions => {
  const { spoolDir, readPage, clock, sleeps, resolve } = options
  const values = Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(fetchSettings, key)))
  return {
    ...resolveConfig(fetchSettings, [{ from: 'fetch options', values }]),
    spoolDir,
    readPage,
    ...(clock && { clock }),
    ...(sleeps && { sleeps }),
    ...(resolve && { resolve }),
  }
}
