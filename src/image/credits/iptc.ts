/**
 * The older form of a picture's words: datasets of the IPTC Information Interchange Model (version 4.2), bare
 * or among the resources of a Photoshop segment. Agencies and cameras write them still.
 */
import { decodeWords } from './words.ts'

export type IptcName = 'title' | 'date' | 'time' | 'creator' | 'credit' | 'rights' | 'caption'

const APPLICATION = 2
const DATASETS: ReadonlyMap<number, IptcName> = new Map([
  [5, 'title'], [55, 'date'], [60, 'time'], [80, 'creator'], [110, 'credit'], [116, 'rights'], [120, 'caption'],
] as const)
const IIM_RESOURCE = 0x0404
const SEGMENT = 'Photoshop 3.0\0'
const MAX_STEPS = 2_000
const MAX_TEXT = 4_000

const ascii = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))

/** The datasets among the resources of a Photoshop segment; null where there are none. */
const fromResources = (bytes: Uint8Array): Uint8Array | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = ascii(bytes, 0, SEGMENT.length) === SEGMENT ? SEGMENT.length : 0
  for (let step = 0; step < MAX_STEPS && at + 12 <= bytes.length && ascii(bytes, at, at + 4) === '8BIM'; step++) {
    const id = view.getUint16(at + 4)
    // A name with its length before it, filled up to an even number of bytes.
    const name = (bytes[at + 6] as number) + 1
    const sizeAt = at + 6 + name + (name % 2)
    if (sizeAt + 4 > bytes.length) return null
    const size = view.getUint32(sizeAt)
    const from = sizeAt + 4
    if (id === IIM_RESOURCE) return bytes.subarray(from, Math.min(bytes.length, from + size))
    at = from + size + (size % 2)
  }
  return null
}

/**
 * @param bytes a Photoshop segment (APP13, TIFF tag 34377), or datasets alone
 * @returns the first value of each; by-lines all, with commas between them
 */
export const readIptc = (bytes: Uint8Array): ReadonlyMap<IptcName, string> => {
  const found = new Map<IptcName, string>()
  const data = bytes[0] === 0x1c ? bytes : fromResources(bytes)
  if (data === null) return found
  let utf8 = false
  let at = 0
  for (let step = 0; step < MAX_STEPS && at + 5 <= data.length && data[at] === 0x1c; step++) {
    const size = ((data[at + 3] as number) << 8) | (data[at + 4] as number)
    // Longer than 32 KB: none of the datasets wanted is.
    if (size > 0x7fff) break
    const value = data.subarray(at + 5, Math.min(data.length, at + 5 + size))
    const name = data[at + 1] === APPLICATION ? DATASETS.get(data[at + 2] as number) : undefined
    // 1:90 names the coding: the escape of UTF-8, or one of the older sets, which Latin stands for.
    if (data[at + 1] === 1 && data[at + 2] === 90) utf8 = ascii(value, 0, 3) === '\u001b%G'
    if (name !== undefined) {
      const text = decodeWords(value.subarray(0, MAX_TEXT), utf8)
      const before = found.get(name)
      if (before === undefined) found.set(name, text)
      else if (name === 'creator' && before.length < MAX_TEXT) found.set(name, `${before}, ${text}`)
    }
    at += 5 + size
  }
  return found
}
