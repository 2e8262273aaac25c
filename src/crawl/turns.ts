/**
 * Who may be a duplicate of somebody under way waits for that one's end: only then can it be told, and a full
 * picture be spared. Whoever comes waits for those who came before, so nobody waits in a circle.
 */
import { hammingWords, PDQ_MATCH, PDQ_MIN_QUALITY, wordsOf } from '../core/hamming.ts'
import type { Look } from '../image/look.ts'

export interface Turns {
  /** Resolves when those before that show the same thumbnail, or nearly the same, have ended. */
  take(thumbnail: Look): { readonly come: Promise<unknown>; end(): void }
}

interface UnderWay {
  readonly sha256: string
  readonly print: Uint32Array | null
  readonly ended: Promise<void>
}

const alike = (a: UnderWay, b: Omit<UnderWay, 'ended'>): boolean =>
  a.sha256 === b.sha256 || (a.print !== null && b.print !== null && hammingWords(a.print, b.print) <= PDQ_MATCH)

export const createTurns = (): Turns => {
  const underWay = new Set<UnderWay>()
  return {
    take({ sha256, pdq, pdqQuality }) {
      const mine = { sha256, print: pdqQuality < PDQ_MIN_QUALITY ? null : wordsOf(pdq) }
      const before = [...underWay].filter((other) => alike(other, mine)).map(({ ended }) => ended)
      let resolve: () => void = () => undefined
      const entry: UnderWay = { ...mine, ended: new Promise((done) => (resolve = done)) }
      underWay.add(entry)
      return {
        come: Promise.all(before),
        end() {
          underWay.delete(entry)
          resolve()
        },
      }
    },
  }
}
