/** Starts a role in a child process and talks to it; a standing role is started again when it dies. */
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { GannetError } from '../core/errors.ts'
import { connect, type Channel, type Peer, type Remote } from '../core/rpc.ts'
import { lastWords } from './last-words.ts'
import type { ChildRole } from './roles.ts'

export interface ExitReason {
  readonly signal: string | null
  readonly code: number | null
  /** The last lines the process wrote to its standard error, without remarks of native libraries. */
  readonly words: string
}

export interface RoleProcess {
  readonly pid: number
  readonly peer: Peer
  readonly exited: Promise<ExitReason>
  /** Lets it close its stores; kills it when that takes longer than `graceMs`. */
  stop(graceMs?: number): Promise<void>
  kill(): void
}

const ENTRY = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './role-main.ts' : './role-main.js', import.meta.url))
const KEEP_WORDS = 4_000
/** A role that has not answered its start by then never will; following a large catalogue takes the longest. */
const START_MS = 300_000

const channelOf = (child: ChildProcess, role: string): Channel => ({
  send(message) {
    // A channel that is closing reports through `exit`; the callback keeps the error from being thrown.
    if (child.connected) child.send(message, () => undefined)
  },
  onMessage: (listener) => void child.on('message', listener),
  onClose: (listener) =>
    void child.once('exit', (code, signal) => listener(`the ${role} process died (${signal ?? `exit ${code}`})`)),
})

/**
 * @param init what the role's factory gets; sent as the first call
 * @param api what the child may call back
 */
export const startRole = async <Init>(role: ChildRole, init: Init, api: object): Promise<RoleProcess> => {
  const child = fork(ENTRY, [role], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // glibc keeps an arena a thread; libvips' threads would hold on to hundreds of megabytes.
    env: { ...process.env, MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? '8' },
  })
  let words = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-KEEP_WORDS)
  })
  const exited = new Promise<ExitReason>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, words: lastWords(words) }))
    child.once('error', (error) => resolve({ code: null, signal: null, words: words + error.message }))
  })
  const peer = connect(channelOf(child, role), api)
  const kill = (): void => void child.kill('SIGKILL')
  const patience = setTimeout(kill, START_MS)
  try {
    await peer.remote<{ start(init: Init): Promise<void> }>().start(init)
  } catch (error) {
    kill()
    if (!GannetError.is(error, 'role-died')) throw error
    const why = await exited
    throw new GannetError('role-died', `the ${role} process died as it started (${why.signal ?? `exit ${why.code}`}) ${why.words}`.trim())
  } finally {
    clearTimeout(patience)
  }
  return {
    pid: child.pid as number,
    peer,
    exited,
    kill,
    async stop(graceMs = 10_000) {
      const timer = setTimeout(kill, graceMs)
      await peer.remote<{ stop(): Promise<void> }>().stop().catch(() => undefined)
      await exited
      clearTimeout(timer)
    },
  }
}

export interface StandingRole {
  /** Waits for the process to stand; a call under way when it dies rejects with `role-died`. */
  once<Api>(prefix: string): Remote<Api>
  /** The same, but a call that the death interrupted is made again: for idempotent interfaces only. */
  again<Api>(prefix: string): Remote<Api>
  pid(): number | null
  /** How the last process that is gone came to its end; null while there is none. */
  lastExit(): ExitReason | null
  /** Ends the process where it stands; it is started again. */
  kill(): void
  stop(): Promise<void>
}

/** Deaths within a second of their start, one after another, after which there is no point in going on. */
const RAPID_DEATHS = 6
const RAPID_MS = 1_000

export const keepRole = (options: {
  readonly role: ChildRole
  readonly start: () => Promise<RoleProcess>
  readonly onRestart: (why: ExitReason) => void
}): StandingRole => {
  const { role } = options
  let stopping = false
  let rapid = 0
  let current: Promise<RoleProcess>
  let standing: RoleProcess | null = null
  let lastExit: ExitReason | null = null

  const raise = async (): Promise<RoleProcess> => {
    for (;;) {
      const startedAt = Date.now()
      try {
        const child = await options.start()
        standing = child
        void child.exited.then((why) => {
          standing = null
          lastExit = why
          if (stopping) return
          rapid = Date.now() - startedAt < RAPID_MS ? rapid + 1 : 0
          options.onRestart(why)
          current = raise()
          current.catch(() => undefined)
        })
        return child
      } catch (error) {
        if (!GannetError.is(error, 'role-died') || stopping) throw error
        rapid++
        if (rapid >= RAPID_DEATHS) {
          throw new GannetError('role-failing', `the ${role} process keeps dying; its last words: ${error.message}`, { cause: error })
        }
        await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** rapid))
      }
    }
  }
  current = raise()
  current.catch(() => undefined)

  const remote = <Api>(prefix: string, again: boolean): Remote<Api> =>
    new Proxy(Object.freeze({}), {
      get: (_target, name) =>
        typeof name === 'symbol' || name === 'then' ? undefined
        : async (...args: unknown[]) => {
            for (;;) {
              const child = await current
              try {
                const api = child.peer.remote<Record<string, (...args: unknown[]) => Promise<unknown>>>(`api${prefix && `.${prefix}`}`)
                return await (api[name] as (...args: unknown[]) => Promise<unknown>)(...args)
              } catch (error) {
                if (!again || stopping || !GannetError.is(error, 'role-died')) throw error
                // Its exit is handled before the next start is awaited.
                await child.exited
              }
            }
          },
    }) as Remote<Api>

  return {
    once: (prefix) => remote(prefix, false),
    again: (prefix) => remote(prefix, true),
    pid: () => standing?.pid ?? null,
    lastExit: () => lastExit,
    kill: () => standing?.kill(),
    async stop() {
      stopping = true
      await current.then((child) => child.stop(), () => undefined)
    },
  }
}
