/**
 * The few words of EXIF (CIPA DC-008) that name a picture's maker, rights and time. Two directories are
 * looked through, each once: no link leads back, and nothing is read beyond what a value may be long.
 */
import { decodeWords } from './words.ts'

export type ExifName = 'creator' | 'rights' | 'takenAt' | 'zone'

/** By tag; the maker's and Copyright stand in the first directory, times in the one it points to. */
const TAGS: ReadonlyMap<number, ExifName> = new Map([
  [0x013b, 'creator'], [0x8298, 'rights'], [0x9003, 'takenAt'], [0x9011, 'zone'],
] as const)
const EXIF_DIRECTORY = 0x8769
const ENTRY = 12
const MAX_ENTRIES = 512
const MAX_TEXT = 4_000
const ASCII = 2
const UTF8 = 129

/** @param bytes with or without `Exif` before the TIFF header; a TIFF file's own bytes will do */
export const readExif = (bytes: Uint8Array): ReadonlyMap<ExifName, string> => {
  const found = new Map<ExifName, string>()
  const marked = bytes[0] === 0x45 && bytes[1] === 0x78 && bytes[2] === 0x69 && bytes[3] === 0x66
  const tiff = marked ? bytes.subarray(6) : bytes
  const little = tiff[0] === 0x49 && tiff[1] === 0x49
  if (tiff.length < 14 || (!little && !(tiff[0] === 0x4d && tiff[1] === 0x4d))) return found
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  if (view.getUint16(2, little) !== 42) return found

  /** @returns where the directory of times lies; 0 where there is none */
  const look = (directory: number): number => {
    let deeper = 0
    if (directory < 8 || directory + 2 > tiff.length) return deeper
    const count = Math.min(view.getUint16(directory, little), MAX_ENTRIES)
    for (let i = 0; i < count; i++) {
      const at = directory + 2 + i * ENTRY
      if (at + ENTRY > tiff.length) break
      const tag = view.getUint16(at, little)
      if (tag === EXIF_DIRECTORY) deeper = view.getUint32(at + 8, little)
      const name = TAGS.get(tag)
      const type = view.getUint16(at + 2, little)
      if (name === undefined || found.has(name) || (type !== ASCII && type !== UTF8)) continue
      const length = view.getUint32(at + 4, little)
      const from = length <= 4 ? at + 8 : view.getUint32(at + 8, little)
      const value = tiff.subarray(Math.min(from, tiff.length), Math.min(tiff.length, from + Math.min(length, MAX_TEXT)))
      // Copyright may hold a second text, of the editor, behind a zero.
      const end = value.indexOf(0)
      found.set(name, decodeWords(end < 0 ? value : value.subarray(0, end), type === UTF8))
    }
    return deeper
  }
  const deeper = look(view.getUint32(4, little))
  if (deeper !== 0) look(deeper)
  return found
}
