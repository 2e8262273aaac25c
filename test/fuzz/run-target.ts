/**
 * Tries one target for a while, batch after batch, each with a seed of its own so that a failure can be had again
 * without all that came before it. An input that takes more than a second of the processor, or that hangs, fails
 * like one that breaks a promise, and is shrunk like it. However little the machine has to give, a few inputs are tried.
 */
import { runInThisContext } from 'node:vm'
import { asyncProperty, check, property, stringify, type Parameters, type RunDetails } from 'fast-check'
import type { Target, Trial } from './target.ts'
import { Broken } from './target.ts'

/** Of the wall, where the machine may have other things to do: so many times what an input may take, and it is cut off. */
const CUT_OFF_TIMES = 5
/** The same for what cannot be cut off, and waits for others too: so much at least. */
const PATIENCE_TIMES = 3
const LEAST_PATIENCE_MS = 10_000
const BATCH = 100
/** Tried even when the time is over: fewer would show nothing. */
const LEAST = 20

export interface Failure {
  readonly target: string
  readonly seed: number
  readonly path: string
  readonly input: string
  readonly error: string
}

export interface Tried {
  readonly target: string
  readonly inputs: number
  readonly slowestMs: number
  readonly yields: Readonly<Record<string, number>>
  readonly failure: Failure | null
}

export interface Run {
  readonly seed: number
  /** Whichever comes first, but for a few inputs. */
  readonly seconds: number
  readonly count: number
  /** Of a failure: only it is tried. */
  readonly path?: string
  /** Told before each input, so that one which takes the whole process with it can be named. */
  readonly onInput?: (seed: number, index: number) => void
}

const cpuMs = (start: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

/** Interrupts loops and regular expressions alike; a promise comes back at once and is waited for elsewhere. */
const cutOff = <Result>(run: () => Result, ms: number): Result => {
  const holder = globalThis as { fuzzed?: () => Result }
  holder.fuzzed = run
  try {
    return runInThisContext('fuzzed()', { timeout: ms }) as Result
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new Broken(`hangs: cut off after ${ms} ms`)
    throw error
  }
}

/** What waits for what never comes cannot be interrupted, but it can be told. */
const inTime = async (work: Promise<void>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Broken(`hangs: not done after ${ms} ms`)), ms)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const timed = ({ check: holds, isAsync, mostMs }: Trial, onMs: (ms: number) => void) => {
  const slow = (ms: number) => new Broken(`takes ${Math.round(ms)} ms, more than ${mostMs}`)
  if (isAsync) {
    return async (input: unknown): Promise<void> => {
      for (let tries = 3, least = Infinity; tries > 0; tries--) {
        const start = process.cpuUsage()
        await inTime(holds(input) as Promise<void>, Math.max(LEAST_PATIENCE_MS, PATIENCE_TIMES * mostMs))
        least = Math.min(least, cpuMs(start))
        if (least <= mostMs) return onMs(least)
        if (tries === 1) throw slow(least)
      }
    }
  }
  return (input: unknown): void => {
    // The collector, or a compilation, may fall into any run: what is slow is slow again.
    for (let tries = 3, least = Infinity; tries > 0; tries--) {
      const start = process.cpuUsage()
      cutOff(() => holds(input), CUT_OFF_TIMES * mostMs)
      least = Math.min(least, cpuMs(start))
      if (least <= mostMs) return onMs(least)
      if (tries === 1) throw slow(least)
    }
  }
}

const failureOf = (target: string, seed: number, { counterexample, counterexamplePath, errorInstance }: RunDetails<[unknown]>): Failure => ({
  target, seed, path: counterexamplePath ?? '',
  input: stringify(counterexample?.[0]),
  error: errorInstance instanceof Broken ? errorInstance.message : errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance),
})

export const runTarget = async (target: Target, { seed, seconds, count, path, onInput }: Run): Promise<Tried> => {
  const made = await target.start()
  let inputs = 0
  let slowestMs = 0
  const end = performance.now() + seconds * 1000
  const once = timed(made, (ms) => void (slowestMs = Math.max(slowestMs, ms)))
  try {
    for (let batch = 0; inputs < count && (inputs < LEAST || performance.now() < end); batch++) {
      let index = 0
      const mark = (): void => {
        onInput?.(seed + batch, index++)
        inputs++
      }
      const settings: Parameters<[unknown]> = {
        seed: seed + batch, numRuns: Math.min(BATCH, count - inputs), skipAllAfterTimeLimit: Math.max(1000, end - performance.now()), maxSkipsPerRun: 0,
        ...(path !== undefined && { path, numRuns: 1, endOnFailure: true }),
      }
      const details = made.isAsync
        ? await check(asyncProperty(made.arbitrary, async (input) => (mark(), await once(input))), settings)
        : check(property(made.arbitrary, (input) => (mark(), void once(input))), settings)
      if (details.failed && details.counterexample !== null) {
        return { target: target.name, inputs, slowestMs, yields: made.yields, failure: failureOf(target.name, seed + batch, details) }
      }
      if (path !== undefined) break
    }
    return { target: target.name, inputs, slowestMs, yields: made.yields, failure: null }
  } finally {
    await made.close?.()
  }
}
