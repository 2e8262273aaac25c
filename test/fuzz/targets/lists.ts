/** Lists as files: whole ones of every format and packing, damaged. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { array, constantFrom, integer, oneof, record, string, tuple, uint8Array } from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { resolveConfig } from '../../../src/core/config.ts'
import { GannetError } from '../../../src/core/errors.ts'
import { isReason } from '../../../src/core/reasons.ts'
import { hashOf } from '../../../src/lists/hash-of.ts'
import { listSettings, openList, type ListRow } from '../../../src/lists/index.ts'
import { address, damagedBytes, damagedText, mostly, words } from '../pieces.ts'
import { hold, trial, type Target } from '../target.ts'

const header = constantFrom('url,text,hash', 'URL;TEXT', 'image_url\ttext', '"url","te""xt"', 'a,b,c', 'url', 'url,url', '', 'text,link,page')
const hash = constantFrom('d41d8cd98f00b204e9800998ecf8427e', '1B2M2Y8AsgTpgAmY7PhCfg==', 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'zz', '')
const cell = oneof(address, words, hash, constantFrom('', '"', '""', '"a\nb"', ' a '))
const row = tuple(array(cell, { maxLength: 4 }), constantFrom(',', ';', '\t')).map(([cells, separator]) => cells.map((one) => (/["\n,;\t]/.test(one) ? `"${one.replaceAll('"', '""')}"` : one)).join(separator))
const csv = tuple(header, array(row, { maxLength: 12 }), constantFrom('\n', '\r\n', '\r')).map(([first, rows, end]) => [first, ...rows].join(end))
const jsonl = array(oneof(record({ url: address, text: words, hash }).map((one) => JSON.stringify(one)), address.map((one) => JSON.stringify(one)), constantFrom('{', '[]', 'null', '{"url":1}', '{"__proto__":{"url":"a"}}', '', '{"url":["http://h.example/a.jpg"]}')), { maxLength: 12 }).map((lines) => lines.join('\n'))
const txt = array(oneof(address, words, constantFrom('# note', '', 'http://h.example/a.jpg a caption')), { maxLength: 15 }).map((lines) => lines.join('\n'))
const torn = damagedText(oneof(csv, jsonl, txt), constantFrom('"', '\n', ',', '\t', '\u0000', '\r', '{', '}', '\\', '\ufeff', '""', ';'))

const parquet = tuple(array(address, { minLength: 1, maxLength: 20 }), constantFrom<'SNAPPY' | 'UNCOMPRESSED'>('SNAPPY', 'UNCOMPRESSED'), integer({ min: 1, max: 9 })).map(([urls, codec, rowGroupSize]) =>
  new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'url', data: urls.map((url) => url.replaceAll(/\p{Cs}/gu, '?')), type: 'STRING' }, { name: 'n', data: urls.map((_, n) => n), type: 'INT32' }], codec, rowGroupSize })))

/** A zstd frame by hand: raw blocks and blocks of one byte repeated, which unfold the most. */
const zstd = tuple(uint8Array({ maxLength: 60 }), integer({ min: 0, max: 0x1f_ffff }), integer({ min: 0, max: 20 }), constantFrom(0x00, 0x60, 0x88, 0xa0, 0xf8, 0xff)).map(([raw, times, repeats, window]) => {
  const block = (bytes: Uint8Array, type: number, size: number, last: boolean): Buffer => {
    const head = Buffer.alloc(3)
    head.writeUIntLE((size << 3) | (type << 1) | Number(last), 0, 3)
    return Buffer.concat([head, bytes])
  }
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window]), ...Array.from({ length: repeats }, () => block(Buffer.from('a'), 1, Math.min(times, 0x1f_ffff), false)), block(raw, 0, raw.length, true)])
})

const file = oneof(
  { weight: 4, arbitrary: torn.map((text) => Buffer.from(text)) }, { weight: 1, arbitrary: torn.map((text) => Buffer.from(`\ufeff${text}`, 'utf16le')) }, { weight: 2, arbitrary: damagedBytes(oneof(csv, jsonl).map((text) => gzipSync(text)), 3) },
  { weight: 2, arbitrary: damagedBytes(parquet, 3) }, { weight: 1, arbitrary: damagedBytes(zstd, 2) }, { weight: 1, arbitrary: uint8Array({ maxLength: 200 }) },
)
const column = mostly(constantFrom(null), constantFrom('url', 'text', 'nothing', '__proto__', 'hash'), 5)

const told = (found: ListRow): string => (found.problem === null ? `${found.end} ${found.url} ${found.text ?? ''}` : `${found.end} ${found.reason}`)

export const lists: Target = {
  name: 'list', what: 'lists of every format and packing, whole and damaged: rows with positions that can be gone on from',
  start: async () => {
    const dir = await mkdtemp(join(tmpdir(), 'gannet-fuzz-lists-'))
    const path = join(dir, 'list')
    const yields = { rows: 0, broken: 0, refused: 0 }
    return trial({
      arbitrary: record({ bytes: file, urlColumn: column, hashColumn: column, listFormat: mostly(constantFrom('auto'), constantFrom('txt', 'csv', 'tsv', 'jsonl', 'parquet')), after: integer({ min: 0, max: 20 }), stated: oneof(hash, string({ maxLength: 120 })) }),
      yields, isAsync: true, mostMs: 12_000,
      check: async ({ bytes, urlColumn, hashColumn, listFormat, after, stated }) => {
        const known = hashOf(stated)
        hold(known === null || /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/.test(known), `a hash ${known}`)
        await writeFile(path, bytes)
        const values = Object.fromEntries(Object.entries({ urlColumn, hashColumn, listFormat }).filter(([, value]) => value !== null))
        try {
          const settings = resolveConfig(listSettings, [{ from: 'flags', values }])
          const list = await openList(path, settings)
          const rows: ListRow[] = []
          for await (const some of list.rows(0)) {
            hold(some.length > 0, 'an empty batch')
            rows.push(...some)
          }
          let end = 0
          for (const found of rows) {
            hold(found.end > end, `a row that ends at ${found.end} behind one that ends at ${end}`)
            end = found.end
            if (found.problem === null) {
              yields.rows++
              hold(found.url !== '' && found.url === found.url.trim() && found.at !== '', 'a row without its URL')
              hold(found.hash === null || /^[0-9a-f]{32,64}$/.test(found.hash), `a hash ${found.hash}`)
            } else {
              yields.broken++
              hold(isReason(found.reason) && found.problem !== '' && found.excerpt.length <= 1000, 'a broken row without its words')
            }
          }
          const { trouble, state } = list.progress()
          hold(state === 'read' && (trouble === null || trouble.length > 3), `the list is ${state}`)
          const again = await openList(path, settings)
          hold(again.identity === list.identity, 'another identity the second time')
          const from = rows[Math.min(after, rows.length) - 1]?.end ?? 0
          const rest: string[] = []
          for await (const some of again.rows(from)) rest.push(...some.map(told))
          const expected = rows.filter((found) => found.end > from).map(told)
          hold(rest.join('\n') === expected.join('\n'), `taken up behind ${from} it goes on with ${JSON.stringify(rest.slice(0, 2))}, not with ${JSON.stringify(expected.slice(0, 2))}`)
        } catch (error) {
          if (!GannetError.is(error, 'usage') && !GannetError.is(error, 'config-invalid')) throw error
          yields.refused++
          hold(error.message.length > 10, 'refused without words')
        }
      },
      close: () => rm(dir, { recursive: true, force: true }),
    })
  },
}
