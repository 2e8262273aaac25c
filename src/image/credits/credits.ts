/**
 * Who made a picture, under what licence, and what its owner allows, from the file itself: XMP before IPTC's
 * datasets before EXIF, as the younger standard is what today's programs keep true. Where a file says nothing,
 * as most do on the web, nothing is read.
 */
import type { Metadata } from 'sharp'
import type { Credits } from '../look.ts'
import { readExif, type ExifName } from './exif.ts'
import { readIptc, type IptcName } from './iptc.ts'
import { exifTime, iptcTime, xmpTime } from './taken-at.ts'
import { tidyWords } from './words.ts'
import { readXmp, type XmpName } from './xmp.ts'

const MAX_NAME = 200
const MAX_WORDS = 2_000

const COMMONS = /https?:\/\/(?:www\.)?creativecommons\.org\/(?:licen[cs]es|publicdomain)\/[\w./-]{1,60}/i
const ADDRESS = /^https?:\/\/[^\s<>"]{3,1000}$/i

const addressIn = (text: string | null): string | null => (text !== null && ADDRESS.test(text) ? text : null)

/** A licence's address, else the owner's terms in their words; a notice of copyright alone is no licence. */
const licenceOf = (xmp: ReadonlyMap<XmpName, string>, rights: string | null): string | null => {
  const terms = tidyWords(xmp.get('usageTerms'), MAX_WORDS)
  const licence = tidyWords(xmp.get('licence'), MAX_WORDS)
  const statement = addressIn(tidyWords(xmp.get('webStatement'), MAX_WORDS))
  const commons = [licence, statement, terms, rights].map((text) => (text === null ? null : (COMMONS.exec(text)?.[0] ?? null)))
  return commons.find((address) => address !== null) ?? addressIn(licence) ?? statement ?? terms
    ?? addressIn(tidyWords(xmp.get('licensorUrl'), MAX_WORDS))
}

/** The PLUS vocabulary's `DMI-PROHIBITED…`, in its several degrees, or TDMRep's reservation. */
const reservationOf = (xmp: ReadonlyMap<XmpName, string>): string | null => {
  const mining = xmp.get('dataMining')?.slice(-200)
  const term = mining === undefined ? undefined : /DMI-PROHIBITED[A-Z-]{0,60}/i.exec(mining)?.[0]
  return term?.toUpperCase() ?? (xmp.get('reservation') === '1' ? 'tdm:reservation' : null)
}

/** The last part of the term's address: `trainedAlgorithmicMedia`. */
const sourceOf = (xmp: ReadonlyMap<XmpName, string>): string | null => {
  const term = xmp.get('source')?.slice(-200) ?? ''
  return /^\w{1,60}$/.exec(term.slice(term.lastIndexOf('/') + 1))?.[0] ?? null
}

/** Text chunks of PNG, by the names that its standard gives them. */
const commentsOf = (comments: Metadata['comments']): ReadonlyMap<string, string> =>
  new Map(comments?.slice(0, 50).map(({ keyword, text }) => [keyword.toLowerCase(), text.slice(0, MAX_WORDS)]))

const NONE = new Map<never, string>()

/**
 * @param header as the decoder found it
 * @param file of a TIFF, whose own directory is EXIF's; null for other formats
 * @returns null where the file says nothing of these things
 */
export const creditsIn = (header: Metadata, file: Uint8Array | null): Credits | null => {
  const { xmp: packet, iptc: datasets = header.tifftagPhotoshop, exif: block, comments } = header
  if (!packet && !datasets && !block && !file && !comments) return null
  const xmp: ReadonlyMap<XmpName, string> = packet ? readXmp(packet) : NONE
  const iptc: ReadonlyMap<IptcName, string> = datasets ? readIptc(datasets) : NONE
  const tiff = block ?? file
  const exif: ReadonlyMap<ExifName, string> = tiff ? readExif(tiff) : NONE
  const png = commentsOf(comments)

  const first = (most: number, ...texts: readonly (string | undefined)[]): string | null => {
    for (const text of texts) {
      const words = tidyWords(text, most)
      if (words !== null) return words
    }
    return null
  }
  const rights = first(MAX_WORDS, xmp.get('rights'), iptc.get('rights'), exif.get('rights'), png.get('copyright'))
  const credits: Credits = {
    creator: first(MAX_NAME, xmp.get('creator'), xmp.get('imageCreator'), iptc.get('creator'), exif.get('creator'), png.get('author')),
    credit: first(MAX_NAME, xmp.get('credit'), iptc.get('credit')),
    rights,
    licence: licenceOf(xmp, rights),
    title: first(MAX_WORDS, xmp.get('title'), iptc.get('title'), png.get('title')),
    caption: first(MAX_WORDS, xmp.get('caption'), iptc.get('caption'), png.get('description')),
    takenAt: exifTime(exif.get('takenAt'), exif.get('zone')) ?? xmpTime(xmp.get('takenAt')) ?? xmpTime(xmp.get('createdAt'))
      ?? iptcTime(iptc.get('date'), iptc.get('time')),
    source: sourceOf(xmp),
    reserved: reservationOf(xmp),
  }
  return Object.values(credits).every((value) => value === null) ? null : credits
}
