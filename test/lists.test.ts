/** Lists as a person crawls them: the real command, the real site, files of every sort, and standard input. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { openStore } from 'gannet'
import { describe, expect, it, onTestFinished } from 'vitest'
import { crawlArgs, folder, gannet, reportIn, site, SMALL, whyOf, type Ended } from './bad-input/gannet.ts'
import { planGallery, type Site } from './site/index.ts'

const NO_JUNK = { icon: 0, tiny: 0, banner: 0, blank: 0, blurry: 0, exact: 0, near: 0 }
const gallery = (seed: number, pictures: number): Promise<Site> =>
  site({ plan: planGallery({ seed, pictures, worth: pictures, junk: NO_JUNK, ...SMALL }) })

const bytesOf = async (url: string): Promise<Buffer> => Buffer.from(await (await fetch(url)).arrayBuffer())
const hash = (algorithm: string, bytes: Buffer): string => createHash(algorithm).update(bytes).digest('hex')

/** The command with its standard input in our hands. */
const startPiped = (args: readonly string[]): { readonly stdin: Writable; readonly ended: Promise<Ended> } => {
  const child = spawn(process.execPath, [resolve('dist/cli/main.js'), ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return { stdin: child.stdin, ended: once(child, 'close').then(([code]): Ended => ({ code: code as number | null, stdout, stderr })) }
}

describe('a list of pictures', () => {
  it('is held to its hashes, looked at by its thumbnails, and every row is answered for', async () => {
    const shop = await gallery(71, 16)
    const [a, b, c, d] = shop.truth.pictures.filter(({ fullUrl, thumbUrl }) => fullUrl !== thumbUrl)
      .map(({ fullUrl, thumbUrl }) => ({ full: fullUrl, thumb: thumbUrl }))
    if (!a || !b || !c || !d) throw new TypeError('the gallery is too small')
    const dir = await folder()
    const list = join(dir, 'list.csv.gz')
    const rows = [
      'photo,small,words,kind,sum',
      `${a.full},${a.thumb},"A cormorant, drying",birds,${hash('sha256', await bytesOf(a.full))}`,
      `${b.full},${b.thumb},A bowl,things,${hash('md5', await bytesOf(a.full))}`,
      `${c.full},,A chair,things,`,
      `${d.full},,A lamp,things,nonsense`,
      'http://,,,,',
      `${a.full}`,
    ]
    await writeFile(list, gzipSync(rows.join('\r\n')))
    shop.clearLog()
    const data = join(dir, 'data')
    const flags = [
      '--list', list, '--url-column', 'photo', '--thumbnail-column', 'small', '--text-column', 'words', '--category-column', 'kind', '--hash-column', 'sum',
    ]
    const ended = await gannet(crawlArgs([], data, ...flags))
    const report = reportIn(ended)
    expect(ended.code).toBe(3)
    expect(report).toMatchObject({
      candidates: 6, kept: 2, thumbnails: 2, failed: { 'hash-mismatch': 2 }, refused: { incomplete: 1, 'invalid-url': 1 }, pending: 0,
    })
    expect(ended.stderr).toContain('line 7 of the list')
    expect(ended.stderr).toContain('line 5 of the list')
    expect(ended.stderr).toContain('list.csv.gz has 1 field, where the first row names 5')
    // The hash is the full picture's: its thumbnail was not held to it, and the malformed one cost no visit.
    expect(shop.counts({ kinds: ['full'] }).size).toBe(3)
    expect((await whyOf(data, [b.full]))[0]?.verdicts[0]).toMatchObject({ reason: 'hash-mismatch', outcome: 'failed' })

    const store = await openStore(data)
    const found = await store.search({ text: 'cormorant', top: 5 })
    expect(found.hits).toMatchObject([{ url: a.full, category: 'birds' }])
    await store.close()

    // The same list again: nothing is read twice, nothing is fetched twice.
    shop.clearLog()
    const again = await gannet(crawlArgs([], data, ...flags))
    expect({ ...reportIn(again), seconds: 0 }).toEqual({ ...report, seconds: 0 })
    await shop.quiet()
    expect(shop.log).toEqual([])
  })

  it('comes from Parquet, and from standard input, where what was done before is not done again', async () => {
    const shop = await gallery(72, 4)
    const urls = shop.truth.pictures.map(({ fullUrl }) => fullUrl)
    const dir = await folder()
    const data = join(dir, 'data')
    const table = join(dir, 'list.parquet')
    await writeFile(table, new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'URL', data: urls.slice(0, 3), type: 'STRING' }], rowGroupSize: 2 })))
    const first = await gannet(crawlArgs([], data, '--list', table))
    expect(first.code).toBe(0)
    expect(reportIn(first)).toMatchObject({ candidates: 3, kept: 3 })

    const piped = startPiped(crawlArgs([], data, '--list', '-'))
    piped.stdin.end(`url,text\n${urls.map((url) => `${url},x\n`).join('')}`)
    const ended = await piped.ended
    expect(reportIn(ended)).toMatchObject({ candidates: 4, kept: 1, refused: { 'already-done': 3 } })
    expect(ended.code).toBe(0)
  })

  it('from a pipe that nobody closes is taken as it comes, and let go when enough is kept', async () => {
    const shop = await gallery(74, 4)
    const urls = shop.truth.pictures.map(({ fullUrl }) => fullUrl)
    const data = join(await folder(), 'data')
    const piped = startPiped(crawlArgs([], data, '--list', '-', '--max-images', '2'))
    // It goes while we write: the pipe breaks.
    piped.stdin.on('error', () => undefined)
    piped.stdin.write(`${urls.slice(0, 3).join('\n')}\n${urls[3]?.slice(0, -4)}`)
    const ended = await piped.ended
    const report = reportIn(ended)
    expect(report.kept).toBe(2)
    expect(report.candidates).toBe(3)
    expect(ended.stderr).not.toContain('breaks off')
  })

  it('that breaks off is crawled as far as it goes, and said to', async () => {
    const shop = await gallery(73, 3)
    const urls = shop.truth.pictures.map(({ fullUrl }) => fullUrl)
    const dir = await folder()
    const list = join(dir, 'cut.txt.gz')
    const packed = gzipSync(`${urls.join('\n')}\n# the rest is lost\n`)
    await writeFile(list, packed.subarray(0, -6))
    const ended = await gannet(crawlArgs([], join(dir, 'data'), '--list', list))
    expect(ended.code).toBe(3)
    expect(reportIn(ended)).toMatchObject({ candidates: 4, kept: 3, refused: { incomplete: 1 } })
    expect(ended.stderr).toMatch(/cut\.txt\.gz breaks off at line 5: unexpected end of file/)
  })

  it('with a column that is not there costs nothing', async () => {
    const dir = await folder()
    const list = join(dir, 'list.csv')
    await writeFile(list, 'url,caption\nhttp://127.0.0.1/a.jpg,x\n')
    const ended = await gannet(crawlArgs([], join(dir, 'data'), '--list', list, '--text-column', 'captoin'))
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain('has no such column; did you mean caption?')
    expect(existsSync(join(dir, 'data'))).toBe(false)
  })
})
