/**
 * Is the full picture the one its thumbnail promised? Sites answer with placeholders, with another
 * product's picture, or with less than was shown. Thumbnails are often cropped or set on a plain square, so a
 * full picture of another shape is compared by the part that both show.
 */
import { PDQ_MATCH, PDQ_MIN_QUALITY } from '../core/hamming.ts'
import type { Look } from '../image/look.ts'
import type { Objection } from './judge-look.ts'
import { correlationOf, register } from './registration.ts'
import { viewSketch, WHOLE } from './sketch-view.ts'

/** Correlation from which two pictures laid whole over each other are taken for the same; unrelated photographs seldom pass .6. */
const WHOLE_MATCH = 0.8
/** The best of all places for one in the other: of unrelated photographs one in a hundred passes .88. */
const PART_MATCH = 0.92
const SAMPLES = 32

export const verifyFull = (thumbnail: Look, full: Look, pdqDistance: number): Objection | null => {
  // A re-encoder may round a side down; anything beyond that is a smaller picture.
  if (full.width * full.height < thumbnail.width * thumbnail.height * 0.98) {
    return {
      reason: 'full-mismatch',
      evidence: { why: 'smaller than its thumbnail', full: [full.width, full.height], thumbnail: [thumbnail.width, thumbnail.height] },
    }
  }
  if (pdqDistance <= PDQ_MATCH && Math.min(thumbnail.pdqQuality, full.pdqQuality) >= PDQ_MIN_QUALITY) return null
  const [small, large] = [thumbnail, full].map(({ sketch, width, height }) => viewSketch(sketch, width, height))
  if (!small || !large) return null
  const whole = correlationOf(small.luma(WHOLE, SAMPLES, SAMPLES), large.luma(WHOLE, SAMPLES, SAMPLES))
  if (whole >= WHOLE_MATCH) return null
  const part = register({ view: small, panels: thumbnail.panels }, { view: large, panels: full.panels }, { mirrored: false })?.correlation ?? -1
  if (part >= PART_MATCH) return null
  return { reason: 'full-mismatch', evidence: { why: 'another picture', pdqDistance, correlation: round(whole), partCorrelation: round(part) } }
}

const round = (value: number): number => Math.round(value * 1000) / 1000
