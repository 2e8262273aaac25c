/** Classes as they are asked for: `person`, `person:0.6` with a score of its own, `vehicle` for a group of them. */

/** COCO's own groups of its classes ("supercategories"), but for the two that hold one class or bear a class's name. */
export const SHIPPED_GROUPS: Readonly<Record<string, readonly string[]>> = {
  vehicle: ['bicycle', 'car', 'motorcycle', 'airplane', 'bus', 'train', 'truck', 'boat'],
  animal: ['bird', 'cat', 'dog', 'horse', 'sheep', 'cow', 'elephant', 'bear', 'zebra', 'giraffe'],
  accessory: ['backpack', 'umbrella', 'handbag', 'tie', 'suitcase'],
  sports: ['frisbee', 'skis', 'snowboard', 'sports ball', 'kite', 'baseball bat', 'baseball glove', 'skateboard', 'surfboard', 'tennis racket'],
  kitchen: ['bottle', 'wine glass', 'cup', 'fork', 'knife', 'spoon', 'bowl'],
  food: ['banana', 'apple', 'sandwich', 'orange', 'broccoli', 'carrot', 'hot dog', 'pizza', 'donut', 'cake'],
  furniture: ['chair', 'couch', 'potted plant', 'bed', 'dining table', 'toilet'],
  electronic: ['tv', 'laptop', 'mouse', 'remote', 'keyboard', 'cell phone'],
  appliance: ['microwave', 'oven', 'toaster', 'sink', 'refrigerator'],
}

export type Groups = Readonly<Record<string, readonly string[]>>

/** Least score of each class that is asked for, by its name in lower case. */
export type Wanted = ReadonlyMap<string, number>

/** Name, and score where one is given; the score is out of range where the text is no number from 0 to 1. */
export const parseSpec = (spec: string): { readonly name: string; readonly score: number | null } => {
  const at = spec.lastIndexOf(':')
  if (at === -1) return { name: spec.trim().toLowerCase(), score: null }
  const text = spec.slice(at + 1).trim()
  return { name: spec.slice(0, at).trim().toLowerCase(), score: text === '' ? Number.NaN : Number(text) }
}

/** What is wrong with it, in words; null for nothing. */
export const specFlaw = (spec: string): string | null => {
  const { name, score } = parseSpec(spec)
  if (name === '') return 'names no class'
  return score === null || (score >= 0 && score <= 1) ? null : 'has no score from 0 to 1 behind its colon'
}

/**
 * Groups are opened; a class that is named beside its group keeps the score that it was named with.
 * @param groups the user's own, which stand before the shipped ones of the same name
 * @param fallback score of those that name none
 */
export const wantedOf = (specs: readonly string[], groups: Groups, fallback: number): Wanted => {
  const known = new Map(Object.entries({ ...SHIPPED_GROUPS, ...groups }).map(([name, classes]) => [name.toLowerCase(), classes]))
  const wanted = new Map<string, number>()
  const parsed = specs.map(parseSpec)
  for (const { name, score } of parsed) {
    for (const one of known.get(name) ?? []) wanted.set(one.toLowerCase(), score ?? fallback)
  }
  for (const { name, score } of parsed) if (!known.has(name)) wanted.set(name, score ?? fallback)
  return wanted
}
