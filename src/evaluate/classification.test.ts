import { expect, it } from 'vitest'
import { classesOf, classificationMetrics, confusionsOf, type RankedPicture } from './classification.ts'

const said = (truth: string, ...ranked: string[]): RankedPicture => ({ truth, ranked })

it('counts pictures, classes, and what is taken for what', () => {
  const pictures = [
    said('cat', 'cat', 'dog'), said('cat', 'cat'), said('cat', 'dog', 'cat'), said('cat', 'dog', 'owl', 'cow', 'ape', 'ant', 'cat'),
    said('dog', 'dog'), said('owl'),
  ]
  expect(classificationMetrics(pictures)).toEqual({ top1: 3 / 6, top5: 4 / 6, perClass: (2 / 4 + 1 + 0) / 3 })
  expect(classesOf(pictures)).toEqual([{ name: 'cat', pictures: 4, right: 2 }, { name: 'dog', pictures: 1, right: 1 }, { name: 'owl', pictures: 1, right: 0 }])
  expect(confusionsOf(pictures)).toEqual([{ truth: 'cat', said: 'dog', pictures: 2 }, { truth: 'owl', said: null, pictures: 1 }])
  expect(classificationMetrics([]).top1).toBeNaN()
})
