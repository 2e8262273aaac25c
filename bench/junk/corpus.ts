/** What the kinds are fitted on and judged by: drawn junk, and photographs of ../shared, each in one of the splits. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { PictureKind } from '../../src/core/picture-kinds.ts'
import { cutProduct, drawJunk, DRAWN_KINDS, photoSupply, sentPhotograph, type Split } from './generate.ts'

export interface Sample {
  readonly kind: PictureKind
  readonly name: string
  readonly bytes: Buffer
}

/** Pictures of each drawn kind. */
const DRAWN: Readonly<Record<Split, number>> = { tuning: 400, choosing: 150, frozen: 150 }
const PRODUCTS: Readonly<Record<Split, number>> = { tuning: 500, choosing: 128, frozen: 128 }

const list = async (folder: string): Promise<readonly string[]> => (await readdir(folder)).sort().map((name) => path.join(folder, name))

/** Classes of Caltech-101 that are drawn. */
const CARTOONS: ReadonlySet<string> = new Set(['garfield', 'snoopy'])

/** Every ninth of each class, as it is: other cameras, and many things on plain ground. */
const caltech = async (shared: string): Promise<readonly string[]> => {
  const classes = (await list(path.join(shared, 'photos/caltech101'))).filter((folder) => !CARTOONS.has(path.basename(folder)))
  return (await Promise.all(classes.map(list))).flatMap((files) => files.filter((_, n) => n % 9 === 0))
}

/** Of the sample of ImageNet every second photograph is for tuning; the others, and those of COCO, are the other splits' by turns. */
export const photographsOf = async (shared: string, split: Split): Promise<readonly string[]> => {
  const sample = await list(path.join(shared, 'photos/imagenet-sample'))
  if (split === 'tuning') return sample.filter((_, n) => n % 2 === 0)
  const held = [...sample.filter((_, n) => n % 2 === 1), ...(await list(path.join(shared, 'photos/coco-val/images')))]
  return held.filter((_, n) => (n % 2 === 0) === (split === 'choosing'))
}

/** In no order that matters, one at a time. */
export async function* samplesOf(shared: string, split: Split): AsyncGenerator<Sample> {
  const photographs = await photographsOf(shared, split)
  const supply = await photoSupply(photographs.filter((_, n) => n % 4 === 0))
  for (const kind of DRAWN_KINDS) {
    for (let seed = 0; seed < DRAWN[split]; seed++) {
      const { bytes, variant } = await drawJunk(kind, split, seed, supply)
      yield { kind, name: `${variant} ${seed}`, bytes }
    }
  }
  for (const [seed, file] of photographs.entries()) {
    yield { kind: 'photograph', name: path.basename(file), bytes: await sentPhotograph(file, split, seed) }
  }
  if (split === 'tuning') {
    for (const file of await caltech(shared)) yield { kind: 'photograph', name: path.basename(file), bytes: await readFile(file) }
  }
  for (let seed = 0; seed < PRODUCTS[split]; seed++) {
    // Those that are held out are cut from COCO's, at the end, first.
    const file = (split === 'tuning' ? photographs[seed % photographs.length] : photographs[photographs.length - 1 - (seed % photographs.length)]) as string
    yield { kind: 'product', name: `${path.basename(file)} ${seed}`, bytes: await cutProduct(file, split, seed) }
  }
}
