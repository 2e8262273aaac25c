/** Generators of static galleries: what each writes of a photograph, by the names of its files. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Generator } from './generators.ts'
import type { GalleryPage } from './page.ts'
import type { Truth } from './truth.ts'

const run = promisify(execFile)
const TIMEOUT_MS = 300_000

interface Files {
  readonly thumbnails: readonly string[]
  readonly full: string
  readonly also?: readonly string[]
}

/** The page of each album, and the files of a photograph in it, as paths of the site. */
interface Layout {
  page(album: string): string
  files(album: string, photo: string): Files
}

const addressOf = (site: string, file: string): string => new URL(file.split('/').map(encodeURIComponent).join('/'), site).href

/** Reads what was written; throws where a file that the truth is made of was not. */
const readAlbums = async (gallery: string, photos: string, out: string, layout: Layout): Promise<GalleryPage[]> => {
  const site = `https://${gallery}.example/`
  const pages: GalleryPage[] = []
  for (const album of await readdir(photos)) {
    const pairs: Truth['pairs'][number][] = []
    for (const photo of await readdir(path.join(photos, album))) {
      const { thumbnails, full, also = [] } = layout.files(album, photo.replace(/\.jpg$/, ''))
      const missing = [...thumbnails, full, ...also].find((file) => !existsSync(path.join(out, file)))
      if (missing !== undefined) throw new Error(`${gallery} wrote no ${missing}`)
      pairs.push({ thumbnails: thumbnails.map((file) => addressOf(site, file)), full: addressOf(site, full), also: also.map((file) => addressOf(site, file)) })
    }
    const page = layout.page(album)
    pages.push({ gallery, url: addressOf(site, page), html: await readFile(path.join(out, page), 'utf8'), truth: { pairs, singles: [], loose: [] } })
  }
  return pages
}

const thumbsup = (tools: string, theme: string): Generator => {
  const home = path.join(tools, 'thumbsup')
  const bin = path.join(home, 'node_modules/.bin/thumbsup')
  return {
    name: `thumbsup-${theme}`,
    needs: `npm install --prefix .cache/galleries/tools/thumbsup thumbsup @thumbsup/theme-${theme}; exiftool and GraphicsMagick`,
    version: async () => (existsSync(bin) ? (JSON.parse(await readFile(path.join(home, 'node_modules/thumbsup/package.json'), 'utf8')) as { version: string }).version : null),
    async build(photos, out) {
      await run(bin, ['--input', photos, '--output', out, '--theme', theme, '--photo-download', 'copy', '--concurrency', '2', '--log', 'info', '--usage-stats', 'false'], { cwd: home, timeout: TIMEOUT_MS })
      const media = (size: string, album: string, photo: string): string => `media/${size}/${album}/${photo}.jpg`
      return readAlbums(`thumbsup-${theme}`, photos, out, {
        page: (album) => `${album.replaceAll(' ', '-')}.html`,
        files: (album, photo) => ({
          // This theme shows the medium size; the smallest is in an attribute.
          thumbnails: theme === 'flow' ? [media('small', album, photo), media('thumbs', album, photo)] : [media('thumbs', album, photo)],
          full: media('original', album, photo), also: [media('large', album, photo)],
        }),
      })
    },
  }
}

const python = (tools: string, tool: string): { readonly bin: string; version(): Promise<string | null> } => {
  const bin = path.join(tools, 'python/bin')
  return {
    bin,
    version: async () => {
      const { stdout } = await run(path.join(bin, 'pip'), ['show', tool])
      return /^Version: (\S+)/m.exec(stdout)?.[1] ?? null
    },
  }
}
const VENV = 'python3 -m venv .cache/galleries/tools/python, and with its pip:'

const sigal = (tools: string, theme: string): Generator => {
  const { bin, version } = python(tools, 'sigal')
  return {
    name: `sigal-${theme}`,
    needs: `${VENV} sigal`,
    version,
    async build(photos, out) {
      const settings = path.join(out, 'sigal.conf.py')
      await writeFile(settings, `theme = "${theme}"\nimg_size = (1280, 960)\nthumb_size = (280, 210)\nkeep_orig = True\nshow_map = False\n`)
      await run(path.join(bin, 'sigal'), ['build', '-q', '-n', '1', '-c', settings, photos, path.join(out, 'site')], { timeout: TIMEOUT_MS })
      return readAlbums(`sigal-${theme}`, photos, path.join(out, 'site'), {
        page: (album) => `${album}/index.html`,
        files: (album, photo) => ({ thumbnails: [`${album}/thumbnails/${photo}.jpg`], full: `${album}/original/${photo}.jpg`, also: [`${album}/${photo}.jpg`] }),
      })
    },
  }
}

const nikola = (tools: string): Generator => {
  const { bin, version } = python(tools, 'nikola')
  const name = 'nikola'
  return {
    name,
    needs: `${VENV} "nikola[extras]"`,
    version,
    async build(photos, out) {
      const site = path.join(out, 'site')
      await run(path.join(bin, 'nikola'), ['init', '-q', '--demo', site], { timeout: TIMEOUT_MS })
      await cp(photos, path.join(site, 'galleries'), { recursive: true })
      await run(path.join(bin, 'nikola'), ['build', '-q'], { cwd: site, timeout: TIMEOUT_MS })
      return readAlbums(name, photos, path.join(site, 'output'), {
        page: (album) => `galleries/${album}/index.html`,
        files: (album, photo) => ({ thumbnails: [`galleries/${album}/${photo}.thumbnail.jpg`], full: `galleries/${album}/${photo}.jpg` }),
      })
    },
  }
}

const simplePhotoGallery = (tools: string): Generator => {
  const { bin, version } = python(tools, 'simple-photo-gallery')
  const name = 'simple-photo-gallery'
  return {
    name,
    needs: `${VENV} simple-photo-gallery`,
    version,
    async build(photos, out) {
      const pages: GalleryPage[] = []
      for (const album of await readdir(photos)) {
        const site = path.join(out, album)
        await mkdir(site, { recursive: true })
        const source = path.join(out, `${album} photos`)
        await cp(path.join(photos, album), path.join(source, album), { recursive: true })
        await run(path.join(bin, 'gallery-init'), ['--use-defaults', '-p', site], { timeout: TIMEOUT_MS, cwd: out })
        await cp(path.join(photos, album), path.join(site, 'public/images/photos'), { recursive: true })
        await run(path.join(bin, 'gallery-build'), ['-p', site], { timeout: TIMEOUT_MS, cwd: out })
        pages.push(...(await readAlbums(name, source, path.join(site, 'public'), {
          page: () => 'index.html',
          files: (_album, photo) => ({ thumbnails: [`images/thumbnails/${photo}.jpg`], full: `images/photos/${photo}.jpg` }),
        })))
      }
      return pages
    },
  }
}

/** @param tools folder in which they were installed */
export const staticGenerators = (tools: string): readonly Generator[] => [
  ...['classic', 'cards', 'flow', 'mosaic'].map((theme) => thumbsup(tools, theme)),
  ...['colorbox', 'photoswipe'].map((theme) => sigal(tools, theme)),
  nikola(tools), simplePhotoGallery(tools),
]
