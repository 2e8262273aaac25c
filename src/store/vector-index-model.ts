/** What a vector index is: every vector looked at, every time. The measure of every adapter. */
import { GannetError } from '../core/errors.ts'
import type { AssetId, SpaceId } from '../core/ids.ts'
import { cosine } from './vector-math.ts'
import type { VectorIndex } from './vector-index.ts'

export const createVectorIndexModel = (): VectorIndex => {
  const spaces = new Map<SpaceId, Map<AssetId, Float32Array>>()
  let position = 0

  const forget = (id: AssetId): void => {
    for (const [space, rows] of spaces) if (rows.delete(id) && rows.size === 0) spaces.delete(space)
  }
  return {
    capabilities: { exact: true },
    async apply(changes) {
      for (const change of changes) {
        if (change.sequence <= position) continue
        forget(change.id)
        for (const { space, values } of change.kind === 'put' ? change.vectors : []) {
          const rows = spaces.get(space) ?? new Map<AssetId, Float32Array>()
          spaces.set(space, rows.set(change.id, values.slice()))
        }
        position = change.sequence
      }
    },
    position: async () => position,
    async search(space, query, { top, threshold }) {
      const rows = spaces.get(space)
      if (!rows) return []
      for (const { length } of rows.values()) {
        if (length !== query.length) {
          throw new GannetError('usage', `the query has ${query.length} values, vectors of ${space} have ${length}`)
        }
      }
      return [...rows]
        .map(([id, values]) => ({ id, score: cosine(query, values) }))
        .filter(({ score }) => score >= threshold)
        .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
        .slice(0, top)
    },
    spaces: async () =>
      [...spaces]
        .map(([space, rows]) => ({
          space,
          vectors: rows.size,
          bytes: [...rows.values()].reduce((sum, values) => sum + values.byteLength, 0),
        }))
        .sort((a, b) => (a.space < b.space ? -1 : 1)),
    async flush() {},
    async clear() {
      spaces.clear()
      position = 0
    },
    async close() {},
  }
}
