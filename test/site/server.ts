/**
 * The site itself: node:http on the loopback, one server an address, serving a plan under its switches and
 * writing down every visit. Truth and log together are what a test or a benchmark judges a crawler by.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { apply, refuse, send, type Body, type Exchange } from './answers.ts'
import type { GalleryPlan, PlannedPicture } from './gallery.ts'
import { HOSTILE_PAGES, HOSTILE_PICTURES } from './hostile.ts'
import { htmlPage, pageHtml } from './markup.ts'
import { hash32 } from './random.ts'
import { robotsText, type RobotsOptions } from './robots-text.ts'
import { createStudio, type Studio } from './studio.ts'
import { falls, type Switch } from './switches.ts'
import { truthOf, type SiteTruth } from './truth.ts'
import {
  bytesOf, countsOf, impatientOf, paceOf, wallClock, type Pace, type Visit, type VisitedKind, type Which,
} from './visits.ts'

export interface SiteOptions {
  readonly plan: GalleryPlan
  /** Addresses of the loopback to listen on; pages lie on the first. Default 127.0.0.1. */
  readonly hosts?: readonly string[]
  /** Those of `hosts` that pictures are shown from, by absolute URL. Default: the page's own, by path. */
  readonly imageHosts?: readonly string[]
  /** Default 0: any that is free. */
  readonly port?: number
  readonly switches?: readonly Switch[]
  /** Default: everything is allowed. */
  readonly robots?: RobotsOptions
  /** Adds `/hostile`, linked from the first page, and all that hostile.ts has. Default false. */
  readonly hostile?: boolean
  /** Adds `/__site/log` and `/__site/truth` for a client in another process; unlogged. Default false. */
  readonly control?: boolean
  /** Draw everything before the first visit, so that sizes are known. Default: up to 2,000 pictures. */
  readonly prepare?: boolean
  readonly onProgress?: (done: number, of: number) => void
  readonly studio?: Studio
  /** Default: `gannet-site-cache` in the system's folder for temporary files. */
  readonly cacheDir?: string
}

export interface Site {
  /** Of the first page, with a slash at its end. */
  readonly url: string
  readonly port: number
  readonly truth: SiteTruth
  readonly log: readonly Visit[]
  pace(which?: Which): Pace
  /** Hits a path. */
  counts(which?: Which): ReadonlyMap<string, number>
  bytes(which?: Which): Readonly<Record<VisitedKind | 'all', number>>
  /** Visits made before a Retry-After was over. */
  impatient(which?: Which): readonly Visit[]
  /** Absolute URL of a path on the site; pictures on their own host. */
  urlOf(path: string): string
  /** Resolves when no visit is under way: the log is then complete. */
  quiet(): Promise<void>
  clearLog(): void
  close(): Promise<void>
}

interface Resource {
  readonly kind: VisitedKind
  readonly picture: PlannedPicture | null
  body(): Promise<Body>
}

const PREPARED_AT_MOST = 2000

const listen = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })

const makePlaceholder = (): Promise<Buffer> => {
  const square = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="600" height="450"><rect width="600" height="450" fill="#ddd"/>' +
    '<path d="M150 330l90-120 60 75 60-45 90 90z" fill="#bbb"/><circle cx="390" cy="150" r="36" fill="#bbb"/></svg>')
  return sharp(square).jpeg().toBuffer()
}

export const startSite = async (options: SiteOptions): Promise<Site> => {
  const { plan } = options
  const hosts = options.hosts ?? ['127.0.0.1']
  const imageHosts = options.imageHosts ?? []
  const switches = options.switches ?? []
  const studio = options.studio ?? createStudio(options.cacheDir === undefined ? {} : { cacheDir: options.cacheDir })
  const byId = new Map(plan.pictures.map((picture) => [picture.id, picture]))
  const repeated = new Set(plan.pictures.flatMap((picture) => picture.of ?? []))
  const prepared = options.prepare ?? plan.pictures.length <= PREPARED_AT_MOST
  if (prepared) await studio.prepare(plan.pictures.map((picture) => picture.order), options.onProgress)

  const resources = new Map<string, Resource>()
  const pictureAt = new Map<string, PlannedPicture>()
  for (const picture of plan.pictures) {
    const body = (which: 'thumb' | 'full') => (): Promise<Body> => studio.get(picture.order, which)
    resources.set(picture.thumbPath, { kind: 'thumb', picture, body: body('thumb') })
    resources.set(picture.fullPath, { kind: 'full', picture, body: body('full') })
    pictureAt.set(picture.thumbPath, picture).set(picture.fullPath, picture)
  }
  let port = 0
  const originOf = (host: string): string | null => (hosts.includes(host) ? `http://${host}:${port}` : null)
  const urlOf = (path: string): string => {
    const picture = pictureAt.get(path)
    const host = picture && imageHosts.length > 0 ? imageHosts[hash32(picture.id) % imageHosts.length] : hosts[0]
    return `http://${host}:${port}${path}`
  }
  const written = (path: string): string => (imageHosts.length > 0 ? urlOf(path) : path)
  const page = (html: () => string): Resource => ({
    kind: 'page',
    picture: null,
    body: async () => ({ type: 'text/html; charset=utf-8', bytes: Buffer.from(html()) }),
  })
  for (const planned of plan.pages) resources.set(planned.path, page(() => pageHtml(plan, planned, byId, written)))
  const robots = robotsText(options.robots ?? {})
  if (options.hostile) {
    const first = plan.pictures[0]?.fullPath ?? '/hostile/grey.jpg'
    for (const one of HOSTILE_PAGES) {
      const encoding = one.encoding === undefined ? {} : { encoding: one.encoding }
      const body = async (): Promise<Body> => ({ type: one.type, bytes: one.body(first), ...encoding })
      resources.set(`/hostile/${one.name}`, { kind: 'page', picture: null, body })
    }
    for (const one of HOSTILE_PICTURES) {
      let made: Promise<Uint8Array> | undefined
      const encoding = one.encoding === undefined ? {} : { encoding: one.encoding }
      const body = async (): Promise<Body> => ({ type: one.type, bytes: await (made ??= one.make()), ...encoding })
      resources.set(`/hostile/${one.name}`, { kind: 'full', picture: null, body })
    }
    const images = HOSTILE_PICTURES.map((one) => `<img src="/hostile/${one.name}" alt="${one.name}">`)
    const links = HOSTILE_PAGES.map((one) => `<li><a href="/hostile/${one.name}">${one.note}</a></li>`)
    resources.set('/hostile', page(() => htmlPage('Hostile', `<main>${images.join('')}</main><ul>${links.join('')}</ul>`)))
  }

  const log: Visit[] = []
  const hits = new Map<string, number>()
  const states = switches.map(() => new Map<string, number>())
  const closing = new AbortController()
  let placeholder: Promise<Buffer> | undefined
  let underWay = 0
  let wakers: (() => void)[] = []

  const other = (picture: PlannedPicture | null): PlannedPicture | undefined => {
    const worthy = plan.pictures.filter((one) => one.worth)
    const at = worthy.findIndex((one) => one.id === picture?.id)
    return worthy[(at + 1) % worthy.length]
  }

  const answer = async (x: Exchange, resource: Resource | undefined, kind: VisitedKind): Promise<void> => {
    for (const [index, one] of switches.entries()) {
      if (one.times !== undefined && x.hits >= one.times) continue
      if (!falls(one, index, plan.seed, kind, x.path, x.picture, repeated)) continue
      if (await apply({ ...x, state: states[index] as Map<string, number> }, one)) return
    }
    if (kind === 'robots') return robots === null ? refuse(x, options.robots?.status ?? 404, 'none') : send(x, robots)
    if (!resource) return refuse(x, 404, 'There is nothing here.')
    return send(x, await resource.body())
  }

  const control = (path: string, response: ServerResponse): boolean => {
    if (options.control !== true || !path.startsWith('/__site/')) return false
    const value = path === '/__site/log' ? log : path === '/__site/truth' ? truth : null
    response.writeHead(value ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    return true
  }

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const startedAt = wallClock()
    const asked = request.url ?? '/'
    const url = new URL(asked, 'http://site.invalid')
    if (control(url.pathname, response)) return
    const resource = resources.get(url.pathname)
    const kind = resource?.kind ?? (url.pathname === '/robots.txt' ? 'robots' : 'other')
    const visit: Visit = {
      at: log.length,
      host: request.headers.host ?? '',
      path: asked,
      method: request.method ?? 'GET',
      kind,
      status: null,
      bytes: 0,
      whole: false,
      userAgent: request.headers['user-agent'] ?? null,
      referer: request.headers.referer ?? null,
      startedAt,
      endedAt: null,
      keepAwayUntil: null,
    }
    log.push(visit)
    underWay++
    const gone = new AbortController()
    response.once('close', () => {
      visit.endedAt = wallClock()
      if (!response.writableFinished) visit.whole = false
      gone.abort()
      if (--underWay === 0) for (const wake of wakers.splice(0)) wake()
    })
    const seen = hits.get(url.pathname) ?? 0
    hits.set(url.pathname, seen + 1)
    const picture = resource?.picture ?? null
    const x: Exchange = {
      request, response, visit, picture,
      path: url.pathname,
      hop: Number(url.searchParams.get('hop') ?? 0),
      hits: seen,
      signal: AbortSignal.any([gone.signal, closing.signal]),
      body: () => (resource ? resource.body() : Promise.resolve({ type: 'text/plain', bytes: Buffer.alloc(0) })),
      otherFull: () => studio.get((other(picture) ?? (picture as PlannedPicture)).order, 'full'),
      placeholder: async () => ({ type: 'image/jpeg', bytes: await (placeholder ??= makePlaceholder()) }),
      origin: originOf,
      state: new Map(),
    }
    answer(x, resource, kind).catch((error: unknown) => {
      // A client that leaves early is its own business; anything else is a fault of the site, and must be seen.
      if (gone.signal.aborted || closing.signal.aborted) return
      process.stderr.write(`site: ${asked}: ${error instanceof Error ? error.stack : String(error)}\n`)
      response.destroy()
    })
  }

  const servers: Server[] = []
  for (const host of hosts) {
    const server = createServer({ keepAliveTimeout: 30_000 }, handle)
    servers.push(server)
    port = await listen(server, host, port === 0 ? (options.port ?? 0) : port)
  }
  const truth = await truthOf({ plan, switches, repeated, studio: prepared ? studio : null, urlOf })

  return {
    url: `http://${hosts[0]}:${port}/`,
    port,
    truth,
    log,
    pace: (which) => paceOf(log, which),
    counts: (which) => countsOf(log, which),
    bytes: (which) => bytesOf(log, which),
    impatient: (which) => impatientOf(log, which),
    urlOf,
    quiet: () => (underWay === 0 ? Promise.resolve() : new Promise<void>((resolve) => wakers.push(resolve))),
    clearLog: () => {
      log.length = 0
      hits.clear()
    },
    async close() {
      closing.abort()
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve())
              server.closeAllConnections()
            }),
        ),
      )
    },
  }
}

