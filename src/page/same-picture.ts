/**
 * Which of the files met on a page are one picture. Three proofs, decided when the page has been read
 * whole, so that the order of findings does not matter:
 *
 * 1. their addresses are renditions of one file (file-address.ts);
 * 2. their names are equal but for words of size, and no two of them claim the same size (likely-name.ts);
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

const sameShape = (a: LikelyName, b: LikelyName): boolean =>
  a.aspect !== null && b.aspect !== null && Math.abs(a.aspect - b.aspect) <= ASPECT_TOLERANCE * a.aspect

/** Whether the names can be sizes of one picture: each another size. */
const areSizes = (names: readonly LikelyName[]): boolean =>
  names.length <= MAX_SIZES &&
  names.every((name, at) => names.slice(0, at).every((other) => other.rank !== name.rank || sameShape(other, name)))

/** Proof 2: places of sightings that share host and likely name with others. */
const likelySets = (sightings: readonly Sighting[]): Iterable<readonly number[]> => {
  const firsts = new Map<string, number>()
  const sets = new Map<number, number[]>()
  for (let at = 0; at < sightings.length; at++) {
    const { file } = sightings[at] as Sighting
    const name = likelyName(file)
    if (name === null) continue
    const place = hostOf(file.key) + name.path
    const first = firsts.get(place)
    if (first === undefined) firsts.set(place, at)
    else if (sets.get(first)?.push(at) === undefined) sets.set(first, [first, at])
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
    const names = set.flatMap((at) => likelyName((sightings[at] as Sighting).file) ?? [])
    if (areSizes(names)) for (const at of set) join(set[0] as number, at)
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
