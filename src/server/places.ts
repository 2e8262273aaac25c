/** So many may be served at once; whoever finds no place is told to come again. */
import { HttpProblem } from './problem.ts'

export interface Places {
  /** @returns gives the place back, once. @throws HttpProblem `too-busy` */
  take(): () => void
}

export const createPlaces = (most: number, full: string): Places => {
  let taken = 0
  return {
    take() {
      if (taken >= most) throw new HttpProblem('too-busy', full, 1)
      taken++
      let isBack = false
      return () => {
        if (!isBack) taken--
        isBack = true
      }
    },
  }
}
