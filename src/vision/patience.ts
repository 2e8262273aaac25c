/**
 * How long a decoding is waited for. A native decoder asked to stop may not notice (a drawing's filters, a
 * file's header), and cannot be stopped from outside: its caller gets an answer, and what goes on long
 * after that holds a thread that only the end of the process gives back.
 */
export interface Patience {
  /** @returns null when the work took too long; it may still be going on */
  wait<Value>(work: Promise<Value>): Promise<Value | null>
}

/**
 * @param ms that the work may take; as long again until it counts as stuck
 * @param onStuck called for each work that is
 */
export const createPatience = (ms: number, onStuck: () => void): Patience => ({
  wait: (work) =>
    new Promise((resolve, reject) => {
      let timer = setTimeout(() => {
        resolve(null)
        timer = setTimeout(onStuck, ms)
      }, ms)
      const settled = (): void => clearTimeout(timer)
      work.then(settled, settled)
      work.then(resolve, reject)
    }),
})
