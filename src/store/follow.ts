/**
 * Brings a projection up to the catalogue's sequence, a page at a time. It is how an index that
 * was away, cleared or behind after a crash gets to know what it missed.
 */
import type { Catalogue, Change } from './catalogue.ts'

/** A vector index, the fingerprints: whatever follows the sequence. */
export interface Projection {
  apply(changes: readonly Change[]): Promise<void>
  position(): Promise<number>
  clear(): Promise<void>
}

export interface FollowOptions {
  /** Changes a page; each carries its vectors. Default 256. */
  readonly page?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (position: number, sequence: number) => void
}

/**
 * @returns `applied`, the steps taken; `lag`, how many numbers the projection is behind at the end:
 * 0 unless the signal stopped it or commits went on meanwhile
 */
export const follow = async (
  catalogue: Pick<Catalogue, 'changes' | 'stats'>,
  projection: Projection,
  { page = 256, signal, onProgress }: FollowOptions = {},
): Promise<{ readonly applied: number; readonly lag: number }> => {
  const { sequence } = await catalogue.stats([])
  let position = await projection.position()
  if (position > sequence) {
    // The catalogue is older than its index: a backup was put back. What it says holds.
    await projection.clear()
    position = 0
  }
  let applied = 0
  for (;;) {
    if (signal?.aborted) break
    const changes = await catalogue.changes(position, page)
    const last = changes.at(-1)
    if (last === undefined) break
    await projection.apply(changes)
    applied += changes.length
    position = last.sequence
    onProgress?.(position, Math.max(position, sequence))
  }
  return { applied, lag: (await catalogue.stats([])).sequence - position }
}
