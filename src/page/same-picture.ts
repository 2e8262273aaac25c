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
import type { Rendition } from './rendition.ts'

/** What was found of one file. */
export interface Sighting {
  /** The one chosen as full. */
  readonly file: FileAddress
  readonly renditions: readonly Pick<Rendition, 'url'>[]
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

/** Proof 2: sightings by host and likely name. */
const likelySets = (sightings: readonly Sighting[]): Iterable<readonly (readonly [at: number, name: LikelyName])[]> => {
  const sets = new Map<string, (readonly [number, LikelyName])[]>()
  for (const [at, sighting] of sightings.entries()) {
    const name = likelyName(sighting.file)
    if (name === null) continue
    const place = hostOf(sighting.file.key) + name.path
    const set = sets.get(place)
    if (set === undefined) sets.set(place, [[at, name]])
    else set.push([at, name])
  }
  return sets.values()
}

const SHARED = -1

export interface SamePictures {
  /** Places in the list given, those of one picture together. */
  readonly pictures: readonly (readonly number[])[]
  /** Whether several pictures have the file of this key for a smaller copy. */
  readonly isShared: (key: string) => boolean
}

/** @param sightings each of a file with another key */
export const joinSightings = (sightings: readonly Sighting[], fileOf: (url: string) => FileAddress): SamePictures => {
  const parents = sightings.map((_, at) => at)
  const rootOf = (at: number): number => {
    let root = at
    while (parents[root] !== root) root = parents[root] = parents[parents[root] as number] as number
    return root
  }
  const join = (a: number, b: number): void => {
    parents[Math.max(rootOf(a), rootOf(b))] = Math.min(rootOf(a), rootOf(b))
  }

  for (const set of likelySets(sightings)) {
    const [first] = set
    if (set.length < 2 || first === undefined || !areSizes(set.map(([, name]) => name))) continue
    for (const [at] of set) join(first[0], at)
  }

  /** By key, the one picture that has the file for a smaller copy. */
  const owners = new Map<string, number>()
  for (const [at, { file, renditions }] of sightings.entries()) {
    const root = rootOf(at)
    for (const { url } of renditions) {
      const { key } = fileOf(url)
      if (key === file.key) continue
      const owner = owners.get(key)
      owners.set(key, owner === undefined || owner === root ? root : SHARED)
    }
  }
  for (const [at, { file }] of sightings.entries()) {
    const owner = owners.get(file.key)
    if (owner !== undefined && owner !== SHARED) join(owner, at)
  }

  const pictures = new Map<number, number[]>()
  for (const at of sightings.keys()) {
    const root = rootOf(at)
    const picture = pictures.get(root)
    if (picture === undefined) pictures.set(root, [at])
    else picture.push(at)
  }
  return { pictures: [...pictures.values()], isShared: (key) => owners.get(key) === SHARED }
}
