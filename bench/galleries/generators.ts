/**
 * Gallery generators and content systems, run over photographs. What they need besides this repository is looked for
 * in `.cache/galleries/tools` and on the system; what is not there is told and left out (see docs in each row's `needs`).
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { staticGenerators } from './static-generators.ts'
import { wordpress } from './wordpress.ts'
import { mediawiki } from './mediawiki.ts'
import type { Brought, GalleryPage } from './page.ts'

export interface Generator {
  readonly name: string
  /** What to install, for who finds it left out. */
  readonly needs: string
  /** Null where it is not installed. */
  version(): Promise<string | null>
  /** Pages of one or more galleries. @param photos folder of albums, each a folder of JPEG files. @param out empty folder */
  build(photos: string, out: string): Promise<readonly GalleryPage[]>
}

const ALBUMS = ['harbour', 'summer 2019'] as const
const PHOTOS_AN_ALBUM = 10
const SOURCE = path.resolve(import.meta.dirname, '../../../shared/photos/coco-val/images')

const drawn = (n: number): Sharp => sharp({ create: { width: 640, height: 427, channels: 3, background: { r: (n * 37) % 256, g: (n * 91) % 256, b: (n * 53) % 256 } } })

/** As cameras and people name them. */
const nameOf = (n: number): string => [`IMG_${4000 + n}`, `DSC0${1200 + n}`, `harbour-at-dawn-${n}`, `${20190700 + n}_1839${10 + n}`][n % 4] as string

/** Photographs as large as a camera's, so that generators make all their sizes. */
const takePhotos = async (folder: string): Promise<void> => {
  const real = await readdir(SOURCE).then((names) => names.filter((name) => name.endsWith('.jpg')).toSorted(), () => [])
  for (const [at, album] of ALBUMS.entries()) {
    await mkdir(path.join(folder, album), { recursive: true })
    for (let n = at * PHOTOS_AN_ALBUM; n < (at + 1) * PHOTOS_AN_ALBUM; n++) {
      const name = real[n]
      const photo = name === undefined ? drawn(n) : sharp(path.join(SOURCE, name))
      await photo.resize({ width: n % 3 === 0 ? 3000 : 2000 }).jpeg({ quality: 70 }).toFile(path.join(folder, album, `${nameOf(n)}.jpg`))
    }
  }
}

/** @param cache folder with `tools/`; photographs and pages are put beside it anew */
export const generatedGalleries = async (cache: string, say: (text: string) => void): Promise<Brought> => {
  const photos = path.join(cache, 'photos')
  await rm(photos, { recursive: true, force: true })
  await takePhotos(photos)
  const pages: GalleryPage[] = []
  const leftOut: string[] = []
  for (const generator of [...staticGenerators(path.join(cache, 'tools')), wordpress, mediawiki]) {
    const { name, needs } = generator
    const version = await generator.version().catch(() => null)
    if (version === null) {
      leftOut.push(`${name}: not installed (${needs})`)
      continue
    }
    const out = path.join(cache, 'made', name)
    await rm(out, { recursive: true, force: true })
    await mkdir(out, { recursive: true })
    say(`building with ${name} ${version}`)
    try {
      pages.push(...(await generator.build(photos, out)))
    } catch (error) {
      leftOut.push(`${name} ${version}: did not run (${String(error instanceof Error ? error.message : error).split('\n', 1)[0]})`)
    }
  }
  return { pages, leftOut }
}
