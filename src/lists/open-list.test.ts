/** Lists as files on the disk, in every format and packing, whole and damaged: what rows come, and what is said of the others. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveConfig } from '../core/config.ts'
import { listSettings, openList, type List, type ListRow } from './index.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gannet-lists-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

type Flags = Readonly<Record<string, string>>

const listIn = async (name: string, bytes: string | Uint8Array, flags: Flags = {}): Promise<List> => {
  const file = join(dir, name)
  await writeFile(file, bytes)
  return openList(file, resolveConfig(listSettings, [{ from: 'flags', values: flags }]))
}
const rowsOf = async (list: List, after = 0): Promise<ListRow[]> => {
  const rows: ListRow[] = []
  for await (const some of list.rows(after)) {
    expect(some.length).toBeGreaterThan(0)
    rows.push(...some)
  }
  return rows
}
/** URLs of good rows; place and problem of the others. */
const told = (rows: readonly ListRow[]): string[] => rows.map((row) => (row.problem === null ? row.url : `${row.at} ${row.problem}`))
const read = async (name: string, bytes: string | Uint8Array, flags: Flags = {}): Promise<string[]> => told(await rowsOf(await listIn(name, bytes, flags)))

const URLS = Array.from({ length: 40 }, (_, n) => `http://example.org/${n}.jpg`)
const TXT = `# mine\n\n${URLS.join('\n')}\n`
const CSV = `url,text\n${URLS.map((url, n) => `${url},"the ""${n}"", \nover two lines"`).join('\n')}\n`
const JSONL = URLS.map((url) => `${JSON.stringify({ url, text: 'a cat' })}\n`).join('')
const TSV = `url\ttext\n${URLS.map((url) => `${url}\ta cat, or two\n`).join('')}`
const utf16 = (text: string, bigEndian = false): Buffer => {
  const little = Buffer.from(`\ufeff${text}`, 'utf16le')
  return bigEndian ? little.swap16() : little
}
const columns = (more: readonly { name: string; data: unknown[] }[] = []) => [
  { name: 'URL', data: URLS, type: 'STRING' as const }, ...more.map((one) => ({ ...one, type: 'STRING' as const })),
]
const parquet = (options: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {}): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData: columns(), rowGroupSize: 7, ...options }))

const FORMATS: readonly (readonly [name: string, bytes: string | Uint8Array])[] = [
  ['plain.txt', TXT], ['crlf.txt', TXT.replaceAll('\n', '\r\n')], ['no-end.txt', TXT.trim()], ['bom.txt', `\ufeff${URLS.join('\n')}`],
  ['utf16.txt', utf16(TXT)], ['utf16be.txt', utf16(TXT, true)], ['utf16-unmarked.txt', utf16(TXT).subarray(2)],
  ['table.csv', CSV], ['crlf.csv', CSV.replaceAll('\n', '\r\n')], ['bom.csv', `\ufeff${CSV}`], ['semicolons.csv', CSV.replaceAll(',', ';')], ['table.tsv', TSV],
  ['lines.jsonl', JSONL], ['strings.ndjson', URLS.map((url) => `"${url}"\n`).join('')],
  ['packed.txt.gz', gzipSync(TXT)], ['packed.csv.gz', gzipSync(CSV)], ['utf16.csv.gz', gzipSync(utf16(CSV))],
  ['members.txt.gz', Buffer.concat([gzipSync(TXT.slice(0, 99)), gzipSync(TXT.slice(99))])],
  ['wrong-name.txt', gzipSync(JSONL)], ['really-jsonl.csv', JSONL], ['no-name', CSV], ['table.parquet', parquet()],
  ['plain.parquet', parquet({ codec: 'UNCOMPRESSED' })], ['misnamed.csv', parquet()],
]

describe('the rows of a list', () => {
  it.each(FORMATS)('come out of %s', async (name, bytes) => {
    expect(await read(name, bytes)).toEqual(URLS)
  })

  it('come out of zstd where the machine can pack it', async (ctx) => {
    let packed: Buffer
    try {
      packed = execFileSync('zstd', ['-c'], { input: TXT })
    } catch {
      console.warn('no zstd program on this machine: unpacking it is not tried')
      return ctx.skip()
    }
    expect(await read('packed.txt.zst', packed)).toEqual(URLS)
    expect(await read('cut.txt.zst', packed.subarray(0, -8))).toContainEqual(expect.stringContaining('breaks off here'))
  })

  it.each(FORMATS)('of %s can be taken up behind any of them', async (name, bytes) => {
    const list = await listIn(name, bytes)
    const all = await rowsOf(list)
    expect(all.map(({ end }) => end)).toEqual([...new Set(all.map(({ end }) => end))].sort((a, b) => a - b))
    for (const [at, { end }] of all.entries()) expect(told(await rowsOf(list, end))).toEqual(URLS.slice(at + 1))
  })

  it('bring the cells that were asked for', async () => {
    const flags = { textColumn: 'text', hashColumn: 'sha256' }
    const sha = Buffer.alloc(32, 7)
    const [row] = await rowsOf(await listIn('cells.csv', `text,url,sha256\n"two\nlines, ""quoted""",http://a/,sha256-${sha.toString('base64')}\n`, flags))
    expect(row).toMatchObject({ url: 'http://a/', text: 'two\nlines, "quoted"', hash: sha.toString('hex'), category: null })
    const json = await rowsOf(await listIn('cells.jsonl', '{"url":"http://a/","text":7,"sha256":null}\n{"url":"http://b/","text":{"a":1}}\n', flags))
    expect(json).toMatchObject([{ url: 'http://a/', text: '7', hash: null }, { url: 'http://b/', text: null }])
    const text = URLS.map((_, n) => (n === 3 ? null : `picture ${n}`))
    const table = await rowsOf(await listIn('cells.parquet', parquet({ columnData: columns([{ name: 'text', data: text }]) }), { textColumn: 'text' }))
    expect(table.map((one) => one.problem === null && one.text)).toEqual(text)
  })

  it('are not fooled by the names of things that every object has', async () => {
    expect(await read('proto.jsonl', '{"url":"http://a/"}\n{"__proto__":{"url":"http://b/"}}\n')).toEqual(['http://a/', 'line 2 has no URL'])
    await expect(read('proto.csv', 'constructor,__proto__\nhttp://a/,http://b/\n')).rejects.toMatchObject({ code: 'usage' })
  })

  it('in an old encoding keep their letters', async () => {
    expect(await read('latin.txt', Buffer.from('http://a/caf\xe9.jpg\nhttp://a/ü.jpg\n', 'latin1'))).toEqual(['http://a/café.jpg', 'http://a/ü.jpg'])
    expect(await read('mixed.txt', Buffer.concat([Buffer.from('http://a/caf\xe9.jpg\n', 'latin1'), Buffer.from('http://a/é.jpg\n')]))).toEqual(['http://a/café.jpg', 'http://a/é.jpg'])
  })
})

describe('a row that cannot be used', () => {
  it('says why, and the next one comes', async () => {
    expect(await read('bad.csv', 'url,text\nhttp://a/1,x,y\nhttp://a/2\n,no url\nhttp://a/3,"a" b\n"http://a/4\0",z\n\nhttp://a/5,ok\n')).toEqual([
      'line 2 has 3 fields, where the first row names 2', 'line 3 has 1 field, where the first row names 2', 'line 4 has no URL',
      'line 5 has text behind a closing quote', 'line 6 holds NUL bytes', 'http://a/5',
    ])
    expect(await read('bad.jsonl', '{"url":"http://a/1"}\n{"url":\n[1]\n7\n{"url":["http://a/2"]}\n{"url":"http://a/3"}\n')).toEqual([
      'http://a/1', 'line 2 is no JSON object', 'line 3 is no JSON object', 'line 4 is no JSON object', 'line 5 has no URL', 'http://a/3',
    ])
  })

  it('is one of any length', async () => {
    const huge = 'x'.repeat(3 * 1024 * 1024)
    expect(await read('long.txt', `http://a/1\nhttp://${huge}\nhttp://a/2\n`)).toEqual(['http://a/1', 'line 2 is longer than 1 MB', 'http://a/2'])
    expect(await read('long.txt.gz', gzipSync(`http://a/1\nhttp://${huge}`))).toEqual(['http://a/1', 'line 2 is longer than 1 MB'])
    expect(await read('long.csv', `url,text\nhttp://a/1,"${huge}"\nhttp://a/2,b\n`)).toEqual(['line 2 is longer than 1 MB', 'http://a/2'])
    expect(await read('url.txt', `http://a/${'x'.repeat(20_000)}\n`)).toEqual(['line 1 has a URL of 20009 characters'])
  })

  it('with a quote that is never closed costs no other row', async () => {
    const rest = Array.from({ length: 40_000 }, (_, n) => `http://example.org/pictures/${n},cat`)
    const rows = await read('quote.csv', `url,text\nhttp://a/1,"open\n${rest.join('\n')}\n`)
    expect(rows[0]).toBe('line 2 opens a quote that is never closed')
    expect(rows.slice(1)).toEqual(rest.map((row) => row.split(',')[0]))
  })
})

describe('a list that breaks off', () => {
  it('gives what came before, tells of it once, and does not believe half a row', async () => {
    const packed = gzipSync(Array.from({ length: 5_000 }, (_, n) => `http://example.org/${n * 7919}.jpg\n`).join(''))
    const list = await listIn('cut.txt.gz', packed.subarray(0, packed.length / 2))
    const rows = await rowsOf(list)
    const last = rows.at(-1)
    expect(rows.length).toBeGreaterThan(1_000)
    expect(told(rows.slice(0, -1))).toEqual(Array.from({ length: rows.length - 1 }, (_, n) => `http://example.org/${n * 7919}.jpg`))
    expect(last).toMatchObject({ at: `line ${rows.length.toLocaleString('en-US')}`, problem: 'breaks off here: unexpected end of file' })
    expect(list.progress()).toMatchObject({ trouble: expect.stringMatching(/cut\.txt\.gz breaks off at line/) as string, broken: 1 })
    expect(told(await rowsOf(list, rows.at(-2)?.end))).toEqual([expect.stringContaining('breaks off here')])
    expect(await rowsOf(list, last?.end)).toEqual([])
    expect(list.progress().trouble).not.toBeNull()
  })

  it('in the middle is as broken', async () => {
    const packed = gzipSync(TXT)
    packed.fill(0xff, 40, 60)
    expect((await read('spoilt.txt.gz', packed)).at(-1)).toContain('breaks off here')
  })

  it('is given up where Parquet would be decoded for ever, and holds nobody up meanwhile', async () => {
    const bytes = Buffer.from(parquet({ codec: 'UNCOMPRESSED' }))
    // The number of values in the header of a page (7, as a zigzag varint), made to run on into what follows.
    const at = bytes.indexOf(Buffer.from([0x5c, 0x15, 14, 0x15, 0]))
    bytes[at + 2] = 14 | 0x80
    let ticks = 0
    const clock = setInterval(() => ticks++, 10)
    const rows = told(await rowsOf(await listIn('endless.parquet', bytes)))
    clearInterval(clock)
    expect(rows.at(-1)).toMatch(/^rows \d+ to 40 cannot be read: decoding it takes longer than 3 s$/)
    expect(ticks).toBeGreaterThan(50)
  })

  it('is passed over where Parquet has more', async () => {
    const bytes = parquet({ codec: 'UNCOMPRESSED' })
    const at = Buffer.from(bytes).indexOf(URLS[7] as string)
    bytes.fill(0xff, at - 16, at)
    const rows = await read('spoilt.parquet', bytes)
    expect(rows.slice(0, 7)).toEqual(URLS.slice(0, 7))
    expect(rows[7]).toMatch(/^rows 8 to 14 cannot be read: /)
    expect(rows.slice(8)).toEqual(URLS.slice(14))
  })
})

describe('a list that is none', () => {
  it.each([
    ['columns.csv', 'name,address\nx,http://a/\n', {}, /name it with --url-column. It has: name, address/],
    ['columns.csv', 'url,caption\nhttp://a/,x\n', { textColumn: 'captoin' }, /--text-column captoin: .* has no such column; did you mean caption\?.* It has: url, caption/],
    ['columns.jsonl', '{"a":1,"b":2}\n', {}, /name it with --url-column. It has: a, b/],
    ['columns.parquet', parquet(), { hashColumn: 'md5' }, /--hash-column md5: .* did you mean URL/],
    ['array.json', '[{"url":"http://a/"}]', {}, /is one JSON document/],
    ['empty.csv', '', {}, /names no columns: it is empty/],
    ['list.bz2', 'BZh91AY&SY', {}, /packed with bzip2/],
    ['list.zip', 'PK\x03\x04', {}, /a ZIP archive/],
    ['picture.txt', Buffer.from(Array.from({ length: 300 }, (_, n) => (n * 7) % 32)), {}, /is no text/],
    ['short.parquet', parquet().subarray(0, 300), {}, /is no whole Parquet file/],
    ['secret.parquet', 'PARE....PARE', {}, /is encrypted/],
    ['packed.parquet.gz', gzipSync(parquet()), {}, /is a packed Parquet file/],
  ] satisfies [string, string | Uint8Array, Flags, RegExp][])('is refused before anything begins: %s', async (name, bytes, flags, words) => {
    await expect(listIn(name, bytes, flags)).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(words) as string })
  })

  it('names a folder, or nothing', async () => {
    const settings = resolveConfig(listSettings, [])
    await expect(openList(dir, settings)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('is a folder') as string })
    await expect(openList(join(dir, 'none'), settings)).rejects.toMatchObject({ code: 'usage' })
  })

  it('holds nothing', async () => {
    expect(await read('empty.txt', '')).toEqual([])
    expect(await read('header.csv', 'url\n')).toEqual([])
  })
})

it('its progress goes from the first byte to the last, by rows where they are counted', async () => {
  const list = await listIn('progress.parquet', parquet())
  expect(list.progress()).toMatchObject({ unit: 'bytes', state: 'hashing' })
  const seen: number[] = []
  for await (const _ of list.rows(14)) seen.push(list.progress().done)
  expect(list.progress()).toMatchObject({ state: 'read', unit: 'rows', done: 40, of: 40 })
  expect(seen[0]).toBe(14)
  const text = await listIn('progress.txt', TXT)
  await rowsOf(text)
  expect(text.progress()).toMatchObject({ state: 'read', unit: 'bytes', done: TXT.length, of: TXT.length })
})
