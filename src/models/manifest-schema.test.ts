import { describe, expect, it } from 'vitest'
import { labelsOf } from './label-sets.ts'
import { parseManifest } from './manifest-schema.ts'
import { shippedPacks } from './shipped-packs.ts'

describe('a manifest', () => {
  const [good] = shippedPacks

  it('is taken as it stands', () => {
    expect(parseManifest(JSON.parse(JSON.stringify(good)), 'a.json')).toEqual(good)
  })

  it.each([
    ['an unknown key', { ...good, sha25: 'x' }, /sha25/],
    ['a short checksum', { ...good, sha256: 'abc' }, /64 lower-case/],
    ['a path for a file', { ...good, file: '../elsewhere.onnx' }, /not a path/],
    ['a task without its head', { ...good, tasks: ['detect', 'embed'] }, /each task needs its head/],
    ['labels that are not shipped', { ...good, labels: 'coco-91' }, /no such label set/],
    ['a threshold past 1', { ...good, thresholds: { similarAt: 90 } }, /similarAt/],
  ])('is refused for %s, by name', (_what, json, words) => {
    expect(() => parseManifest(json, 'a.json')).toThrow(expect.objectContaining({
      code: 'config-invalid',
      message: expect.stringMatching(words),
    }))
  })
})

describe('labels', () => {
  it.each([['coco-80', 80, 'person', 'toothbrush'], ['imagenet-1000', 1000, 'tench', 'toilet tissue']] as const)(
    '%s has %i names, each once, in the order of the outputs', (name, count, first, last) => {
      const labels = labelsOf(name)
      expect(new Set(labels).size).toBe(count)
      expect(labels).toHaveLength(count)
      expect([labels[0], labels.at(-1)]).toEqual([first, last])
    })

  it('are not guessed', () => {
    expect(() => labelsOf('nowhere')).toThrow(/no label set "nowhere"/)
  })
})
