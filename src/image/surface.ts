/**
 * What a picture's surface is like, whatever it shows: how flat, how many colours, how hard its edges are and which way
 * they run. Photographs, drawings and pages of text differ in it. Taken in one go over the working picture.
 */
import type { Rgb } from './develop.ts'
import type { Surface } from './look.ts'

/** Width of the border, of the short side. */
const RIM = 0.03
/** A block's side in pixels, and the ranges of luminance from which it is no longer flat, and then busy. */
const BLOCK = 8
const FLAT_RANGE = 4
const BUSY_RANGE = 32
/** Neighbouring pixels: the same, alike, an edge, and a hard one, by the greatest difference of a channel. */
const ALIKE = 2
const EDGE = 16
const HARD = 64
/** Of pixels a few apart. */
const BOUNDARY = 32
/** Cells a side that flatness is told of apart. */
const CELLS = 4
/** Levels within which a pixel is of the ground's colour. */
const GROUND_NEAR = 12
/** Every fourth row is enough for what is counted over all pixels, and for lines of text that can be read. */
const ROW_STEP = 4
/** Every second pixel each way is enough for the border, every second block for blocks. */
const SPARSE = 2
const BINS = 4096
/** Spread of a pixel's channels above which it is strongly coloured. */
const VIVID = 128

const luma = (data: Uint8Array, at: number): number => (77 * (data[at] as number) + 150 * (data[at + 1] as number) + 29 * (data[at + 2] as number)) >> 8

const difference = (data: Uint8Array, a: number, b: number): number => {
  let r = (data[a] as number) - (data[b] as number)
  let g = (data[a + 1] as number) - (data[b + 1] as number)
  let blue = (data[a + 2] as number) - (data[b + 2] as number)
  if (r < 0) r = -r
  if (g < 0) g = -g
  if (blue < 0) blue = -blue
  return r > g ? (r > blue ? r : blue) : g > blue ? g : blue
}

const share = (part: number, of: number): number => (of > 0 ? part / of : 0)

/** Four bits a channel. */
const binOf = (data: Uint8Array, at: number): number => (((data[at] as number) >> 4) << 8) | (((data[at + 1] as number) >> 4) << 4) | ((data[at + 2] as number) >> 4)

const palette = ({ data, width, height }: Rgb) => {
  const counts = new Uint32Array(BINS)
  let vivid = 0
  let saturation = 0
  let count = 0
  for (let y = 0; y < height; y += ROW_STEP) {
    const end = (y + 1) * width * 3
    for (let at = y * width * 3; at < end; at += 3) {
      const r = data[at] as number
      const g = data[at + 1] as number
      const b = data[at + 2] as number
      const bin = ((r >> 4) << 8) | ((g >> 4) << 4) | (b >> 4)
      counts[bin] = (counts[bin] as number) + 1
      const spread = (r > g ? (r > b ? r : b) : g > b ? g : b) - (r < g ? (r < b ? r : b) : g < b ? g : b)
      saturation += spread
      if (spread > VIVID) vivid++
    }
    count += width
  }
  let entropy = 0
  for (const n of counts) if (n > 0) entropy -= (n / count) * Math.log2(n / count)
  const order = counts.filter((n) => n > 0).sort().reverse()
  let covered = 0
  let colours = 0
  while (covered < 0.9 * count) covered += order[colours++] as number
  const top = order[0] as number
  return {
    colourEntropy: entropy / 12, colours: Math.log2(1 + colours) / 12, topColour: share(top, count),
    topFour: share(top + (order[1] ?? 0) + (order[2] ?? 0) + (order[3] ?? 0), count), saturation: saturation / count / 255, vivid: share(vivid, count),
  }
}

const neighbours = ({ data, width, height }: Rgb) => {
  let same = 0
  let fine = 0
  let edges = 0
  let hard = 0
  let straight = 0
  let pairs = 0
  let rows = 0
  let emptyRows = 0
  const rowEdges = new Uint32Array(Math.ceil(height / ROW_STEP))
  const cellAlike = new Float64Array(CELLS * CELLS)
  const cellPairs = new Float64Array(CELLS * CELLS)
  const below = width * 3
  for (let y = 0; y + 1 < height; y += ROW_STEP, rows++) {
    const before = edges
    for (let cell = 0; cell < CELLS; cell++) {
      const from = Math.floor((cell * (width - 1)) / CELLS)
      const to = Math.floor(((cell + 1) * (width - 1)) / CELLS)
      const end = (y * width + to) * 3
      let alike = 0
      for (let at = (y * width + from) * 3; at < end; at += 3) {
        const right = difference(data, at, at + 3)
        const down = difference(data, at, at + below)
        const most = right > down ? right : down
        if (most === 0) same++
        if (most <= ALIKE) alike++
        else if (most < EDGE) fine++
        else {
          edges++
          if (most >= HARD) hard++
          if ((right < most ? right : down) * 4 < most) straight++
        }
      }
      const place = Math.floor((y * CELLS) / height) * CELLS + cell
      cellAlike[place] = (cellAlike[place] as number) + alike
      cellPairs[place] = (cellPairs[place] as number) + to - from
    }
    pairs += width - 1
    rowEdges[rows] = edges - before
    if (edges - before < width * 0.004) emptyRows++
  }
  // Lines of text: rows full of edges, and rows of few, by turns.
  const busyRow = 0.3 * share(edges, rows)
  let turns = 0
  for (let row = 1; row < rows; row++) if ((rowEdges[row] as number) > busyRow !== (rowEdges[row - 1] as number) > busyRow) turns++
  const cells = [...cellAlike].map((alike, place) => share(alike, cellPairs[place] as number)).sort((a, b) => a - b)
  return {
    same: share(same, pairs), alike: share(cellAlike.reduce((a, b) => a + b, 0), pairs), fine: share(fine, pairs), edges: share(edges, pairs), hardEdges: share(hard, edges),
    straightEdges: share(straight, edges), rowTurns: share(turns, rows), emptyRows: share(emptyRows, rows),
    leastFlatCell: cells[1] ?? 0, mostFlatCell: cells[cells.length - 2] ?? 0, flatCells: share(cells.filter((alike) => alike > 0.9).length, cells.length),
  }
}

/** How far the straightest boundary goes across the picture, and down: where one thing has been set beside another. */
const boundaries = ({ data, width, height }: Rgb) => {
  const columns = Math.floor(width / ROW_STEP)
  const rows = Math.floor(height / ROW_STEP)
  const down = new Uint32Array(columns)
  let across = 0
  for (let row = 0; row + 1 < rows; row++) {
    let inRow = 0
    for (let column = 0; column + 1 < columns; column++) {
      const at = (row * ROW_STEP * width + column * ROW_STEP) * 3
      if (difference(data, at, at + ROW_STEP * width * 3) >= BOUNDARY) inRow++
      if (difference(data, at, at + ROW_STEP * 3) >= BOUNDARY) down[column] = (down[column] as number) + 1
    }
    if (inRow > across) across = inRow
  }
  return { acrossEdge: share(across, columns - 1), downEdge: share(down.reduce((a, b) => Math.max(a, b), 0), rows - 1) }
}

const blocks = ({ data, width, height }: Rgb) => {
  let flat = 0
  let dead = 0
  let soft = 0
  let busy = 0
  let levels = 0
  let twoTone = 0
  let count = 0
  const values = new Uint8Array(BLOCK * BLOCK)
  for (let top = 0; top + BLOCK <= height; top += BLOCK) {
    for (let left = ((top / BLOCK) % SPARSE) * BLOCK; left + BLOCK <= width; left += SPARSE * BLOCK) {
      count++
      let low = 255
      let high = 0
      for (let y = 0, n = 0; y < BLOCK; y++) {
        for (let x = 0, at = ((top + y) * width + left) * 3; x < BLOCK; x++, n++, at += 3) {
          const level = luma(data, at)
          values[n] = level
          if (level < low) low = level
          if (level > high) high = level
        }
      }
      const range = high - low
      if (range <= FLAT_RANGE) flat++
      if (range <= 1) dead++
      if (range <= FLAT_RANGE) continue
      if (range < BUSY_RANGE) {
        soft++
        continue
      }
      busy++
      let seenLow = 0
      let seenHigh = 0
      let ends = 0
      const near = range >> 3
      for (const level of values) {
        const bin = level >> 2
        if (bin < 32) seenLow |= 1 << bin
        else seenHigh |= 1 << (bin - 32)
        if (level - low <= near || high - level <= near) ends++
      }
      levels += bits(seenLow) + bits(seenHigh)
      if (ends >= 0.8 * values.length) twoTone++
    }
  }
  return {
    flatBlocks: share(flat, count), deadBlocks: share(dead, count), softBlocks: share(soft, count), busyBlocks: share(busy, count),
    busyLevels: share(levels, busy) / 64, twoTone: share(twoTone, busy),
  }
}

const bits = (mask: number): number => {
  let [rest, count] = [mask, 0]
  for (; rest !== 0; rest &= rest - 1) count++
  return count
}

/** The colour that most of the border has, how much of it, and how much of the whole picture. */
const ground = ({ data, width, height }: Rgb) => {
  const counts = new Uint32Array(BINS)
  const rim = Math.max(1, Math.round(RIM * Math.min(width, height)))
  const border: number[] = []
  for (let y = 0; y < height; y += SPARSE) {
    const within = y >= rim && y < height - rim
    for (let x = 0; x < width; x += SPARSE) {
      if (within && x >= rim && x < width - rim) x = width - rim
      border.push((y * width + x) * 3)
    }
  }
  for (const at of border) {
    const bin = binOf(data, at)
    counts[bin] = (counts[bin] as number) + 1
  }
  const top = counts.indexOf(counts.reduce((most, n) => Math.max(most, n), 0))
  // The mean of that bin on the border, so that a ground on the brink of two bins is met.
  const inBin = border.filter((at) => binOf(data, at) === top)
  const mean = (channel: number): number => inBin.reduce((sum, at) => sum + (data[at + channel] as number), 0) / inBin.length
  const red = mean(0)
  const green = mean(1)
  const blue = mean(2)
  const near = (at: number): boolean =>
    Math.abs((data[at] as number) - red) <= GROUND_NEAR && Math.abs((data[at + 1] as number) - green) <= GROUND_NEAR && Math.abs((data[at + 2] as number) - blue) <= GROUND_NEAR
  let everywhere = 0
  let count = 0
  for (let y = 0; y < height; y += ROW_STEP, count += width) {
    for (let at = y * width * 3; at < (y + 1) * width * 3; at += 3) if (near(at)) everywhere++
  }
  return {
    groundRim: share(border.filter(near).length, border.length), groundShare: share(everywhere, count), groundLight: (0.299 * red + 0.587 * green + 0.114 * blue) / 255,
  }
}

/** @param rgb the working picture */
export const surfaceOf = (rgb: Rgb): Surface => ({ ...palette(rgb), ...neighbours(rgb), ...boundaries(rgb), ...blocks(rgb), ...ground(rgb) })
