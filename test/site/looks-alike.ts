/**
 * The site's own eye, so that it does not judge the product by the product: a 16 × 16 cosine transform of the
 * picture at 64 × 64, one bit for each coefficient above the median. The same idea as PDQ, simpler, 256 bits.
 */
import sharp from 'sharp'

const SIDE = 64
const BITS = 16

const BASIS = Array.from({ length: BITS }, (_, k) =>
  Float64Array.from({ length: SIDE }, (_unused, x) => Math.cos((Math.PI * (k + 1) * (x + 0.5)) / SIDE)),
)

export const fingerprint = async (bytes: Uint8Array): Promise<boolean[]> => {
  const grey = await sharp(bytes).rotate().greyscale().resize(SIDE, SIDE, { fit: 'fill' }).raw().toBuffer()
  const rows = BASIS.map((wave) =>
    Float64Array.from({ length: SIDE }, (_, y) => wave.reduce((sum, w, x) => sum + w * (grey[y * SIDE + x] as number), 0)),
  )
  const values = BASIS.flatMap((wave) => rows.map((row) => wave.reduce((sum, w, y) => sum + w * (row[y] as number), 0)))
  const median = values.toSorted((a, b) => a - b)[values.length >> 1] as number
  return values.map((value) => value > median)
}

/** Bits that differ, of 256; unrelated pictures differ in about 128. */
export const apart = (a: readonly boolean[], b: readonly boolean[]): number =>
  a.reduce((n, bit, i) => n + (bit === b[i] ? 0 : 1), 0)
