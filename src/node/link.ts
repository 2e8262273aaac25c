/**
 * Calls between the servers of a fleet, over the port of their data interfaces: an HTTP upgrade that only who knows the
 * fleet's secret is given, then frames (core/socket-channel.ts). The one that called goes on trying when the other is
 * gone; a call that the loss cut off is made again, so only what may be made twice goes over a link.
 */
import { timingSafeEqual } from 'node:crypto'
import { request, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as rest } from 'node:timers/promises'
import { GannetError } from '../core/errors.ts'
import { connect, type Peer, type Remote } from '../core/rpc.ts'
import { socketChannel } from '../core/socket-channel.ts'

const PATH = '/v1/link'
const PROTOCOL = 'gannet-link/1'
const CONNECT_MS = 5_000
const AGAIN_MS = { first: 100, most: 5_000 }

const knows = (header: string | undefined, secret: string): boolean => {
  const [given, wanted] = [Buffer.from(header ?? ''), Buffer.from(`Bearer ${secret}`)]
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** Serves `api` to members of the fleet. @returns ends all links */
export const acceptLinks = (server: Server, { secret, api }: { readonly secret: string; readonly api: object }): (() => void) => {
  const links = new Set<Socket>()
  const upgrade = (ask: IncomingMessage, socket: Socket, head: Buffer): void => {
    if (ask.url !== PATH || ask.headers.upgrade !== PROTOCOL || !knows(ask.headers.authorization, secret)) {
      socket.end(`HTTP/1.1 ${ask.url === PATH ? '403 Forbidden' : '404 Not Found'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    socket.setTimeout(0)
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${PROTOCOL}\r\n\r\n`)
    links.add(socket)
    socket.once('close', () => links.delete(socket))
    connect(socketChannel(socket, 'a member of the fleet', head), api)
  }
  server.on('upgrade', upgrade)
  return () => {
    server.off('upgrade', upgrade)
    for (const socket of links) socket.destroy()
  }
}

interface Dialled {
  readonly peer: Peer
  readonly socket: Socket
}

const dial = (url: string, secret: string, name: string): Promise<Dialled> =>
  new Promise((resolve, reject) => {
    const ask = request(new URL(PATH, url), { headers: { connection: 'upgrade', upgrade: PROTOCOL, authorization: `Bearer ${secret}` }, timeout: CONNECT_MS })
    const fail = (why: string): void => {
      ask.destroy()
      reject(new GannetError('engine-unreachable', `${name} at ${url} cannot be reached (${why})`))
    }
    ask.once('upgrade', (_answer, socket, head) => {
      const line = socket as Socket
      line.setKeepAlive(true, 10_000)
      line.setTimeout(0)
      resolve({ peer: connect(socketChannel(line, name, head), {}), socket: line })
    })
    ask.once('response', ({ statusCode }) => fail(`answered with status ${statusCode}`))
    ask.once('timeout', () => fail('no answer'))
    ask.once('error', (error) => fail(error.message))
    ask.end()
  })

export interface Link {
  /** The other's interface; calls wait until it can be reached. For idempotent interfaces only. */
  again<Api>(prefix: string): Remote<Api>
  /** The same for who has somebody else to ask: a call fails with `engine-unreachable` or `role-died` instead of waiting. */
  once<Api>(prefix: string): Remote<Api>
  close(): void
}

export interface LinkOptions {
  /** Where the other answers now; asked at each try, as it may come back elsewhere. */
  readonly locate: () => Promise<string>
  readonly secret: string
  /** The other, for people. */
  readonly name: string
  /** It cannot be reached, and is tried again. */
  readonly onTrouble: (error: unknown) => void
}

export const createLink = ({ locate, secret, name, onTrouble }: LinkOptions): Link => {
  const closing = new AbortController()
  let current: Promise<Dialled> | null = null

  const reach = async (): Promise<Dialled> => {
    for (let waitMs = AGAIN_MS.first; ; waitMs = Math.min(AGAIN_MS.most, waitMs * 2)) {
      try {
        return await dial(await locate(), secret, name)
      } catch (error) {
        if (closing.signal.aborted || !GannetError.is(error, 'engine-unreachable')) throw error
        onTrouble(error)
        await rest(waitMs, undefined, { signal: closing.signal }).catch(() => undefined)
        if (closing.signal.aborted) throw new GannetError('drained', `the link to ${name} is closed`)
      }
    }
  }

  const callOnce = async (method: string, args: readonly unknown[], connect: () => Promise<Dialled>): Promise<unknown> => {
    if (closing.signal.aborted) throw new GannetError('drained', `the link to ${name} is closed`)
    current ??= connect()
    const mine = current
    try {
      const api = (await mine).peer.remote<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>()
      return await (api[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args)
    } catch (error) {
      const isLost = GannetError.is(error, 'role-died') || GannetError.is(error, 'engine-unreachable')
      if (isLost && current === mine) current = null
      throw error
    }
  }

  const callAgain = async (method: string, args: readonly unknown[]): Promise<unknown> => {
    for (;;) {
      try {
        return await callOnce(method, args, reach)
      } catch (error) {
        // What the other says of itself is its answer; only a lost connection is asked again.
        if (!GannetError.is(error, 'role-died')) throw error
      }
    }
  }

  const remote = <Api>(prefix: string, call: (method: string, args: readonly unknown[]) => Promise<unknown>): Remote<Api> =>
    new Proxy(Object.freeze({}), {
      get: (_target, method) =>
        typeof method === 'symbol' || method === 'then' ? undefined : (...args: unknown[]) => call(`${prefix}.${method}`, args),
    }) as Remote<Api>

  return {
    again: (prefix) => remote(prefix, callAgain),
    once: (prefix) => remote(prefix, (method, args) => callOnce(method, args, async () => dial(await locate(), secret, name))),
    close() {
      closing.abort()
      void current?.then(({ socket }) => socket.destroy(), () => undefined)
      current = null
    },
  }
}
