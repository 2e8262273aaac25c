/** How far what the product reads off a page agrees with the truth about it. */
import type { Truth } from './truth.ts'

export interface Read {
  readonly thumbnailUrl: string
  readonly fullUrl: string
}

export interface Score {
  readonly pairs: number
  /** Pairs that one candidate has, and no other candidate has their full file. */
  readonly found: number
  /** Candidates that put two files together which are not of one picture. */
  readonly wrong: number
  readonly singles: number
  /** Single pictures that are a candidate of their own. */
  readonly kept: number
  readonly misses: readonly string[]
}

export const NOTHING: Score = { pairs: 0, found: 0, wrong: 0, singles: 0, kept: 0, misses: [] }

export const addScores = (a: Score, b: Score): Score => ({
  pairs: a.pairs + b.pairs, found: a.found + b.found, wrong: a.wrong + b.wrong,
  singles: a.singles + b.singles, kept: a.kept + b.kept, misses: [...a.misses, ...b.misses],
})

export const scoreOf = (read: readonly Read[], truth: Truth): Score => {
  const misses: string[] = []
  let found = 0
  for (const { thumbnails, full } of truth.pairs) {
    const ofFull = read.filter(({ fullUrl }) => fullUrl === full)
    if (ofFull.length === 1 && thumbnails.includes(ofFull[0]?.thumbnailUrl ?? '')) found++
    else {
      const near = ofFull[0] ?? read.find(({ thumbnailUrl, fullUrl }) => thumbnails.includes(thumbnailUrl) || thumbnails.includes(fullUrl))
      misses.push(`${thumbnails.join(' or ')} ${full}: read ${near === undefined ? 'neither' : `${near.thumbnailUrl} ${near.fullUrl}`}`)
    }
  }
  const pictures = [
    ...truth.pairs.map(({ thumbnails, full, also }) => new Set([...thumbnails, full, ...also])),
    ...truth.loose.map((files) => new Set(files)),
  ]
  let wrong = 0
  for (const { thumbnailUrl, fullUrl } of read) {
    if (thumbnailUrl === fullUrl || pictures.some((files) => files.has(thumbnailUrl) && files.has(fullUrl))) continue
    wrong++
    misses.push(`WRONG ${thumbnailUrl} ${fullUrl}`)
  }
  let kept = 0
  for (const url of truth.singles) {
    if (read.some(({ thumbnailUrl, fullUrl }) => thumbnailUrl === url && fullUrl === url)) kept++
    else misses.push(`SINGLE ${url}`)
  }
  return { pairs: truth.pairs.length, found, wrong, singles: truth.singles.length, kept, misses }
}
