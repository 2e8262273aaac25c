/** The HTTP server under every interface of gannet: its limits, and one way to say what went wrong (problem.ts). */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { problemOf } from './problem.ts'

export interface HttpServerOptions {
  /** Something went wrong that is no requester's fault. */
  readonly onTrouble: (error: unknown) => void
}

/** Connections at once; further ones wait in the system's line. */
const MOST_CONNECTIONS = 1000
/** Bytes of a request's head: an Idempotency-Key and a proxy's additions. */
const MOST_HEADER = 16 * 1024
/** Of a head to arrive, in milliseconds; bodies are timed by those who read them. */
const HEADERS_MS = 20_000
const KEEP_ALIVE_MS = 60_000
/** A connection on which nothing moves: its other end reads no answer, or has gone. Heartbeats of events are more frequent. */
const SILENT_MS = 120_000

/** Longest wait at the end for answers that are on their way: an order to drain is answered by who it ends. */
const LAST_ANSWERS_MS = 1_000

const answersFirst = (server: FastifyInstance): void => {
  const underWay = new Set<object>()
  let onNone: () => void = () => undefined
  server.addHook('onRequest', async (request) => void underWay.add(request))
  server.addHook('onResponse', async (request) => {
    underWay.delete(request)
    if (underWay.size === 0) onNone()
  })
  server.addHook('preClose', async () => {
    if (underWay.size === 0) return
    await new Promise<void>((resolve) => {
      onNone = resolve
      setTimeout(resolve, LAST_ANSWERS_MS)
    })
  })
}

/** What is no HTTP is answered by hand: there is no request to reply to. */
const answerBroken = (error: Error & { readonly code?: string }, socket: Socket): void => {
  if (!socket.writable) return
  const [status, detail] =
    error.code === 'HPE_HEADER_OVERFLOW' ? [431, `the head of the request is larger than ${MOST_HEADER / 1024} KB`]
    : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? [408, 'the head of the request came too slowly']
    : [400, 'this is not HTTP']
  const { body, headers } = problemOf(Object.assign(new Error(detail), { statusCode: status }))
  const text = JSON.stringify(body)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: ${headers['content-type']}\r\n` +
    `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
}

/** Not listening yet; `inject` asks it without a port. */
export const createHttpServer = ({ onTrouble }: HttpServerOptions): FastifyInstance => {
  const answer = (error: unknown, reply: FastifyReply): void => {
    const { status, headers, body } = problemOf(error)
    if (status === 500) onTrouble(error)
    // As bytes: to text fastify would add a charset, which no kind of JSON has (RFC 8259 §11).
    void reply.code(status).headers(headers).send(Buffer.from(JSON.stringify(body)))
  }
  const server = Fastify({
    logger: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionTimeout: SILENT_MS,
    // Whoever still listens to events would hold up the end.
    forceCloseConnections: true,
    http: { maxHeaderSize: MOST_HEADER, headersTimeout: HEADERS_MS },
    clientErrorHandler: answerBroken,
    frameworkErrors: (error, _request, reply) => answer(error, reply as FastifyReply),
  })
  answersFirst(server)
  server.server.maxConnections = MOST_CONNECTIONS
  server.setErrorHandler((error, _request, reply) => answer(error, reply))
  server.setNotFoundHandler((_request, reply) => answer({ statusCode: 404 }, reply))
  return server
}
