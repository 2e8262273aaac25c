/**
 * The names behind a model's class numbers, in the order of its outputs. They are data files so
 * that a person can read and correct them; two classes of one set never share a name.
 */
import { GannetError } from '../core/errors.ts'
import coco from './labels/coco-80.json' with { type: 'json' }
import imagenet from './labels/imagenet-1000.json' with { type: 'json' }
import nsfwjs from './labels/nsfwjs-5.json' with { type: 'json' }

const SETS = new Map<string, readonly string[]>([
  ['coco-80', Object.freeze(coco)],
  ['imagenet-1000', Object.freeze(imagenet)],
  ['nsfwjs-5', Object.freeze(nsfwjs)],
])

export const hasLabels = (name: string): boolean => SETS.has(name)

/** @throws GannetError `pack-damaged` for a set that is not shipped */
export const labelsOf = (name: string): readonly string[] => {
  const labels = SETS.get(name)
  if (labels) return labels
  throw new GannetError('pack-damaged', `no label set "${name}"; shipped are ${[...SETS.keys()].join(', ')}`)
}
