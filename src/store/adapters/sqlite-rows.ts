/** Between the rows of `catalogue.db` and the values of the port: what is selected, and what it means. */
import type { AssetId, Sha256 } from '../../core/ids.ts'
import type { Asset, Fingerprint, VerdictRecord } from '../asset.ts'

export interface AssetRow {
  readonly json: string
  readonly duplicate_of: AssetId | null
  readonly level: Asset['level']
  readonly requests: string
  readonly renditions: string
}
export interface PrintRow {
  readonly sha256: ArrayBuffer
  readonly pixels: ArrayBuffer | null
  readonly thumbnail: ArrayBuffer | null
  readonly pdq: ArrayBuffer
  readonly pdq_quality: number
  readonly sketch: ArrayBuffer
  readonly panels: string
}
export interface StepRow extends PrintRow {
  readonly row: number
  readonly id: AssetId
  readonly sequence: number
  readonly superseded: number
  readonly duplicate_of: AssetId | null
}
export interface VerdictRow extends Omit<VerdictRecord, 'evidence' | 'thumbnailUrl' | 'pageUrl'> {
  readonly evidence: string
  readonly thumbnail_url: string | null
  readonly page_url: string | null
}

/** Columns of an `AssetRow`, from `asset a`. */
export const ASSET = `a.json, a.duplicate_of, a.level, (
  SELECT json_group_array(request) FROM (SELECT request FROM request WHERE asset = a.row ORDER BY position)
) AS requests, (
  SELECT json_group_array(json(json)) FROM (SELECT json FROM rendition WHERE asset = a.row ORDER BY rowid)
) AS renditions`
/** Columns of a `PrintRow`, from `asset`. */
export const PRINT = 'sha256, pixels, thumbnail, pdq, pdq_quality, sketch, panels'

/** Of an `asset` that was taken back: nothing is left of it but its place in the sequence. */
export const GONE = '(superseded = 1 AND duplicate_of IS NULL)'

/** Many are asked for in one statement, as a JSON array: a call costs far more than a row. */
const ASKED = 'FROM json_each(?) AS asked JOIN asset a ON a.row ='
export const GET = {
  id: `${ASKED} (SELECT row FROM asset WHERE id = asked.value AND NOT ${GONE})`,
  sha256: `${ASKED} (SELECT row FROM asset WHERE sha256 = unhex(asked.value) AND superseded = 0)`,
  pixels: `${ASKED} (
    SELECT row FROM asset WHERE pixels = unhex(asked.value) AND superseded = 0 ORDER BY sequence LIMIT 1)`,
  thumbnail: `${ASKED} (
    SELECT row FROM asset WHERE thumbnail = unhex(asked.value) AND NOT ${GONE} ORDER BY superseded, sequence LIMIT 1)`,
  rendition: `${ASKED} (
    SELECT a.row FROM rendition r JOIN asset a ON a.row = r.asset WHERE r.sha256 = unhex(asked.value) ORDER BY a.sequence LIMIT 1)`,
} as const

export const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
const hexOf = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('hex')

export const assetOf = (row: AssetRow): Asset => ({
  // Rows of earlier versions have none.
  fields: null,
  ...(JSON.parse(row.json) as Omit<Asset, 'fields'> & Partial<Pick<Asset, 'fields'>>),
  duplicateOf: row.duplicate_of,
  level: row.level,
  renditions: JSON.parse(row.renditions) as Asset['renditions'],
  requestIds: JSON.parse(row.requests) as Asset['requestIds'],
})

export const printOf = (row: PrintRow): Fingerprint => ({
  sha256: hexOf(row.sha256) as Sha256,
  pixels: row.pixels && (hexOf(row.pixels) as Sha256),
  thumbnail: row.thumbnail && (hexOf(row.thumbnail) as Sha256),
  pdq: hexOf(row.pdq),
  pdqQuality: row.pdq_quality,
  sketch: new Uint8Array(row.sketch),
  panels: JSON.parse(row.panels) as Fingerprint['panels'],
})

export const verdictOf = ({ thumbnail_url, page_url, evidence, ...row }: VerdictRow): VerdictRecord => ({
  task: row.task,
  request: row.request,
  url: row.url,
  thumbnailUrl: thumbnail_url,
  pageUrl: page_url,
  outcome: row.outcome,
  reason: row.reason,
  asset: row.asset,
  evidence: JSON.parse(evidence) as VerdictRecord['evidence'],
  at: row.at,
})
