/** How well a linear head on the product's vectors tells the classes of Caltech-101 apart, 30 pictures a class for training. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { row, type Benchmark } from './bench.ts'

const SHARED = path.resolve(import.meta.dirname, '../../shared')
const TRAIN_ON = 30
const SEEDS = 3
/** Percent. */
const LEAST = { top1: 93, perClass: 89 }

/** Two sets of the same faces, one with more of the ground: who looks at the centre cannot tell which is meant. */
const MERGED: Readonly<Record<string, string>> = { Faces_easy: 'Faces' }
const LEFT_OUT = 'BACKGROUND_Google'

/** The set as it is commonly measured, as folders of links. */
const layClasses = async (from: string, to: string): Promise<number> => {
  const classes = new Set<string>()
  for (const name of (await readdir(from)).filter((one) => one !== LEFT_OUT)) {
    const label = MERGED[name] ?? name
    classes.add(label)
    await mkdir(path.join(to, label), { recursive: true })
    for (const file of await readdir(path.join(from, name))) await symlink(path.join(from, name, file), path.join(to, label, `${name}-${file}`))
  }
  return classes.size
}

export const linearHead: Benchmark = async ({ dist, quick, say }) => {
  const [from, modelsDir] = [path.join(SHARED, 'photos/caltech101'), process.env['GANNET_MODELS'] ?? path.join(SHARED, 'models')]
  if (!existsSync(from)) throw new Error(`the photographs are not here (${from})`)
  const { evaluate } = (await import(pathToFileURL(path.join(dist, 'app/evaluate.js')).href)) as typeof import('../src/app/evaluate.ts')
  const data = await mkdtemp(path.join(tmpdir(), 'gannet-caltech-'))
  try {
    const classes = await layClasses(from, data)
    let told = 0
    const found = await evaluate({
      task: 'linear', data, modelsDir, model: 'mobilenetv2', trainOn: TRAIN_ON, seeds: quick ? 1 : SEEDS,
      onProgress: (done, of) => {
        if (done - told < 1000 && done < of) return
        told = done
        say(`  ${done} of ${of} pictures`)
      },
    })
    const percent = (name: string): number => 100 * (found.metrics[name] as number)
    const sure = (name: string): string => `${(100 * (found.intervals[name]?.low ?? NaN)).toFixed(1)} to ${(100 * (found.intervals[name]?.high ?? NaN)).toFixed(1)} %`
    return {
      rows: [
        row({ what: 'right among all that was held out', value: percent('top1'), unit: '%', target: { least: LEAST.top1 } }),
        row({ what: 'mean of the classes', value: percent('perClass'), unit: '%', target: { least: LEAST.perClass } }),
        row({ what: 'among the first five', value: percent('top5'), unit: '%' }),
        ...(found.splits ?? []).flatMap((split) => [
          row({ what: `seed ${split['seed']}: right`, value: 100 * (split['top1'] as number), unit: '%' }),
          row({ what: `seed ${split['seed']}: mean of the classes`, value: 100 * (split['perClass'] as number), unit: '%' }),
        ]),
        row({ what: 'a picture from its file to its vector', value: found.msPerImage, unit: 'ms' }),
      ],
      notes: [
        `Caltech-101 (${found.images} pictures, short side 128 pixels, ${classes} classes): Faces and Faces_easy are one class, the background is left out. ${TRAIN_ON} pictures of each class for training, drawn by seed; all others are held out.`,
        `Vectors of ${found.pack}, decoded and shrunk as in a crawl. Intervals of 95 % of one split: ${sure('top1')}, mean of the classes ${sure('perClass')}.`,
        `\`gannet models eval --task linear --data FOLDER --train-on ${TRAIN_ON} --seeds ${SEEDS}\` gives the same for any folder of classes.`,
      ],
    }
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}
