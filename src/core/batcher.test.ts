import { describe, expect, it } from 'vitest'
import { createBatcher } from './batcher.ts'

describe('createBatcher', () => {
  it('sends calls that wait together as one batch, in order, at most max', async () => {
    const seen: number[][] = []
    const call = createBatcher<number, number>(
      async (items) => {
        seen.push([...items])
        return items.map((n) => n * 10)
      },
      { max: 3 },
    )
    expect(await Promise.all([1, 2, 3, 4].map(call))).toEqual([10, 20, 30, 40])
    expect(seen).toEqual([[1, 2, 3], [4]])
  })

  it('rejects a failed batch and serves the next', async () => {
    let first = true
    const call = createBatcher<number, number>(
      async (items) => {
        if (first) {
          first = false
          throw new Error('no')
        }
        return items
      },
      { max: 1 },
    )
    await expect(call(1)).rejects.toThrow('no')
    expect(await call(2)).toBe(2)
  })
})
