/** Numbers in order of a time or a stamp: a binary heap on two flat arrays, for it is asked some ten million times a run. */

export interface Heap {
  push(key: number, value: number): void
  /** The lowest key; Infinity when it is empty. */
  readonly least: number
  /** Takes out what lies under the lowest key. */
  pop(): number
}

export const createHeap = (): Heap => {
  const keys: number[] = []
  const values: number[] = []

  const put = (at: number, key: number, value: number): void => {
    keys[at] = key
    values[at] = value
  }
  return {
    push(key, value) {
      let at = keys.length
      put(at, key, value)
      while (at > 0) {
        const parent = (at - 1) >> 1
        if ((keys[parent] as number) <= key) break
        put(at, keys[parent] as number, values[parent] as number)
        at = parent
      }
      put(at, key, value)
    },
    get least() {
      return keys.length === 0 ? Infinity : (keys[0] as number)
    },
    pop() {
      const top = values[0] as number
      const key = keys.pop() as number
      const value = values.pop() as number
      const size = keys.length
      if (size === 0) return top
      let at = 0
      for (;;) {
        let child = 2 * at + 1
        if (child >= size) break
        if (child + 1 < size && (keys[child + 1] as number) < (keys[child] as number)) child++
        if ((keys[child] as number) >= key) break
        put(at, keys[child] as number, values[child] as number)
        at = child
      }
      put(at, key, value)
      return top
    },
  }
}
