/**
 * Is the full picture the one its thumbnail promised? Sites answer with placeholders, with another
 * product's picture, or with less than was shown. Thumbnails are often cropped to a square, so a
 * full picture of another shape is compared by the part that such a crop would show.
 */
import { PDQ_MATCH, PDQ_MIN_QUALITY } from '../core/hamming.ts'
import type { Look } from '../image/look.ts'
import type { Objection } from './judge-look.ts'
import { cropTile, tileAgreement } from './tile-agreement.ts'

/** Correlation of tiles from which two pictures are taken for the same; unrelated photographs seldom pass .6. */
const TILE_MATCH = 0.8
/** A crop moves edges by a pixel or two of the tile, so it may agree a little less. */
const CROP_MATCH = 0.75

export const verifyFull = (thumbnail: Look, full: Look, pdqDistance: number): Objection | null => {
  // A re-encoder may round a side down; anything beyond that is a smaller picture.
  if (full.width * full.height < thumbnail.width * thumbnail.height * 0.98) {
    return {
      reason: 'full-mismatch',
      evidence: { why: 'smaller than its thumbnail', full: [full.width, full.height], thumbnail: [thumbnail.width, thumbnail.height] },
    }
  }
  const whole = tileAgreement(thumbnail.tile, full.tile).correlation
  if (whole >= TILE_MATCH || (pdqDistance <= PDQ_MATCH && Math.min(thumbnail.pdqQuality, full.pdqQuality) >= PDQ_MIN_QUALITY)) return null
  const cropped = bestCrop(thumbnail, full)
  if (cropped >= CROP_MATCH) return null
  return {
    reason: 'full-mismatch',
    evidence: { why: 'another picture', pdqDistance, correlation: round(whole), croppedCorrelation: round(cropped) },
  }
}

/** Best correlation over the crops that thumbnailers make: centred, or from either end of the longer side. */
const bestCrop = (thumbnail: Look, full: Look): number => {
  const ratio = thumbnail.width / thumbnail.height / (full.width / full.height)
  if (Math.abs(Math.log(ratio)) < 0.03) return -1
  const width = Math.min(1, ratio)
  const height = Math.min(1, 1 / ratio)
  return Math.max(
    ...[0.5, 0, 1].map((place) =>
      tileAgreement(thumbnail.tile, cropTile(full.tile, { x: (1 - width) * place, y: (1 - height) * place, width, height }))
        .correlation),
  )
}

const round = (value: number): number => Math.round(value * 1000) / 1000
