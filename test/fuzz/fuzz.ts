/**
 * A fuzz run: targets one after another in a few child processes. The parent is the watchdog: a child that says
 * nothing for too long is killed, one that dies is replaced, and the input that it was at is named.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sample, stringify } from 'fast-check'
import type { Order } from './child.ts'
import type { Failure, Tried } from './run-target.ts'
import type { Target } from './target.ts'

/** Milliseconds without a new input: more than any deadline inside the child. */
const SILENCE_MS = 60_000
const LOOK_MS = 500

export interface FuzzOptions {
  readonly targets: readonly Target[]
  readonly seed: number
  /** Of all targets together. */
  readonly seconds: number
  /** Inputs of each target at most. */
  readonly count?: number
  readonly path?: string
  /** Children at a time (default 2). */
  readonly lanes?: number
  readonly onTried?: (tried: Tried) => void
}

/** The input that a child was at when it was lost. */
const inputAt = async (target: Target, marks: string, what: string): Promise<Failure> => {
  const [seed = 0, index = 0] = (await readFile(marks, 'utf8').catch(() => '')).trim().split(' ').map(Number)
  const made = await target.start()
  try {
    const input = sample(made.arbitrary, { seed, numRuns: index + 1 }).at(-1)
    return { target: target.name, seed, path: String(index), input: stringify(input), error: what }
  } finally {
    await made.close?.()
  }
}

/** What a child says last is why it dies; most of the rest is what native decoders mutter over hostile files. */
const MOST_SAID = 2000

const tryIn = (child: ChildProcess, order: Order, marks: string): Promise<Tried | string> =>
  new Promise((resolve) => {
    let said = ''
    const listen = (text: Buffer): void => void (said = (said + String(text)).slice(-MOST_SAID))
    const end = (outcome: Tried | string): void => {
      clearInterval(watch)
      child.removeAllListeners()
      child.stderr?.off('data', listen)
      resolve(outcome)
    }
    let heard = Date.now()
    const watch = setInterval(() => {
      void stat(marks).then(({ mtimeMs }) => {
        heard = Math.max(heard, mtimeMs)
        if (Date.now() - heard < SILENCE_MS) return
        child.kill('SIGKILL')
        end(`hangs: nothing came for ${SILENCE_MS} ms, and the process was killed`)
      }, () => undefined)
    }, LOOK_MS)
    child.stderr?.on('data', listen)
    child.once('message', (tried: Tried) => end(tried))
    child.once('exit', (code, signal) => end(`the process died (${signal ?? code}): ${said}`))
    child.send(order)
  })

/** Tries every target, its share of the time each. */
export const fuzz = async (options: FuzzOptions): Promise<readonly Tried[]> => {
  const { targets, seed, seconds, count = Infinity, path, onTried } = options
  const lanes = Math.max(1, Math.min(options.lanes ?? 2, targets.length))
  const weights = targets.reduce((sum, { weight = 1 }) => sum + weight, 0)
  const dir = await mkdtemp(join(tmpdir(), 'gannet-fuzz-'))
  const waiting = [...targets]
  const results: Tried[] = []
  const lane = async (number: number): Promise<void> => {
    const marks = join(dir, `marks-${number}`)
    let child: ChildProcess | null = null
    for (let target = waiting.shift(); target; target = waiting.shift()) {
      child ??= fork(fileURLToPath(new URL('child.ts', import.meta.url)), [marks], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
      const share = (seconds * lanes * (target.weight ?? 1)) / weights
      const most = Number.isFinite(count) ? count : Number.MAX_SAFE_INTEGER
      const order: Order = { target: target.name, seed, seconds: share, count: most, ...(path !== undefined && { path }) }
      const outcome: Tried | string = await tryIn(child, order, marks)
      const lost = typeof outcome === 'string'
      if (lost) child = null
      const tried: Tried = lost
        ? { target: target.name, inputs: 0, slowestMs: SILENCE_MS, yields: {}, failure: await inputAt(target, marks, outcome) }
        : outcome
      results.push(tried)
      onTried?.(tried)
    }
    child?.kill()
  }
  try {
    await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
  return results
}

/** What was found, with the command that shows it again. */
export const told = ({ target, seed, path, input, error }: Failure): string =>
  `${target}: ${error}\n  input: ${input}\n  again: npm run fuzz -- --target ${target} --seed ${seed} --path ${path}`
