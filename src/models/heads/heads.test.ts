import { describe, expect, it } from 'vitest'
import { readDetr } from './detr.ts'
import { readFeatures } from './features.ts'
import { readSoftmax } from './softmax.ts'
import { readYolo } from './yolo.ts'
import { readYolox } from './yolox.ts'

describe('yolox', () => {
  const head = { kind: 'yolox', output: 'o', strides: [8, 16], nms: 0.5 } as const
  const input = { width: 32, height: 32 }
  const limits = { minScore: 0.3, maxBoxes: 10 }
  const CLASSES = 3
  /** 4 × 4 cells of stride 8, then 2 × 2 of stride 16. */
  const empty = () => new Float32Array((16 + 4) * (5 + CLASSES))
  const put = (to: Float32Array, anchor: number, box: readonly number[], objectness: number, scores: readonly number[]) =>
    to.set([...box, objectness, ...scores], anchor * (5 + CLASSES))
  const read = (output: Float32Array, more = {}) => readYolox(output, input, head, CLASSES, { ...limits, ...more })

  it('sees nothing in silence', () => {
    expect(read(empty())).toEqual([])
  })

  it('decodes centre and size by the cell and its stride', () => {
    const output = empty()
    // Second row, third column of the fine grid: centre (2.5 × 8, 1.5 × 8), 16 wide, 8 high.
    put(output, 6, [0.5, 0.5, Math.log(2), 0], 0.9, [0, 0, 1])
    // First row, second column of the coarse grid, anchor 16 + 1.
    put(output, 17, [0.5, 0.5, 0, 0], 0.8, [1, 0, 0])
    const [fine, coarse, ...rest] = read(output)
    expect(rest).toEqual([])
    expect(fine).toEqual({ x: expect.closeTo(12, 4), y: 8, width: expect.closeTo(16, 4), height: 8, label: 2, score: expect.closeTo(0.9, 5) })
    expect(coarse).toEqual({ x: 16, y: 0, width: 16, height: 16, label: 0, score: expect.closeTo(0.8, 5) })
  })

  it('multiplies objectness and class, and drops what is below the least score', () => {
    const output = empty()
    put(output, 0, [0.5, 0.5, 0, 0], 0.5, [0.7, 0.1, 0])
    put(output, 10, [0.5, 0.5, 0, 0], 0.5, [0.5, 0.1, 0])
    expect(read(output).map((d) => d.score)).toEqual([expect.closeTo(0.35, 5)])
  })

  it('keeps the stronger of two boxes of one class, and both of two classes', () => {
    const output = empty()
    put(output, 5, [0.5, 0.5, Math.log(2), Math.log(2)], 0.6, [1, 0, 0])
    put(output, 6, [-0.4, 0.5, Math.log(2), Math.log(2)], 0.9, [1, 0, 0])
    put(output, 9, [0.5, -0.5, Math.log(2), Math.log(2)], 0.7, [0, 1, 0])
    expect(read(output).map((d) => [d.label, d.score.toFixed(1)])).toEqual([[0, '0.9'], [1, '0.7']])
  })

  it('keeps two boxes of one class that hardly overlap, and no more than asked for', () => {
    const output = empty()
    for (const anchor of [0, 3, 12, 15]) put(output, anchor, [0.5, 0.5, 0, 0], 0.5 + anchor / 100, [1, 0, 0])
    expect(read(output)).toHaveLength(4)
    expect(read(output, { maxBoxes: 2 }).map((d) => d.score.toFixed(2))).toEqual(['0.65', '0.62'])
  })

  it('clips to the input and survives values that are not numbers', () => {
    const output = empty()
    put(output, 0, [0.5, 0.5, Math.log(4), Math.log(4)], 0.9, [1, 0, 0])
    put(output, 3, [Number.NaN, 0.5, 0, 0], 0.9, [0, 1, 0])
    put(output, 4, [0.5, 0.5, 0, 0], Number.NaN, [1, 0, 0])
    expect(read(output)).toEqual([
      { x: 0, y: 0, width: expect.closeTo(20, 4), height: expect.closeTo(20, 4), label: 0, score: expect.closeTo(0.9, 5) },
    ])
  })
})

describe('yolov5 and yolov8', () => {
  const input = { width: 64, height: 64 }
  const limits = { minScore: 0.3, maxBoxes: 10 }
  /** Centre, size, objectness and three classes. */
  const anchors = [
    [20, 20, 16, 8, 0.9, 0.1, 0.8, 0], [22, 20, 16, 8, 0.8, 0, 0.7, 0], [50, 60, 20, 20, 0.5, 0, 0, 0.9],
    [10, 10, 4, 4, 0.9, 0.2, 0.1, 0], [Number.NaN, 10, 4, 4, 0.9, 1, 0, 0],
  ]
  it('reads a row an anchor, its class times its objectness', () => {
    const found = readYolo(Float32Array.from(anchors.flat()), input, { kind: 'yolov5', output: 'o', nms: 0.5 }, 3, limits)
    expect(found).toEqual([
      { x: 12, y: 16, width: 16, height: 8, label: 1, score: expect.closeTo(0.72, 5) },
      { x: 40, y: 50, width: 20, height: 14, label: 2, score: expect.closeTo(0.45, 5) },
    ])
  })

  it('reads a column an anchor, its class by itself', () => {
    const columns = anchors.map((row) => row.filter((_, at) => at !== 4))
    const values = Float32Array.from({ length: 7 * columns.length }, (_, at) => columns[at % columns.length]?.[Math.floor(at / columns.length)] ?? NaN)
    const found = readYolo(values, input, { kind: 'yolov8', output: 'o', nms: 0.5 }, 3, limits)
    expect(found.map(({ x, y, label, score }) => [x, y, label, Number(score.toFixed(2))])).toEqual([[40, 50, 2, 0.9], [12, 16, 1, 0.8]])
  })
})

describe('detr', () => {
  const input = { width: 100, height: 50 }
  const limits = { minScore: 0.3, maxBoxes: 2 }
  it('takes corners with scores and classes as they are, and suppresses nothing', () => {
    const outputs = {
      boxes: Float32Array.of(10, 10, 30, 20, 11, 10, 30, 20, -5, 40, 20, 60, 0, 0, 9, 9, 1, 1, 2, 2), scores: Float32Array.of(0.9, 0.8, 0.7, 0.2, 0.95),
      classes: Float32Array.of(1, 1, 0, 0, 80),
    }
    const head = { kind: 'detr', boxes: 'b', form: 'corners', scores: 's', classes: 'l' } as const
    expect(readDetr(outputs, input, head, 80, limits)).toEqual([
      { x: 10, y: 10, width: 20, height: 10, label: 1, score: expect.closeTo(0.9, 5) },
      { x: 11, y: 10, width: 19, height: 10, label: 1, score: expect.closeTo(0.8, 5) },
    ])
    expect(readDetr(outputs, input, head, 80, { ...limits, maxBoxes: 9 })[2]).toMatchObject({ x: 0, y: 40, width: 20, height: 10 })
  })

  it('takes centres as shares of the input, and a logit for each class of each box', () => {
    const outputs = { boxes: Float32Array.of(0.5, 0.5, 0.2, 0.4, 0.1, 0.1, 0.1, 0.1), scores: Float32Array.of(0, 2, -9, -3, -3, -3), classes: null }
    const head = { kind: 'detr', boxes: 'b', form: 'centre', scores: 's' } as const
    const found = readDetr(outputs, input, head, 3, limits)
    expect(found).toEqual([
      { x: expect.closeTo(40, 4), y: expect.closeTo(15, 4), width: expect.closeTo(20, 4), height: expect.closeTo(20, 4), label: 1, score: expect.closeTo(0.8808, 4) },
      { x: expect.closeTo(40, 4), y: expect.closeTo(15, 4), width: expect.closeTo(20, 4), height: expect.closeTo(20, 4), label: 0, score: 0.5 },
    ])
  })
})

describe('softmax', () => {
  it('names the strongest few behind the background class', () => {
    const head = { kind: 'softmax', output: 'o', offset: 1, top: 2 } as const
    expect(readSoftmax(Float32Array.of(0.6, 0.0625, 0.25, 0.125), head)).toEqual([
      { label: 1, score: 0.25 },
      { label: 2, score: 0.125 },
    ])
  })

  it('gives what there is when there is less, and no label for a value that is not a number', () => {
    const head = { kind: 'softmax', output: 'o', offset: 0, top: 5 } as const
    expect(readSoftmax(Float32Array.of(Number.NaN, 0.5), head)).toEqual([{ label: 1, score: 0.5 }])
  })
})

describe('features', () => {
  it('become a vector of length one with the same direction', () => {
    const given = Float32Array.of(3, 0, 4)
    const vector = readFeatures(given)
    expect([...vector ?? []]).toEqual([expect.closeTo(0.6), 0, expect.closeTo(0.8)])
    expect([...given]).toEqual([3, 0, 4])
  })

  it('without a direction are none', () => {
    expect(readFeatures(new Float32Array(4))).toBeNull()
    expect(readFeatures(Float32Array.of(1, Number.NaN))).toBeNull()
  })
})
