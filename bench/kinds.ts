/** Whether the kinds keep junk out and photographs in, on pictures, variants of junk and seeds that nothing was fitted or chosen on. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { row, type Benchmark } from './bench.ts'
import { samplesOf } from './junk/corpus.ts'

const SHARED = path.resolve(import.meta.dirname, '../../shared')
const LEAST = 97

export const kinds: Benchmark = async ({ dist, quick, say }) => {
  if (!existsSync(path.join(SHARED, 'photos'))) throw new Error(`the photographs are not here (${SHARED})`)
  const { evaluateKind } = (await import(pathToFileURL(path.join(dist, 'app/evaluate-kind.js')).href)) as typeof import('../src/app/evaluate-kind.ts')
  const data = await mkdtemp(path.join(tmpdir(), 'gannet-kinds-'))
  try {
    let n = 0
    for await (const { kind, bytes } of samplesOf(SHARED, 'frozen')) {
      if (n++ % (quick ? 8 : 1) !== 0) continue
      await mkdir(path.join(data, kind), { recursive: true })
      await writeFile(path.join(data, kind, `${n}.jpg`), bytes)
    }
    const rows = []
    for (const modelsDir of [undefined, path.join(SHARED, 'models')]) {
      const { pack, images, metrics, intervals, msPerImage } = await evaluateKind({ data, modelsDir })
      say(`  ${pack}: ${images} pictures`)
      const percent = (name: string): number => 100 * (metrics[name] as number)
      const sure = (name: string): string => `${(100 * (intervals[name]?.low ?? 0)).toFixed(1)} to ${(100 * (intervals[name]?.high ?? 0)).toFixed(1)}`
      const target = modelsDir === undefined ? {} : { target: { least: LEAST } }
      rows.push(
        row({ what: `${pack}: of what is kept, worth keeping (${sure('keptWorth')})`, value: percent('keptWorth'), unit: '%', ...target }),
        row({ what: `${pack}: of what is worth keeping, kept (${sure('worthKept')})`, value: percent('worthKept'), unit: '%', ...target }),
        row({ what: `${pack}: kind told right`, value: percent('accuracy'), unit: '%' }),
        row({ what: `${pack}: a picture, decoded and seen`, value: msPerImage, unit: 'ms' }),
      )
    }
    return {
      rows,
      notes: [
        'Junk is drawn by variants of bench/junk that neither weights nor threshold have seen, with seeds of their own; photographs are those of COCO and ImageNet that are left, resized and encoded anew; products are cut from them.',
        'Intervals of 95 % are drawn from the pictures, not from the variants of junk: another style of drawing may do worse.',
      ],
    }
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}
