/**
 * A list's text as a flow of UTF-8 bytes, whatever it is packed and written in. Positions in a list are offsets in
 * this flow; where it is the file itself, reading begins at the offset, elsewhere what lies before is passed over.
 */
import { isUtf8 } from 'node:buffer'
import type { ByteSource } from './byte-source.ts'
import { unpack, type Flow, type Packing } from './unpack.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

const PATTERN_BYTES = 64

/** UTF-16 by its mark, or by the zeros between letters where it has none; UTF-8 and its likes otherwise. */
export const encodingOf = (head: Buffer): Encoding => {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const start = head.subarray(0, PATTERN_BYTES)
  if (start.length < 4) return 'utf-8'
  const zeros = (parity: number): boolean => start.every((byte, at) => at % 2 !== parity || byte === 0)
  const letters = (parity: number): boolean => start.every((byte, at) => at % 2 !== parity || byte !== 0)
  return zeros(1) && letters(0) ? 'utf-16le' : zeros(0) && letters(1) ? 'utf-16be' : 'utf-8'
}

export async function* toUtf8(flow: Flow, encoding: Encoding): Flow {
  const decoder = new TextDecoder(encoding)
  for (;;) {
    const { done, value } = await flow.next()
    const text = done ? decoder.decode() : decoder.decode(value, { stream: true })
    if (text !== '') yield Buffer.from(text)
    if (done) return value
  }
}

/** The same for what was read ahead. */
export const inUtf8 = (head: Buffer, encoding: Encoding): Buffer =>
  encoding === 'utf-8' ? head : Buffer.from(new TextDecoder(encoding).decode(head))

export interface TextForm {
  readonly packing: Packing
  readonly encoding: Encoding
}

/** Whether an offset in the flow is an offset in the file. */
export const isSeekable = ({ size }: ByteSource, { packing, encoding }: TextForm): boolean =>
  size !== null && packing === 'none' && encoding === 'utf-8'

/**
 * The flow from offset `after` on; one that ends before it is empty.
 * @param onShort told that it ended before it
 */
export async function* textFlow(source: ByteSource, form: TextForm, after: number, onShort: () => void): Flow {
  if (isSeekable(source, form)) return yield* unpack(source.bytes(after), 'none')
  const raw = unpack(source.bytes(0), form.packing)
  const flow = form.encoding === 'utf-8' ? raw : toUtf8(raw, form.encoding)
  let passed = 0
  for (;;) {
    const { done, value } = await flow.next()
    if (done) {
      if (passed < after) onShort()
      return value
    }
    const skip = Math.min(value.length, after - passed)
    passed += skip
    if (skip < value.length) yield skip === 0 ? value : value.subarray(skip)
  }
}

export interface Peeked {
  readonly head: Buffer
  /** The whole flow, with the head. */
  readonly flow: Flow
}

/** @param rest of the flow, or how it ended */
async function* rejoin(head: Buffer, rest: Flow | string | null): Flow {
  if (head.length > 0) yield head
  return typeof rest === 'string' || rest === null ? rest : yield* rest
}

/** Reads ahead until there is a whole line and there are `enough` bytes, but no more than `most`. */
export const peek = async (flow: Flow, enough: number, most: number): Promise<Peeked> => {
  const chunks: Buffer[] = []
  let length = 0
  let lined = false
  while (length < most && !(lined && length >= enough)) {
    const { done, value } = await flow.next()
    if (done) {
      const head = Buffer.concat(chunks)
      return { head, flow: rejoin(head, value) }
    }
    chunks.push(value)
    length += value.length
    lined ||= value.includes(0x0a)
  }
  const head = Buffer.concat(chunks)
  return { head, flow: rejoin(head, flow) }
}

const western = new TextDecoder('windows-1252')

/** Rows that are no UTF-8 are read as Windows-1252, the web's own fallback (WHATWG Encoding, 'locale default'). */
export const textOf = (bytes: Buffer, start: number): string => {
  const text = bytes.toString('utf8')
  if (text.includes('\uFFFD') && !isUtf8(bytes)) return western.decode(bytes)
  return start === 0 && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
