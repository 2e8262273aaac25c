/** How copies are found among many other pictures: of photographs of COCO, with ImageNet's and Caltech-101's beside them. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { row, type Benchmark } from './bench.ts'

const SHARED = path.resolve(import.meta.dirname, '../../shared')
/** Other than those that weights and thresholds were looked at with. */
const SEED = 3
const LEAST = { recall: 0.95, precision: 0.995 }
const MOST_MISTAKEN = 0.01

export const copies: Benchmark = async ({ dist, quick, say }) => {
  const photographs = (name: string): string => path.join(SHARED, 'photos', name)
  if (!existsSync(photographs('coco-val'))) throw new Error(`the photographs are not here (${photographs('coco-val')})`)
  const { evaluate } = (await import(pathToFileURL(path.join(dist, 'app/evaluate.js')).href)) as typeof import('../src/app/evaluate.ts')
  let told = 0
  const found = await evaluate({
    task: 'copy', data: photographs('coco-val/images'), others: quick ? [] : [photographs('imagenet-sample'), photographs('caltech101')], alike: photographs('caltech101/Faces'),
    modelsDir: path.join(SHARED, 'models'), model: 'mobilenetv2', seed: SEED,
    onProgress(done, of) {
      // Designs and scenes are looked at when all are stored: what is told ends before them.
      if (done - told < 1000) return
      told = done
      say(`  ${done} of ${of} pictures`)
    },
  })
  const { mistaken = [] } = found
  const metric = (name: string): number => found.metrics[name] as number
  const sure = (name: string): string => {
    const interval = found.intervals[name]
    return interval ? ` (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})` : ''
  }
  const kinds = Object.keys(found.metrics).filter((name) => name.startsWith('recall.'))
  return {
    rows: [
      row({ what: `copies found${sure('recall')}`, value: metric('recall'), unit: 'share', target: { least: LEAST.recall } }),
      row({ what: `taken for copies and are${sure('precision')}`, value: metric('precision'), unit: 'share', target: { least: LEAST.precision } }),
      ...kinds.map((name) => row({ what: `found of those by ${name.slice('recall.'.length)}${sure(name)}`, value: metric(name), unit: 'share', target: { least: LEAST.recall } })),
      row({ what: 'most that could be found at a precision of .995', value: metric('recallAtPrecision'), unit: 'share' }),
      row({ what: 'µAP', value: metric('microAp'), unit: 'share' }),
      row({ what: `designs with other words taken for copies${sure('mistaken.design')}`, value: metric('mistaken.design'), unit: 'share', target: { most: MOST_MISTAKEN } }),
      row({ what: `neighbouring shots of one person taken for copies${sure('mistaken.alike')}`, value: metric('mistaken.alike'), unit: 'share', target: { most: MOST_MISTAKEN } }),
      row({ what: 'decoding, vector, search and comparisons of a picture with nine copies', value: found.msPerImage, unit: 'ms' }),
    ],
    notes: [
      `128 photographs of COCO val2017 are asked for in a store of ${found.images - 128} pictures: eight copies of each (evaluate/copy-cases.ts, seed ${SEED}), and all photographs of the ImageNet sample and of Caltech-101. In parentheses: intervals of 95 %.`,
      'Shots of one person: neighbours in the Faces of Caltech-101, two of which differ by a smile only.',
      mistaken.length === 0 ? 'No other picture was taken for a copy.' : `Taken for copies and are not: ${mistaken.map((pair) => pair.map((file) => path.basename(file)).join(' and ')).join('; ')}.`,
    ],
  }
}
