/**
 * Which of the files met on a page are one picture. Three proofs, decided when the page has been read
 * whole, so that the order of findings does not matter:
 *
 * 1. their addresses are renditions of one file (file-address.ts);
 * 2. their names are equal but for words of size, and no two of them claim the same size (likely-name.ts); where some
 *    that state their sides have other shapes, only those of one shape, and the squares cut out of them;
 * 3. the file that one finding shows is what exactly one other picture has for a smaller copy.
 *
 * A file that several pictures have for a smaller copy (a play button, a placeholder) is none of any:
 * it proves nothing and is taken from all of them.
 */
import type { FileAddress } from './file-address/file-address.ts'
import { likelyName, type LikelyName } from './file-address/likely-name.ts'

/** What was found of one file. */
export interface Sighting {
  /** The one chosen as full. */
  readonly file: FileAddress
  /** It and its other renditions. */
  readonly files: readonly FileAddress[]
}

/** More files of one name than any site makes sizes. */
const MAX_SIZES = 8
/** Two sizes of one picture have the same shape but for rounding. */
const ASPECT_TOLERANCE = 0.03

const hostOf = (key: string): string => key.slice(0, key.indexOf('/'))

/** A file and its name without words of size. */
interface Named {
  /** Its place in the list of sightings. */
  readonly at: number
  readonly file: FileAddress
  readonly name: LikelyName
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= ASPECT_TOLERANCE * a

const sameShape = ({ name: a }: Named, { name: b }: Named): boolean => a.aspect !== null && b.aspect !== null && isNear(a.aspect, b.aspect)

/** Whether the names can be sizes of one picture: each another size. */
const areSizes = (named: readonly Named[]): boolean =>
  named.every((one, at) => named.slice(0, at).every((other) => other.name.rank !== one.name.rank || sameShape(other, one)))

const isSquare = ({ name: { aspect } }: Named): boolean => aspect !== null && isNear(aspect, 1)

const shortSide = ({ file: { width, height } }: Named): number => Math.min(width ?? 0, height ?? 0)

/** A square may be cut out of a file whose name states no sides, or no smaller ones. */
const isCutFrom = (square: Named, whole: readonly Named[]): boolean =>
  whole.some((one) => one.name.aspect === null || shortSide(one) >= shortSide(square))

/**
 * Those of one name that are sizes of one picture. `a-300x200`, `a-1024x683`, `a-150x150` and `a` are, as the square is
 * what content systems cut for their lists; `ad-300x250` and `ad-728x90` are two advertisements, with `ad` or without.
 */
const sizesAmong = (named: readonly Named[]): readonly (readonly Named[])[] => {
  if (named.length > MAX_SIZES) return []
  if (areSizes(named)) return [named]
  const squares = named.filter(isSquare)
  const whole = named.filter((one) => !isSquare(one))
  if (whole.length > 1 && areSizes(whole) && areSizes(squares) && squares.every((square) => isCutFrom(square, whole))) return [named]
  const shapes: Named[][] = []
  for (const one of named) {
    if (one.name.aspect === null) continue
    const shape = shapes.find(([first]) => first !== undefined && sameShape(first, one))
    if (shape === undefined) shapes.push([one])
    else shape.push(one)
  }
  return shapes
}

/** Proof 2: sightings that share host and likely name with others. */
const likelySets = (sightings: readonly Sighting[]): Iterable<readonly Named[]> => {
  const firsts = new Map<string, Named>()
  const sets = new Map<Named, Named[]>()
  for (let at = 0; at < sightings.length; at++) {
    const { file } = sightings[at] as Sighting
    const name = likelyName(file)
    if (name === null) continue
    const place = hostOf(file.key) + name.path
    const named = { at, file, name }
    const first = firsts.get(place)
    if (first === undefined) firsts.set(place, named)
    else if (sets.get(first)?.push(named) === undefined) sets.set(first, [first, named])
  }
  return sets.values()
}

const SHARED = -1

export interface SamePictures {
  /** Places in the list given, those of one picture together. */
  readonly pictures: readonly (readonly number[])[]
  /** Whether several pictures have the file of this key for a smaller copy; null where that is so of none. */
  readonly isShared: ((key: string) => boolean) | null
}

/** @param sightings each of a file with another key */
export const joinSightings = (sightings: readonly Sighting[]): SamePictures => {
  const parents = sightings.map((_, at) => at)
  const rootOf = (at: number): number => {
    let root = at
    while (parents[root] !== root) root = parents[root] = parents[parents[root] as number] as number
    return root
  }
  const join = (a: number, b: number): void => {
    const [one, other] = [rootOf(a), rootOf(b)]
    parents[Math.max(one, other)] = Math.min(one, other)
  }

  for (const set of likelySets(sightings)) {
    for (const [first, ...others] of sizesAmong(set)) for (const { at } of others) join((first as Named).at, at)
  }

  /** By key, the one picture that has the file for a smaller copy. */
  const owners = new Map<string, number>()
  let someShared = false
  for (let at = 0; at < sightings.length; at++) {
    const { file, files } = sightings[at] as Sighting
    const root = rootOf(at)
    for (const { key } of files) {
      if (key === file.key) continue
      const owner = owners.get(key)
      if (owner === root) continue
      someShared ||= owner !== undefined
      owners.set(key, owner === undefined ? root : SHARED)
    }
  }
  if (owners.size > 0) {
    for (let at = 0; at < sightings.length; at++) {
      const owner = owners.get((sightings[at] as Sighting).file.key)
      if (owner !== undefined && owner !== SHARED) join(owner, at)
    }
  }

  const pictures: number[][] = []
  const placeOf = new Map<number, number>()
  for (let at = 0; at < sightings.length; at++) {
    const root = rootOf(at)
    // The root of a picture is the first of its places.
    if (root === at) placeOf.set(root, pictures.push([at]) - 1)
    else pictures[placeOf.get(root) as number]?.push(at)
  }
  return { pictures, isShared: someShared ? (key) => owners.get(key) === SHARED : null }
}
