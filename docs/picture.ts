/**
 * Makes `docs/crawl.svg`, the picture of the README: crawls the demo gallery with the command line that a user has,
 * asks the store what became of each candidate, and draws that. Nothing in it is made up.
 * Run `npm run build`, then `npx tsx docs/picture.ts`.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import sharp from 'sharp'
import { openStore, type CrawlReport } from '../src/index.ts'
import { createStudio, demoGallery, startSite, type PictureTruth, type Studio } from '../test/site/index.ts'
import { CELL, drawCrawl, type Shown } from './draw-crawl.ts'

const ROOT = resolve(import.meta.dirname, '..')
const CLI = join(ROOT, 'dist/cli/main.js')
const OUT = join(ROOT, 'docs/crawl.svg')
const PORT = 8080
/** Every tenth candidate of 500, beginning with the first: 50 in five rows, not picked by hand. */
const EVERY = 10
/** Thumbnails are drawn at twice the size they show at, for fine screens. */
const DENSITY = 2

const gannet = (args: readonly string[], cwd: string): Promise<string> =>
  new Promise((done, fail) => {
    const env = { ...process.env, FORCE_COLOR: '1', GANNET_MODELS: '' }
    const child = spawn(process.execPath, [CLI, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    child.once('exit', (code) => (code === 0 ? done(text) : fail(new Error(`gannet ${args[0]} ended with ${code}`))))
  })

/** Banners and icons are shown whole, since their shape is why they are turned away; all else fills its cell. */
const thumbnailOf = async (studio: Studio, { plan }: PictureTruth, bright: boolean): Promise<Shown['image']> => {
  const { bytes } = await studio.get(plan.order, 'thumb')
  const box = { width: CELL.width * DENSITY, height: CELL.height * DENSITY }
  const whole = plan.kind === 'banner' || plan.kind === 'icon'
  const { data, info } = await sharp(bytes)
    .flatten({ background: '#fff' })
    .resize({ ...box, fit: whole ? 'inside' : 'cover', withoutEnlargement: whole })
    .modulate({ saturation: bright ? 1 : 0.45 })
    .jpeg({ quality: bright ? 82 : 60, mozjpeg: true })
    .toBuffer({ resolveWithObject: true })
  return { base64: data.toString('base64'), width: info.width / DENSITY, height: info.height / DENSITY }
}

if (!existsSync(CLI)) {
  process.stderr.write('dist/ is not there: run npm run build first\n')
  process.exit(1)
}
const studio = createStudio()
const site = await startSite({ plan: demoGallery(), port: PORT, studio })
const home = await mkdtemp(join(tmpdir(), 'gannet-picture-'))
try {
  const args = ['crawl', site.url, '--delay', '0', '--allow-address', '127.0.0.1']
  const told = await gannet(args, home)
  // The same command again resumes, finds nothing left to do, and gives the same figures as numbers.
  const report = JSON.parse(await gannet([...args, '--json'], home)) as CrawlReport

  const store = await openStore(join(home, 'gannet-data'))
  const shown: Shown[] = []
  for (const picture of site.truth.pictures.filter((_, at) => at % EVERY === 0)) {
    const [verdict] = (await store.why(picture.fullUrl)).verdicts
    if (!verdict) throw new Error(`nothing is recorded of ${picture.fullUrl}`)
    const { outcome, reason } = verdict
    shown.push({ outcome, reason, image: await thumbnailOf(studio, picture, outcome === 'kept') })
  }
  await store.close()

  const svg = drawCrawl({ command: `gannet ${args.join(' ')}`, told: told.trimEnd(), report, shown, every: EVERY })
  await writeFile(OUT, svg)
  process.stdout.write(`${relative(process.cwd(), OUT)}: ${Math.round(svg.length / 1000)} KB\n`)
} finally {
  await site.close()
  await rm(home, { recursive: true, force: true })
}
