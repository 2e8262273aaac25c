/**
 * The data interface of a task server (DESIGN §6): requests in, progress out. It speaks HTTP and nothing else; what a
 * request means is the desk's business (node/request-desk.ts).
 */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../core/clock.ts'
import type { RequestId } from '../core/ids.ts'
import type { Progress } from '../node/progress.ts'
import type { Answer, RequestDesk } from '../node/request-desk.ts'
import { createPlaces } from './places.ts'
import { HttpProblem } from './problem.ts'
import { progressEvents } from './progress-events.ts'
import { readJsonRequest, readStreamedRequest } from './read-request.ts'
import { letBy, UPLOAD_PACE, type UploadPace } from './upload.ts'

export interface RequestRouteOptions {
  readonly desk: RequestDesk
  readonly clock: Clock
  /** Uploads read at once: each holds up to 8 MB of JSON and 12 MB of what it remembers. Default 16. */
  readonly mostUploads?: number
  /** Listeners to events at once. Default 64. */
  readonly mostListeners?: number
  readonly uploadPace?: UploadPace
  /** Between two looks at a request that is listened to. Default 1 s. */
  readonly eventsEveryMs?: number
  /** Default 15 s. */
  readonly heartbeatMs?: number
}

const NDJSON = 'application/x-ndjson'
const MOST_KEY = 255

/**
 * Structured Fields strings (RFC 8941 §3.3.3) are what the draft asks for; most clients write the key bare.
 * draft-ietf-httpapi-idempotency-key-header-06
 */
const keyOf = (header: string | readonly string[] | undefined): string | null => {
  if (header === undefined) return null
  const written = String(header).trim()
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(written)
  const key = quoted ? (quoted[1] as string).replaceAll(/\\(.)/g, '$1') : written
  if (key === '' || key.length > MOST_KEY || !/^[ -~]+$/.test(key)) {
    throw new HttpProblem('request-invalid', `Idempotency-Key: 1 to ${MOST_KEY} printable characters are needed`)
  }
  return key
}

const accepted = (answer: Answer): Answer & { kind: 'accepted' } => {
  switch (answer.kind) {
    case 'accepted':
      return answer
    case 'key-in-use':
      throw new HttpProblem('key-in-use', 'a request with this Idempotency-Key is being taken at this moment', 1)
    case 'key-reused':
      throw new HttpProblem('key-reused', 'this Idempotency-Key was used for another request: give each request its own')
    case 'refused':
      throw new HttpProblem('request-invalid', answer.detail)
    default:
      throw new TypeError(`unknown answer ${JSON.stringify(answer satisfies never)}`)
  }
}

export const addRequestRoutes = (server: FastifyInstance, options: RequestRouteOptions): void => {
  const { desk, clock, uploadPace = UPLOAD_PACE, eventsEveryMs = 1000, heartbeatMs = 15_000 } = options
  const uploads = createPlaces(options.mostUploads ?? 16, 'as many requests are being taken as this task server can: try again, here or at another one')
  const listeners = createPlaces(options.mostListeners ?? 64, 'as many listen as this task server can serve: ask for the request itself now and then')

  // Bodies are read by the handler, which knows how much of them it wants.
  server.removeAllContentTypeParsers()
  for (const type of ['application/json', NDJSON]) {
    server.addContentTypeParser(type, (_request: FastifyRequest, body: Readable, done: (error: null, body: Readable) => void) => done(null, body))
  }

  const take = async (request: FastifyRequest, body: Readable): Promise<Answer & { kind: 'accepted' }> => {
    const giveBack = uploads.take()
    try {
      const coding = request.headers['content-encoding'] ?? 'identity'
      if (coding !== 'identity') throw new HttpProblem('media-type-unknown', 'a body is taken as it is, without a content-encoding')
      const key = keyOf(request.headers['idempotency-key'])
      const isStream = request.headers['content-type']?.toLowerCase().startsWith(NDJSON) === true
      const content = await (isStream ? readStreamedRequest : readJsonRequest)(body, uploadPace)
      const answer = await desk.accept({ key, ...content })
      return accepted(answer)
    } finally {
      giveBack()
    }
  }

  server.post('/v1/requests', async (request, reply) => {
    const body = request.body instanceof Readable ? request.body : Readable.from([])
    try {
      const { id, accepted: count, refused, refusedMore } = await take(request, body)
      return await reply.code(202).header('location', `/v1/requests/${id}`)
        .send({ id, accepted: count, refused, ...(refusedMore > 0 ? { refusedMore } : {}) })
    } catch (error) {
      // Nobody waits for one who stalls.
      if (!(error instanceof HttpProblem && error.code === 'upload-timeout')) await letBy(body)
      if (!body.readableEnded) void reply.header('connection', 'close')
      throw error
    }
  })

  const find = async (request: FastifyRequest): Promise<Progress> => {
    const { id } = request.params as { readonly id: string }
    const progress = await desk.progress(id as RequestId)
    if (progress === null) throw new HttpProblem('not-found', 'this task server has no such request: ask the one that took it; long after its end a request is forgotten')
    return progress
  }

  server.get('/v1/requests/:id', (request) => find(request))

  server.get('/v1/requests/:id/events', async (request: FastifyRequest, reply: FastifyReply) => {
    const giveBack = listeners.take()
    try {
      const { id } = await find(request)
      const left = new AbortController()
      reply.raw.once('close', () => left.abort())
      const events = progressEvents(() => desk.progress(id), { clock, everyMs: eventsEveryMs, heartbeatMs, signal: left.signal })
      const stream = Readable.from(events, { objectMode: false, highWaterMark: 4096 })
      stream.once('close', giveBack)
      return await reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store').send(stream)
    } catch (error) {
      giveBack()
      throw error
    }
  })
}
