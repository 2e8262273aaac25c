/** The few products and the one factorisation that a ridge needs; row by row in flat arrays, sums in double precision. */

export type Values = Float32Array | Float64Array

/** Rows taken together, so that the target is read and written once for all of them. */
const ROWS = 8

/**
 * `target += leftᵀ × right`, over rows `from` up to `to`.
 * @param target `width` rows of `dimension`
 * @param left `width` values a row
 * @param right `dimension` values a row
 * @param lower only what lies on and below the diagonal of a square target
 */
export const addProduct = (
  target: Float64Array, { left, width, right, dimension, from, to, lower = false }: {
    readonly left: Values
    readonly width: number
    readonly right: Values
    readonly dimension: number
    readonly from: number
    readonly to: number
    readonly lower?: boolean
  },
): void => {
  for (let row = from; row < to; row += ROWS) {
    const rows = Math.min(ROWS, to - row)
    for (let at = 0; at < width; at++) {
      const start = at * dimension
      const end = lower ? at + 1 : dimension
      if (rows < ROWS) {
        for (let one = row; one < row + rows; one++) {
          const factor = left[one * width + at] as number
          for (let k = 0; k < end; k++) (target[start + k] as number) += factor * (right[one * dimension + k] as number)
        }
        continue
      }
      const l = row * width + at
      const [f0, f1, f2, f3] = [left[l] as number, left[l + width] as number, left[l + 2 * width] as number, left[l + 3 * width] as number]
      const [f4, f5, f6, f7] = [left[l + 4 * width] as number, left[l + 5 * width] as number, left[l + 6 * width] as number, left[l + 7 * width] as number]
      const r0 = row * dimension
      const [r1, r2, r3, r4] = [r0 + dimension, r0 + 2 * dimension, r0 + 3 * dimension, r0 + 4 * dimension]
      const [r5, r6, r7] = [r0 + 5 * dimension, r0 + 6 * dimension, r0 + 7 * dimension]
      for (let k = 0; k < end; k++) {
        (target[start + k] as number) +=
          f0 * (right[r0 + k] as number) + f1 * (right[r1 + k] as number) + f2 * (right[r2 + k] as number) + f3 * (right[r3 + k] as number) +
          f4 * (right[r4 + k] as number) + f5 * (right[r5 + k] as number) + f6 * (right[r6 + k] as number) + f7 * (right[r7 + k] as number)
      }
    }
  }
}

/** Of two rows of `dimension` values that begin at `i` and `j`. */
export const dotAt = (a: Values, i: number, b: Values, j: number, dimension: number): number => {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  const whole = dimension - (dimension % 4)
  for (let k = 0; k < whole; k += 4) {
    s0 += (a[i + k] as number) * (b[j + k] as number)
    s1 += (a[i + k + 1] as number) * (b[j + k + 1] as number)
    s2 += (a[i + k + 2] as number) * (b[j + k + 2] as number)
    s3 += (a[i + k + 3] as number) * (b[j + k + 3] as number)
  }
  for (let k = whole; k < dimension; k++) s0 += (a[i + k] as number) * (b[j + k] as number)
  return s0 + s1 + s2 + s3
}

/**
 * `target = left × rightᵀ`: two rows by two at a time, so that each value read is used twice.
 * @param left `rows` of `dimension` values @param right `others` of `dimension` values @param target `rows` of `others`
 */
export const dotRows = (
  target: Float64Array, left: Values, rows: number, right: Values, others: number, dimension: number,
): void => {
  const [evenRows, evenOthers] = [rows - (rows % 2), others - (others % 2)]
  for (let i = 0; i < evenRows; i += 2) {
    const [a, b] = [i * dimension, (i + 1) * dimension]
    for (let j = 0; j < evenOthers; j += 2) {
      const [c, d] = [j * dimension, (j + 1) * dimension]
      let [ac, ad, bc, bd] = [0, 0, 0, 0]
      for (let k = 0; k < dimension; k++) {
        const [x, y, u, v] = [left[a + k] as number, left[b + k] as number, right[c + k] as number, right[d + k] as number]
        ac += x * u
        ad += x * v
        bc += y * u
        bd += y * v
      }
      target[i * others + j] = ac
      target[i * others + j + 1] = ad
      target[(i + 1) * others + j] = bc
      target[(i + 1) * others + j + 1] = bd
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = i < evenRows ? evenOthers : 0; j < others; j++) target[i * others + j] = dotAt(left, i * dimension, right, j * dimension, dimension)
  }
}

/**
 * Cholesky's factor of a symmetric positive matrix plus `ridge` on its diagonal.
 * @param matrix `n` × `n`; only what lies on and below the diagonal is read, and it stays as it is
 * @returns lower triangular; above the diagonal it is zero
 */
export const cholesky = (matrix: Float64Array, n: number, ridge: number): Float64Array => {
  const factor = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = (matrix[i * n + j] as number) + (i === j ? ridge : 0) - dotAt(factor, i * n, factor, j * n, j)
      factor[i * n + j] = i === j ? Math.sqrt(rest) : rest / (factor[j * n + j] as number)
    }
  }
  return factor
}

/** Solves `factor × x = row` in place, for the row of `n` values that begins at `start`. */
export const solveForward = (factor: Float64Array, n: number, values: Float64Array, start = 0): void => {
  for (let i = 0; i < n; i++) {
    values[start + i] = ((values[start + i] as number) - dotAt(factor, i * n, values, start, i)) / (factor[i * n + i] as number)
  }
}

/** Solves `factorᵀ × x = row` in place. */
export const solveBackward = (factor: Float64Array, n: number, values: Float64Array, start = 0): void => {
  for (let i = n - 1; i >= 0; i--) {
    const value = (values[start + i] as number) / (factor[i * n + i] as number)
    values[start + i] = value
    // By rows of the factor, which lie together in memory.
    for (let k = 0; k < i; k++) (values[start + k] as number) -= (factor[i * n + k] as number) * value
  }
}
