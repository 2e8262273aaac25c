/** A fleet of real processes on the loopback: task servers, dispatchers, and whoever kills them and starts them again. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'

import type { FalseClock } from '../engines/false-clock.ts'
import type { Network } from '../engines/network.ts'

const CLI = resolve(import.meta.dirname, '../../dist/cli/main.js')
const KEEP = 8_000
/** A server that is asked to end lets what is under way come to its end. */
const DRAIN_MS = 30_000

export interface Member {
  readonly name: string
  /** Of its HTTP interface, once it stands. */
  readonly url: string
  readonly pid: number
  /** The last it said on standard error. */
  readonly words: string
  readonly alive: boolean
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again as it was, on the same folder and port. */
  restart(): Promise<void>
}

export interface FleetOptions {
  readonly redis: string
  /** A folder that the fleet may fill. */
  readonly dir: string
  readonly nodes: number
  readonly dispatchers: number
  /** For every task server. */
  readonly flags?: readonly string[]
  readonly delayMs?: number
  /** The last task server runs on its far machine. */
  readonly network?: Network
  /** The second task server and the first dispatcher run by it. */
  readonly clock?: FalseClock
}

export interface RequestState {
  readonly id: string
  readonly state: 'running' | 'ended'
  readonly accepted: number
  readonly ended: number
  readonly pending: number
  readonly kept: number
  readonly refused: number
  readonly rejected: number
  readonly duplicates: number
  readonly failed: number
  readonly reasons: Readonly<Record<string, number>>
}

export interface TestFleet {
  readonly nodes: readonly Member[]
  readonly dispatchers: readonly Member[]
  /** Hands a request to the nth task server. */
  post(node: number, request: object, key?: string): Promise<{ readonly status: number; readonly body: { readonly id: string; readonly accepted: number } }>
  progress(node: number, id: string): Promise<RequestState>
  /** Until the request has ended. */
  ended(node: number, id: string, withinMs: number): Promise<RequestState>
  stop(): Promise<void>
}

const ANSWERS = /answers at (http:\S+?);?(?:\s|$)/

interface Surroundings {
  /** Its address. */
  readonly host: string
  /** What its command is prefixed with. */
  readonly within: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const HERE: Surroundings = { host: '127.0.0.1', within: [], env: {} }

/** One member by itself: `gannet node` or `gannet dispatch`, with its flags. */
export const raise = async (name: string, command: readonly string[], { host, within, env }: Surroundings = HERE): Promise<Member> => {
  let child: ChildProcess
  let words = ''
  let alive = false
  let url = ''
  let listen = `${host}:0`

  const start = async (): Promise<void> => {
    words = ''
    const [program = '', ...args] = [...within, process.execPath, CLI, ...command, '--name', name, '--listen', listen]
    child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env, NO_COLOR: '1' } })
    alive = true
    child.once('exit', () => (alive = false))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-KEEP)))
    const until = Date.now() + 60_000
    for (let found = ANSWERS.exec(words); ; found = ANSWERS.exec(words)) {
      if (found) {
        url = found[1] as string
        listen = new URL(url).host
        return
      }
      if (!alive || Date.now() > until) throw new Error(`${name} does not stand: ${words}`)
      await pass(20)
    }
  }
  await start()
  return {
    name,
    get url() {
      return url
    },
    get pid() {
      return child.pid as number
    },
    get words() {
      return words
    },
    get alive() {
      return alive
    },
    async kill(signal = 'SIGKILL') {
      if (!alive) return
      const gone = once(child, 'exit')
      child.kill(signal)
      await gone
    },
    restart: start,
  }
}

export const startFleet = async (options: FleetOptions): Promise<TestFleet> => {
  const { redis, dir, nodes, dispatchers, flags = [], delayMs = 0, network, clock } = options
  const pace = ['--redis', redis]
  const at = (isFar: boolean, hasClock: boolean): Surroundings => ({
    host: (isFar ? network?.far : network?.here) ?? '127.0.0.1', within: isFar ? (network?.onFar ?? []) : [], env: hasClock ? (clock?.env ?? {}) : {},
  })
  const allowed = ['--allow-address', '127.0.0.0/8', ...(network ? ['--allow-address', network.range] : [])]
  const dispatching = await Promise.all(Array.from({ length: dispatchers }, (_, n) =>
    raise(`dispatch-${n}`, ['dispatch', ...pace, '--delay', String(delayMs)], at(false, n === 0))))
  const working: Member[] = []
  // One after another: the first is where pictures are kept.
  for (let n = 0; n < nodes; n++) {
    working.push(await raise(`node-${n}`, ['node', ...pace, '--data', join(dir, `node-${n}`), ...allowed, ...flags], at(n > 0 && n === nodes - 1, n === 1)))
  }
  const progress = async (node: number, id: string): Promise<RequestState> => {
    const answer = await fetch(`${working[node]?.url}/v1/requests/${id}`)
    if (answer.status !== 200) throw new Error(`progress of ${id} is answered with ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as RequestState
  }
  return {
    nodes: working,
    dispatchers: dispatching,
    progress,
    async post(node, request, key) {
      const answer = await fetch(`${working[node]?.url}/v1/requests`, {
        method: 'POST', body: JSON.stringify(request), headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
      })
      return { status: answer.status, body: (await answer.json()) as { id: string; accepted: number } }
    },
    async ended(node, id, withinMs) {
      for (const until = Date.now() + withinMs; ; await pass(100)) {
        const state = await progress(node, id).catch(() => null)
        if (state?.state === 'ended') return state
        if (Date.now() > until) throw new Error(`it has not ended: ${JSON.stringify(state)}\n${working.map((one) => `${one.name}: ${one.words}`).join('\n')}\n${dispatching.map((one) => `${one.name}: ${one.words}`).join('\n')}`)
      }
    },
    async stop() {
      const late: string[] = []
      await Promise.all([...working, ...dispatching].map(async (one) => {
        const timer = setTimeout(() => {
          late.push(`${one.name}: ${one.words}`)
          void one.kill()
        }, DRAIN_MS)
        await one.kill('SIGTERM')
        clearTimeout(timer)
      }))
      if (late.length > 0) throw new Error(`asked to end, these did not within ${DRAIN_MS / 1000} s:\n${late.join('\n')}`)
    },
  }
}
