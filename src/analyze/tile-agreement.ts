/**
 * An independent look at the pixels themselves: two 32 × 32 tiles are laid over each other and
 * compared. PDQ forgets colour and all but the coarsest shapes; this look catches what it lets
 * pass, and it needs no decoding, so the keeper can take it inside a commit.
 */
export const TILE_SIDE = 32
const CHANNELS = 3

export interface Agreement {
  /** Pearson correlation of luminance, −1 to 1; 1 for two flat tiles. */
  readonly correlation: number
  /** Root mean square difference over all channels once mean brightness is evened, in 8-bit levels. */
  readonly difference: number
}

const luminance = (tile: Uint8Array, at: number): number =>
  0.299 * (tile[at] as number) + 0.587 * (tile[at + 1] as number) + 0.114 * (tile[at + 2] as number)

/** @param a, b tiles as in Fingerprint: 32 × 32 RGB, 3072 bytes */
export const tileAgreement = (a: Uint8Array, b: Uint8Array): Agreement => {
  const pixels = TILE_SIDE * TILE_SIDE
  let sumA = 0, sumB = 0, sumAA = 0, sumBB = 0, sumAB = 0
  const mean = [0, 0, 0]
  for (let at = 0; at < pixels * CHANNELS; at += CHANNELS) {
    const x = luminance(a, at), y = luminance(b, at)
    sumA += x
    sumB += y
    sumAA += x * x
    sumBB += y * y
    sumAB += x * y
    for (let c = 0; c < CHANNELS; c++) mean[c] = (mean[c] as number) + (a[at + c] as number) - (b[at + c] as number)
  }
  const varianceA = sumAA / pixels - (sumA / pixels) ** 2
  const varianceB = sumBB / pixels - (sumB / pixels) ** 2
  const covariance = sumAB / pixels - (sumA / pixels) * (sumB / pixels)
  // One brightness shift for all channels: a re-encoded copy may be lighter, but not of another colour.
  const shift = ((mean[0] as number) + (mean[1] as number) + (mean[2] as number)) / (pixels * CHANNELS)
  let squares = 0
  for (let at = 0; at < pixels * CHANNELS; at++) squares += ((a[at] as number) - (b[at] as number) - shift) ** 2
  const flat = varianceA < 1 && varianceB < 1
  return {
    correlation: flat ? 1 : covariance / Math.sqrt(Math.max(varianceA, 1e-6) * Math.max(varianceB, 1e-6)),
    difference: Math.sqrt(squares / (pixels * CHANNELS)),
  }
}

/**
 * The part of a tile that a crop of the picture would show, stretched to a tile again (bilinear).
 * @param region in fractions of width and height, 0 to 1
 */
export const cropTile = (
  tile: Uint8Array,
  region: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Uint8Array => {
  const out = new Uint8Array(tile.length)
  const last = TILE_SIDE - 1
  for (let row = 0; row < TILE_SIDE; row++) {
    const y = Math.min(last, Math.max(0, (region.y + ((row + 0.5) / TILE_SIDE) * region.height) * TILE_SIDE - 0.5))
    const y0 = Math.floor(y), y1 = Math.min(last, y0 + 1), fy = y - y0
    for (let column = 0; column < TILE_SIDE; column++) {
      const x = Math.min(last, Math.max(0, (region.x + ((column + 0.5) / TILE_SIDE) * region.width) * TILE_SIDE - 0.5))
      const x0 = Math.floor(x), x1 = Math.min(last, x0 + 1), fx = x - x0
      for (let c = 0; c < CHANNELS; c++) {
        const level = (atX: number, atY: number): number => tile[(atY * TILE_SIDE + atX) * CHANNELS + c] as number
        out[(row * TILE_SIDE + column) * CHANNELS + c] = Math.round(
          (level(x0, y0) * (1 - fx) + level(x1, y0) * fx) * (1 - fy) + (level(x0, y1) * (1 - fx) + level(x1, y1) * fx) * fy,
        )
      }
    }
  }
  return out
}
