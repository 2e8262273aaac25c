import { describe, expect, it } from 'vitest'
import { coveredShare, readTextMap } from './text-map.ts'
import { readYunet, yunetLength, yunetOutputs } from './yunet.ts'

const limits = { minScore: 0.3, maxBoxes: 10 }

describe('yunet', () => {
  const head = { kind: 'yunet', strides: [8, 16], nms: 0.3 } as const
  const input = { width: 32, height: 32 }
  const empty = (): Map<string, Float32Array> => new Map(yunetOutputs(head).map((name) => [name, new Float32Array(yunetLength(input, name))]))
  const put = (outputs: Map<string, Float32Array>, stride: number, cell: number, face: number, thing: number, box: readonly number[]): void => {
    outputs.get(`cls_${stride}`)?.set([face], cell)
    outputs.get(`obj_${stride}`)?.set([thing], cell)
    outputs.get(`bbox_${stride}`)?.set(box, cell * 4)
  }
  const read = (outputs: Map<string, Float32Array>) => readYunet((name) => outputs.get(name) as Float32Array, input, head, limits)

  it('reads the outputs of each stride, as long as it has cells', () => {
    expect([...empty()].map(([name, { length }]) => [name, length])).toEqual([
      ['cls_8', 16], ['obj_8', 16], ['bbox_8', 64], ['cls_16', 4], ['obj_16', 4], ['bbox_16', 16],
    ])
    expect(read(empty())).toEqual([])
  })

  it('decodes centre and size by the cell and its stride, and scores by the geometric mean', () => {
    const outputs = empty()
    // Second row, third column of the fine grid: centre (2.5 × 8, 1.5 × 8), 16 wide, 8 high.
    put(outputs, 8, 6, 0.9, 0.4, [0.5, 0.5, Math.log(2), 0])
    expect(read(outputs)).toEqual([{ x: expect.closeTo(12, 4), y: 8, width: expect.closeTo(16, 4), height: 8, label: 0, score: expect.closeTo(0.6, 5) }])
  })

  it('holds values above 1 to 1, drops the weaker of two on one face, and survives what is no number', () => {
    const outputs = empty()
    put(outputs, 16, 0, 1.7, 1, [0.5, 0.5, 0, 0])
    put(outputs, 8, 0, 0.8, 0.8, [1, 1, Math.log(2), Math.log(2)])
    put(outputs, 8, 15, Number.NaN, 0.9, [0.5, 0.5, 0, 0])
    put(outputs, 8, 12, 0.9, 0.9, [Number.NaN, 0.5, 0, 0])
    expect(read(outputs)).toEqual([expect.objectContaining({ x: 0, y: 0, width: 16, score: 1 })])
  })
})

describe('a map of text', () => {
  const SIDE = 64
  const head = { kind: 'probability-map', output: 'o', threshold: 0.3 } as const
  const drawn = (...boxes: readonly (readonly [x: number, y: number, width: number, height: number, value: number])[]): Float32Array => {
    const map = new Float32Array(SIDE * SIDE)
    for (const [x, y, width, height, value] of boxes) for (let row = y; row < y + height; row++) map.fill(value, row * SIDE + x, row * SIDE + x + width)
    return map
  }
  const read = (map: Float32Array, picture = { width: SIDE, height: SIDE }) => readTextMap(map, SIDE, picture, head, limits)

  it('gives each line its box, grown back from what the network was taught, the largest first', () => {
    // 20 × 4 grows by 1.5 × 80 / 48.
    const found = read(drawn([10, 30, 20, 4, 0.9], [10, 10, 30, 4, 0.8]))
    expect(found).toMatchObject([{ label: 0, score: expect.closeTo(0.8, 5) }, { x: 7.5, y: 27.5, width: 25, height: 9, score: expect.closeTo(0.9, 5) }])
  })

  it.each([
    ['is unsure on the whole', [10, 10, 30, 4, 0.5]],
    ['is thinner than any letter', [10, 10, 30, 2, 0.9]],
    ['is as high as wide and large: an object alone on plain ground', [10, 10, 40, 34, 0.9]],
  ] as const)('gives none for what %s', (_, box) => expect(read(drawn(box))).toEqual([]))

  it('gives none for a frame, and none beyond the picture', () => {
    expect(read(drawn([4, 4, 50, 3, 0.9], [4, 40, 50, 3, 0.9], [4, 4, 3, 36, 0.9], [51, 4, 3, 36, 0.9]))).toEqual([])
    expect(read(drawn([0, 40, 40, 6, 0.9]), { width: SIDE, height: 32 })).toEqual([])
    expect(read(drawn([40, 10, 24, 6, 0.9]), { width: 60, height: SIDE })[0]).toMatchObject({ width: expect.closeTo(60 - 40 + 3.42, 1) })
  })

  it('tells the share that is covered, each place once', () => {
    const box = { x: 0, y: 0, width: 50, height: 100 }
    expect(coveredShare([], 100, 100)).toBe(0)
    expect(coveredShare([box, { ...box, width: 25 }], 100, 100)).toBe(0.5)
  })
})
