/**
 * `npm run demo`: draws a gallery, serves it on the loopback, crawls it with the command line that a user
 * has, searches what was kept, and says where the pictures lie. Needs no network and no model.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { demoGallery, startSite } from './index.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const OUT = join(ROOT, 'demo-out')
const DATA = join(OUT, 'data')
const CLI = join(ROOT, 'dist/cli/main.js')

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Shows the command as it would be typed, then runs it. */
const gannet = (args: readonly string[], capture = false): Promise<string> => {
  say(`\n$ gannet ${args.map((arg) => (arg.startsWith('/') ? relative(ROOT, arg) : /\s/.test(arg) ? `'${arg}'` : arg)).join(' ')}`)
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'] })
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    child.once('exit', (code) => (code === 0 ? done(text) : fail(new Error(`gannet ${args[0]} ended with ${code}`))))
  })
}

if (!existsSync(CLI)) {
  process.stderr.write('dist/ is not there: run npm ci (or npm run build) first\n')
  process.exit(1)
}

say('drawing a gallery of 500 pictures (kept for the next time)')
let told = 0
const site = await startSite({
  plan: demoGallery(),
  onProgress: (done, of) => {
    if (done !== of && Date.now() - told < 200) return
    told = Date.now()
    process.stderr.write(`\r  ${done} of ${of}${done === of ? '\n' : ''}`)
  },
})
try {
  await rm(OUT, { recursive: true, force: true })
  // The site is ours: no need to spare it. A stranger's is visited twice a second at most.
  await gannet(['crawl', site.url, '--data', DATA, '--delay', '0', '--allow-address', '127.0.0.1'])

  const { truth } = site
  const sent = site.bytes()
  const perfect = (truth.bytes?.thumbs ?? 0) + (truth.bytes?.keptFulls ?? 0)
  say(`\nThe gallery's own count: ${truth.pictures.length} pictures, ${truth.keep.length} worth having; ` +
    `it sent ${((sent.thumb + sent.full) / 1e6).toFixed(1)} MB, ${((sent.thumb + sent.full) / perfect).toFixed(3)} times what a perfect crawler fetches.`)

  await gannet(['search', '--data', DATA, '--text', '手机', '--top', '3'])
  const kept = truth.pictures.find(({ keep, fullUrl, thumbUrl }) => keep && fullUrl !== thumbUrl)
  if (kept) {
    const thumbnail = join(OUT, 'query.jpg')
    await writeFile(thumbnail, Buffer.from(await (await fetch(kept.thumbUrl)).arrayBuffer()))
    say('\nand by picture, with one of the thumbnails as the question:')
    await gannet(['search', '--data', DATA, '--image', thumbnail, '--top', '3'])
  }
  const junk = truth.pictures.find(({ kind }) => kind === 'near')
  if (junk) await gannet(['why', junk.fullUrl, '--data', DATA])
  await gannet(['export', '--data', DATA, '--format', 'imagefolder', '--out', join(OUT, 'pictures')])
  const lines = (await readFile(join(OUT, 'pictures', 'metadata.jsonl'), 'utf8')).trim().split('\n').length
  say(`\n${lines} pictures lie in ${relative(process.cwd(), join(OUT, 'pictures')) || '.'}, described in metadata.jsonl beside them;`)
  say(`the store itself is ${relative(process.cwd(), DATA)}.`)
} finally {
  await site.close()
}
