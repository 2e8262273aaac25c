/** A file as the Parquet decoder wants it: ranges of bytes, the last ones kept, since windows read the same ones again. */
import { open } from 'node:fs/promises'
import type { AsyncBuffer } from 'hyparquet'

/** Chunks kept: as many as there are columns that can be asked for, and their indexes. */
const KEPT_SLICES = 12

/** @param size of the file, in bytes */
export const rereadable = (path: string, size: number): AsyncBuffer => {
  const kept = new Map<string, Promise<ArrayBuffer>>()
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    const file = await open(path)
    try {
      const buffer = new ArrayBuffer(Math.max(0, Math.min(end, size) - start))
      let filled = 0
      while (filled < buffer.byteLength) {
        const { bytesRead } = await file.read(new Uint8Array(buffer), filled, buffer.byteLength - filled, start + filled)
        if (bytesRead === 0) throw new RangeError('the file ends before its last row group')
        filled += bytesRead
      }
      return buffer
    } finally {
      await file.close()
    }
  }
  return {
    byteLength: size,
    slice(start, end = size) {
      const key = `${start} ${end}`
      const found = kept.get(key) ?? read(start, end)
      kept.delete(key)
      kept.set(key, found)
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT_SLICES) break
        kept.delete(oldest)
      }
      return found
    },
  }
}
