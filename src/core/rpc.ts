/**
 * Calls between processes, typed by the callee's interface. The wire is Node's IPC channel with
 * structured clone; an error crosses it with its code. When the other side dies, every call that
 * waits rejects with `role-died`, and it is the caller's business to ask again.
 */
import { GannetError, isDiskFull, type ErrorCode } from './errors.ts'

/** What is left of an interface when it is called from another process: its methods, all asynchronous. */
export type Remote<Api> = {
  readonly [Name in keyof Api as Api[Name] extends (...args: never[]) => unknown ? Name : never]: Api[Name] extends (
    ...args: infer Args
  ) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never
}

interface Call {
  readonly rpc: 'call'
  readonly id: number
  readonly method: string
  readonly args: readonly unknown[]
}
interface Reply {
  readonly rpc: 'reply'
  readonly id: number
  readonly value?: unknown
  readonly error?: { readonly code: ErrorCode; readonly message: string }
}

/** One end of a channel: `process` in a child, a ChildProcess in its parent. */
export interface Channel {
  send(message: object): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: (why: string) => void): void
}

export interface Peer {
  /** The other side's interface. Method names may be dotted paths: `schedule.reserve`. */
  remote<Api>(prefix?: string): Remote<Api>
  /** Calls under way. */
  readonly waiting: number
}

type Handler = (...args: readonly unknown[]) => unknown

const resolveMethod = (api: object, path: string): Handler => {
  let owner: unknown = api
  const names = path.split('.')
  const last = names.pop() as string
  for (const name of names) owner = (owner as Record<string, unknown>)[name]
  const method = (owner as Record<string, unknown> | undefined)?.[last]
  if (typeof method !== 'function') throw new GannetError('internal', `no such method: ${path}`)
  return (method as Handler).bind(owner)
}

const describe = (error: unknown): NonNullable<Reply['error']> => {
  if (GannetError.is(error)) return { code: error.code, message: error.message }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return isDiskFull(error)
    ? { code: 'disk-full', message: 'no room left on the disk: free some, then run the same command again to resume' }
    : { code: 'internal', message }
}

const isCall = (m: unknown): m is Call => (m as Call | null)?.rpc === 'call'
const isReply = (m: unknown): m is Reply => (m as Reply | null)?.rpc === 'reply'

/** Serves `api` on the channel and lets this side call the other. */
export const connect = (channel: Channel, api: object): Peer => {
  const pending = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  let lastId = 0
  let closed: string | null = null

  channel.onMessage((message) => {
    if (isReply(message)) {
      const call = pending.get(message.id)
      pending.delete(message.id)
      if (message.error) call?.reject(new GannetError(message.error.code, message.error.message))
      else call?.resolve(message.value)
    } else if (isCall(message)) {
      void (async () => {
        let reply: Reply
        try {
          reply = { rpc: 'reply', id: message.id, value: await resolveMethod(api, message.method)(...message.args) }
        } catch (error) {
          reply = { rpc: 'reply', id: message.id, error: describe(error) }
        }
        if (closed === null) channel.send(reply)
      })()
    }
  })
  channel.onClose((why) => {
    closed = why
    for (const call of pending.values()) call.reject(new GannetError('role-died', why))
    pending.clear()
  })

  const call = (method: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (closed !== null) return reject(new GannetError('role-died', closed))
      const id = ++lastId
      pending.set(id, { resolve, reject })
      channel.send({ rpc: 'call', id, method, args } satisfies Call)
    })

  const proxy = (prefix: string): object =>
    new Proxy(Object.freeze({}), {
      get: (_target, name) =>
        // A proxy that looked like a promise would be awaited by mistake.
        typeof name === 'symbol' || name === 'then' ? undefined
        : (...args: unknown[]) => call(prefix + name, args),
    })

  return {
    remote: <Api>(prefix = '') => proxy(prefix && `${prefix}.`) as Remote<Api>,
    get waiting() {
      return pending.size
    },
  }
}
