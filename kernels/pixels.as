/**
 * The arithmetic done on every pixel of every picture: luminance, its statistics, the weighted sums
 * of separable filters, and PDQ's transform. AssemblyScript, compiled to WebAssembly with SIMD,
 * since the same loops in JavaScript take five to ten times the processor time and this is what a
 * crawl spends most of it on, decoding apart. No allocation and no state: the caller lays out
 * memory (src/image/stage.ts) and passes addresses in bytes. Buffers are read up to 16 bytes past
 * their end, rows are written in whole groups of four (or sixteen) floats: the layout leaves room.
 */

/** Four pixels of interleaved bytes to four floats of one channel, whose first byte is `at`. */
@inline
function channel(pixels: v128, lanes: v128): v128 {
  return f32x4.convert_i32x4_s(i8x16.swizzle(pixels, lanes))
}

/** BT.601 luminance of `count` RGB pixels, as floats. */
export function luma(rgb: usize, count: i32, out: usize): void {
  const red = i8x16(0, -1, -1, -1, 3, -1, -1, -1, 6, -1, -1, -1, 9, -1, -1, -1)
  const green = i8x16(1, -1, -1, -1, 4, -1, -1, -1, 7, -1, -1, -1, 10, -1, -1, -1)
  const blue = i8x16(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1)
  for (let i = 0; i < count; i += 4, rgb += 12, out += 16) {
    const pixels = v128.load(rgb)
    const rg = f32x4.add(
      f32x4.mul(channel(pixels, red), f32x4.splat(0.299)),
      f32x4.mul(channel(pixels, green), f32x4.splat(0.587)),
    )
    v128.store(out, f32x4.add(rg, f32x4.mul(channel(pixels, blue), f32x4.splat(0.114))))
  }
}

@inline
function total(v: v128): f64 {
  return (
    <f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1) +
    (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3))
  )
}

@inline
function tally(histogram: usize, level: i32): void {
  const at = histogram + (<usize>level << 2)
  store<u32>(at, load<u32>(at) + 1)
}

/**
 * Sums over a picture's luminance.
 * @param histogram four tables of 256 counts, one a lane, so that like neighbours do not wait for one another; zeroed by the caller
 * @param sums five f64: sum and squares of (level − pivot), the pivot, sum and squares of the Laplacian
 */
export function statistics(luma: usize, width: i32, height: i32, histogram: usize, sums: usize): void {
  const pivot = load<f32>(luma)
  const pivots = f32x4.splat(pivot)
  const stride = <usize>width << 2
  let sum: f64 = 0
  let squares: f64 = 0
  let edgeSum: f64 = 0
  let edgeSquares: f64 = 0
  for (let y = 0; y < height; y++) {
    const row = luma + <usize>y * stride
    let s = f32x4.splat(0)
    let q = f32x4.splat(0)
    let x = 0
    for (; x + 4 <= width; x += 4) {
      const levels = v128.load(row + (<usize>x << 2))
      const off = f32x4.sub(levels, pivots)
      s = f32x4.add(s, off)
      q = f32x4.add(q, f32x4.mul(off, off))
      const whole = i32x4.trunc_sat_f32x4_s(f32x4.add(levels, f32x4.splat(0.5)))
      tally(histogram, i32x4.extract_lane(whole, 0))
      tally(histogram + 1024, i32x4.extract_lane(whole, 1))
      tally(histogram + 2048, i32x4.extract_lane(whole, 2))
      tally(histogram + 3072, i32x4.extract_lane(whole, 3))
    }
    sum += total(s)
    squares += total(q)
    for (; x < width; x++) {
      const level = load<f32>(row + (<usize>x << 2))
      const off = <f64>(level - pivot)
      sum += off
      squares += off * off
      tally(histogram, <i32>(level + 0.5))
    }
    if (y == 0 || y == height - 1) continue
    s = f32x4.splat(0)
    q = f32x4.splat(0)
    x = 1
    for (; x + 4 < width; x += 4) {
      const at = row + (<usize>x << 2)
      const across = f32x4.add(v128.load(at - 4), v128.load(at + 4))
      const down = f32x4.add(v128.load(at - stride), v128.load(at + stride))
      const edge = f32x4.sub(f32x4.add(across, down), f32x4.mul(v128.load(at), f32x4.splat(4)))
      s = f32x4.add(s, edge)
      q = f32x4.add(q, f32x4.mul(edge, edge))
    }
    edgeSum += total(s)
    edgeSquares += total(q)
    for (; x < width - 1; x++) {
      const at = row + (<usize>x << 2)
      const edge = <f64>(
        load<f32>(at - 4) + load<f32>(at + 4) + (load<f32>(at - stride) + load<f32>(at + stride)) - 4 * load<f32>(at)
      )
      edgeSum += edge
      edgeSquares += edge * edge
    }
  }
  store<f64>(sums, sum)
  store<f64>(sums, squares, 8)
  store<f64>(sums, <f64>pivot, 16)
  store<f64>(sums, edgeSum, 24)
  store<f64>(sums, edgeSquares, 32)
}

@inline
function add(acc: v128, weight: v128, levels: v128): v128 {
  return f32x4.add(acc, f32x4.mul(weight, f32x4.convert_i32x4_s(levels)))
}

/** Weighted sum of `taps` rows of bytes, 16 at a time, as floats. */
@inline
function blendRows(source: usize, stride: usize, count: i32, weights: usize, taps: i32, out: usize): void {
  for (let x = 0; x < count; x += 16, source += 16, out += 64) {
    let a = f32x4.splat(0)
    let b = f32x4.splat(0)
    let c = f32x4.splat(0)
    let d = f32x4.splat(0)
    let at = source
    let tap = weights
    for (let k = 0; k < taps; k++, at += stride, tap += 4) {
      const weight = v128.load32_splat(tap)
      const bytes = v128.load(at)
      const low = i16x8.extend_low_i8x16_u(bytes)
      const high = i16x8.extend_high_i8x16_u(bytes)
      a = add(a, weight, i32x4.extend_low_i16x8_u(low))
      b = add(b, weight, i32x4.extend_high_i16x8_u(low))
      c = add(c, weight, i32x4.extend_low_i16x8_u(high))
      d = add(d, weight, i32x4.extend_high_i16x8_u(high))
    }
    v128.store(out, a)
    v128.store(out, b, 16)
    v128.store(out, c, 32)
    v128.store(out, d, 48)
  }
}

@inline
function take(line: usize, weight: usize): v128 {
  return f32x4.mul(v128.load32_splat(weight), v128.load(line))
}

/** One output pixel; two and three taps, what enlarging and slight shrinking need, without a loop. */
@inline
function gather(line: usize, first: usize, weights: usize, taps: i32): v128 {
  let at = line + <usize>load<i32>(first) * 12
  let sum = take(at, weights)
  if (taps == 2) return f32x4.add(sum, take(at + 12, weights + 4))
  if (taps == 3) return f32x4.add(f32x4.add(sum, take(at + 12, weights + 4)), take(at + 24, weights + 8))
  for (let k = 1; k < taps; k++) {
    at += 12
    weights += 4
    sum = f32x4.add(sum, take(at, weights))
  }
  return sum
}

/** One row of outputs, four at a time, each of its colours to its plane. */
@inline
function spread(
  line: usize, first: usize, weights: usize, taps: i32, across: i32,
  scales: v128, means: v128, out: usize, plane: i32,
): void {
  const step = <usize>taps << 2
  for (let x = 0; x < across; x += 4, first += 16, weights += step << 2, out += 16) {
    const a = gather(line, first, weights, taps)
    const b = gather(line, first + 4, weights + step, taps)
    const c = gather(line, first + 8, weights + 2 * step, taps)
    const d = gather(line, first + 12, weights + 3 * step, taps)
    const lowAB = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
    const lowCD = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
    const red = v128.shuffle<f32>(lowAB, lowCD, 0, 1, 4, 5)
    const green = v128.shuffle<f32>(lowAB, lowCD, 2, 3, 6, 7)
    const blue = v128.shuffle<f32>(v128.shuffle<f32>(a, b, 2, 6, 2, 6), v128.shuffle<f32>(c, d, 2, 6, 2, 6), 0, 1, 4, 5)
    v128.store(out, f32x4.sub(f32x4.mul(red, scales), means))
    v128.store(out + plane, f32x4.sub(f32x4.mul(green, scales), means))
    v128.store(out + 2 * plane, f32x4.sub(f32x4.mul(blue, scales), means))
  }
}

/**
 * Filters an RGB picture in both directions into three planes of floats, `value × scale − mean`.
 * Tables of a direction: `first` input (i32) of each output, and `taps` weights (f32) an output;
 * those of the columns are filled up with zeros to a multiple of four outputs.
 * @param count bytes of a row that the columns' windows touch, from `source` on
 * @param line room for one row of floats
 * @param across outputs a row, a multiple of four
 * @param plane bytes from one plane of `out` to the next
 */
export function resample(
  source: usize, stride: i32, count: i32,
  rowFirst: usize, rowWeights: usize, rowTaps: i32, down: i32,
  columnFirst: usize, columnWeights: usize, columnTaps: i32, across: i32,
  scale: f32, mean: f32, line: usize, out: usize, plane: i32,
): void {
  const scales = f32x4.splat(scale)
  const means = f32x4.splat(mean)
  for (let y = 0; y < down; y++) {
    const from = source + <usize>load<i32>(rowFirst + (<usize>y << 2)) * <usize>stride
    blendRows(from, stride, count, rowWeights + <usize>(y * rowTaps) * 4, rowTaps, line)
    if (columnTaps == 2) spread(line, columnFirst, columnWeights, 2, across, scales, means, out, plane)
    else if (columnTaps == 3) spread(line, columnFirst, columnWeights, 3, across, scales, means, out, plane)
    else spread(line, columnFirst, columnWeights, columnTaps, across, scales, means, out, plane)
    out += <usize>across << 2
  }
}

/** Filters luminance in both directions down to 64 × 64; tables as those of `resample`. */
export function decimate(
  luma: usize, width: i32,
  rowFirst: usize, rowWeights: usize, rowTaps: i32,
  columnFirst: usize, columnWeights: usize, columnTaps: i32,
  line: usize, out: usize,
): void {
  const stride = <usize>width << 2
  for (let y = 0; y < 64; y++) {
    const from = luma + <usize>load<i32>(rowFirst + (<usize>y << 2)) * stride
    for (let x: usize = 0; x < stride; x += 16) {
      let sum = f32x4.splat(0)
      let at = from + x
      let weights = rowWeights + <usize>(y * rowTaps) * 4
      for (let k = 0; k < rowTaps; k++, at += stride, weights += 4) {
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights), v128.load(at)))
      }
      v128.store(line + x, sum)
    }
    let weights = columnWeights
    for (let x = 0; x < 64; x++, out += 4) {
      let at = line + (<usize>load<i32>(columnFirst + (<usize>x << 2)) << 2)
      let sum: f32 = 0
      for (let k = 0; k < columnTaps; k++, at += 4, weights += 4) sum += load<f32>(weights) * load<f32>(at)
      store<f32>(out, sum)
    }
  }
}

/**
 * `D × samples × Dᵀ` for a 16 × 64 matrix D.
 * @param half room for 16 × 64 floats
 */
export function transform(matrix: usize, samples: usize, half: usize, bands: usize): void {
  for (let i: usize = 0; i < 16; i++) {
    for (let x: usize = 0; x < 256; x += 16) {
      let sum = f32x4.splat(0)
      for (let y: usize = 0; y < 64; y++) {
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(matrix + i * 256 + y * 4), v128.load(samples + y * 256 + x)))
      }
      v128.store(half + i * 256 + x, sum)
    }
  }
  for (let i: usize = 0; i < 16; i++) {
    for (let j: usize = 0; j < 16; j++) {
      let sum = f32x4.splat(0)
      for (let x: usize = 0; x < 256; x += 16) {
        sum = f32x4.add(sum, f32x4.mul(v128.load(half + i * 256 + x), v128.load(matrix + j * 256 + x)))
      }
      store<f32>(bands + (i * 16 + j) * 4, <f32>total(sum))
    }
  }
}
