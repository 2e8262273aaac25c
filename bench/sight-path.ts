/**
 * What stands between a file and what the models say of it, against the runtime alone: from tensors that are ready (what
 * batching and the reading of outputs take), and from files (what hashing, looks and messages take).
 */
import { fork } from 'node:child_process'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Body } from '../src/core/body.ts'
import { openEyes, outputsOf, type Pack, type PackChoice, type Viewed } from '../src/models/index.ts'
import { load } from '../src/models/runtime.ts'
import type { BareSightModel } from './bare-sight-worker.ts'
import { row, type Row, type Setting } from './bench.ts'
import { median } from './compare.ts'

const LEAST_BATCHING = 0.95
const LEAST_END_TO_END = 0.9
const BATCH = 32
/** Pictures of a turn, for each process. */
const TURN = 40

const outputsFor = ({ path: file, manifest }: Pack, { detect, classify, embed }: PackChoice): readonly string[] => [
  ...(detect?.path === file && manifest.detect ? outputsOf(manifest.detect) : []),
  ...(classify?.path === file && manifest.classify ? [manifest.classify.output] : []),
  ...(embed?.path === file && manifest.embed ? [manifest.embed.output] : []),
]

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Medians of a turn's milliseconds. A turn of one side follows one of the other, and who begins alternates. */
const inTurn = async (turns: number, a: () => Promise<unknown>, b: () => Promise<unknown>): Promise<{ readonly a: number; readonly b: number; readonly ratio: number }> => {
  const [as, bs, ratios] = [[] as number[], [] as number[], [] as number[]]
  for (let turn = -1; turn < turns; turn++) {
    const first = turn % 2 === 0 ? await timed(a) : Number.NaN
    const second = await timed(b)
    const other = turn % 2 === 0 ? first : await timed(a)
    // The first turn warms both up.
    if (turn < 0) continue
    as.push(other)
    bs.push(second)
    ratios.push(second / other)
  }
  return { a: median(as), b: median(bs), ratio: median(ratios) }
}

/** The product's batching and heads, given tensors instead of making them, against bare runs of the same sessions. */
const batching = async (choice: PackChoice, packs: readonly Pack[], turns: number) => {
  const ready = new Map(packs.map(({ manifest: { input } }) => [input.name, Float32Array.from({ length: 3 * input.width * input.height }, (_, at) => ((at * 7919) % 255) * 0.5)]))
  const eyes = await openEyes(choice, {
    projector: {
      fitOf: ({ width, height }) => ({ width, height, scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 }),
      fillTensor: ({ name }, _fit, _rgb, target, offset) => target.set(ready.get(name) as Float32Array, offset),
    },
  })
  const sessions = await Promise.all(packs.map(async (pack) => ({ session: await load(pack, outputsFor(pack, choice)), input: ready.get(pack.manifest.input.name) as Float32Array })))
  const viewed: readonly Viewed[] = Array.from({ length: BATCH }, () => ({ rgb: { data: new Uint8Array(3), width: 1, height: 1 }, width: 640, height: 480 }))
  const found = await inTurn(turns, () => eyes.see(viewed), async () => {
    for (let n = 0; n < BATCH; n++) for (const { session, input } of sessions) await session.run(input, 1)
  })
  await eyes.close()
  for (const { session } of sessions) await session.close()
  return found
}

/** The product's vision processes against as many bare ones. */
const endToEnd = async (dist: string, choice: PackChoice, packs: readonly Pack[], files: readonly string[], processes: number, turns: number) => {
  const { openVision } = (await import(pathToFileURL(path.join(dist, 'app/vision-house.js')).href)) as typeof import('../src/app/vision-house.ts')
  const vision = openVision({ choice, processes, batch: BATCH, decodeSeconds: 20, emit: () => undefined })
  const models: readonly BareSightModel[] = packs.map((pack) => ({ path: pack.path, recipe: pack.manifest.input, outputs: outputsFor(pack, choice) }))
  const env = { ...process.env, MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? '8' }
  const bare = Array.from({ length: processes }, () => fork(new URL('./bare-sight-worker.ts', import.meta.url), { execArgv: ['--import', 'tsx'], serialization: 'advanced', env }))
  const ask = (message: object): Promise<unknown> => Promise.all(bare.map((child, at) => new Promise<void>((resolve, reject) => {
    child.once('exit', reject)
    child.once('message', () => {
      child.off('exit', reject)
      resolve()
    })
    child.send(Array.isArray(message) && typeof message[0] === 'string' ? message.filter((_, n) => n % processes === at) : message)
  })))
  try {
    await ask(models)
    let from = 0
    const turnFiles = (): readonly string[] => Array.from({ length: TURN * processes }, (_, n) => files[(from + n) % files.length] as string)
    const look = async (file: string): Promise<void> => {
      const seen = await vision.look({ kind: 'spool', path: file, size: (await stat(file)).size } as Body)
      await seen.infer()
      seen.release()
    }
    return await inTurn(turns, () => Promise.all(turnFiles().map(look)), async () => {
      await ask([...turnFiles()])
      from += TURN * processes
    })
  } finally {
    for (const child of bare) child.kill()
    await vision.close()
  }
}

export const sightRows = async ({ dist, quick, runs, say }: Setting, choice: PackChoice, packs: readonly Pack[], files: readonly string[], processes: number): Promise<readonly Row[]> => {
  const turns = quick ? 4 : 4 * runs
  const ready = await batching(choice, packs, turns)
  say(`  from tensors: ${((1000 * BATCH) / ready.a).toFixed(1)}/s through the eyes, ${((1000 * BATCH) / ready.b).toFixed(1)}/s bare; ratio of pairs ${ready.ratio.toFixed(3)}`)
  const whole = await endToEnd(dist, choice, packs, files, processes, turns)
  const rate = (ms: number): number => (1000 * TURN * processes) / ms
  say(`  from files: ${rate(whole.a).toFixed(1)}/s through vision, ${rate(whole.b).toFixed(1)}/s bare; ratio of pairs ${whole.ratio.toFixed(3)}`)
  return [
    row({ what: 'from tensors that are ready, through batching and heads, one process, against bare runs', value: (1000 * BATCH * ready.ratio) / ready.b, against: (1000 * BATCH) / ready.b, unit: 'images/s', target: { least: LEAST_BATCHING } }),
    row({ what: `from files, decoded, hashed, looked at and seen, ${processes} processes, against a bare loop of decoding and inference`, value: rate(whole.b) * whole.ratio, against: rate(whole.b), unit: 'images/s', target: { least: LEAST_END_TO_END } }),
  ]
}
