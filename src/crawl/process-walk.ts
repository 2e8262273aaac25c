/**
 * The walk of a process task: renditions of one stored picture, each made in a vision process and stored beside the
 * original before the next is begun. It visits nobody and needs no grant. What is there already is not made again, so a
 * walk that was broken off goes on where it was. A picture that a better copy has replaced meanwhile is not mourned:
 * the renditions are made of that one.
 */
import { veilsOf } from '../analyze/index.ts'
import { GannetError } from '../core/errors.ts'
import type { AssetId } from '../core/ids.ts'
import { renditionKey, type Rendition } from '../core/rendition.ts'
import type { Unrendered } from '../image/render.ts'
import type { Lease } from '../schedule/task.ts'
import type { Asset, AssetRendition } from '../store/asset.ts'
import type { Rendered } from '../vision/vision-api.ts'
import type { CrawlPorts } from './ports.ts'
import { endOf, type End, type ProcessPayload } from './work.ts'

export type ProcessPorts = Pick<CrawlPorts, 'originals' | 'committer' | 'vision' | 'policy'> & { readonly catalogue: Pick<CrawlPorts['catalogue'], 'get'> }

/** Better copies of better copies that came while the walk was under way. */
const MOST_HEIRS = 20

const keyOf = (one: AssetRendition): string => renditionKey({ ...one, ...one.asked })

const described = ({ name, crop, fit, format, quality, width, height }: Rendition, made: Rendered | Unrendered): AssetRendition => ({
  name, crop, fit, format, quality, asked: { width, height },
  ...(made.ok
    ? { sha256: made.sha256, width: made.width, height: made.height, bytes: made.bytes, reason: null, detail: null }
    : { sha256: null, width: null, height: null, bytes: null, reason: made.reason, detail: made.detail }),
})

export const createProcessWalk = ({ catalogue, originals, committer, vision, policy }: ProcessPorts, signal: AbortSignal) => {
  /** The asset, or the one that replaced it; null when neither is there. */
  const standing = async (id: AssetId): Promise<Asset | null> => {
    for (let at: AssetId | null = id, hops = 0; at !== null && hops < MOST_HEIRS; hops++) {
      const [asset]: readonly (Asset | null)[] = await catalogue.get('id', [at])
      if (!asset) return null
      // Who was replaced is found by its bytes no longer.
      const [found] = await catalogue.get('sha256', [asset.sha256])
      if (found?.id === asset.id) return asset
      at = asset.duplicateOf
    }
    return null
  }

  /** @returns what was made, or null when the asset was replaced, or its bytes are not there */
  const makeAll = async (asset: Asset, wanted: readonly Rendition[], request: Lease['task']['request']): Promise<readonly AssetRendition[] | null> => {
    const there = new Map(asset.renditions.map((one) => [keyOf(one), one]))
    const missing = wanted.filter((one) => !there.has(renditionKey(one)))
    // That the request has part in them is to be known all the same.
    if (missing.length === 0 && !(await committer.commitRenditions({ asset: asset.id, request, renditions: [] }))) return null
    if (missing.length > 0) {
      const veils = veilsOf(asset, policy)
      const original = await originals.fetch(asset)
      if (original === null) return null
      try {
        for (const rendition of missing) {
          const made = await vision.render(original.body, veils.length > 0 ? { ...rendition, veils } : rendition, { signal })
          const stored = described(rendition, made)
          if (!(await committer.commitRenditions({ asset: asset.id, request, renditions: [{ rendition: stored, body: made.ok ? made.body : null }] }))) return null
          there.set(keyOf(stored), stored)
        }
      } catch (error) {
        // Removed as it was replaced, or lost; which of the two is told when it is looked for again.
        if (GannetError.is(error, 'data-missing')) return null
        throw error
      } finally {
        await original.release()
      }
    }
    return wanted.flatMap((one) => there.get(renditionKey(one)) ?? [])
  }

  return {
    async walk({ task }: Lease): Promise<End> {
      const { asset: id, renditions } = task.payload as unknown as ProcessPayload
      let before: AssetId | null = null
      for (;;) {
        const asset = await standing(id)
        // The same again: it was not replaced, its bytes are gone.
        if (asset === null || asset.id === before) {
          const detail = asset === null ? `nothing is stored under ${id}` : `the bytes of ${asset.id} are not there`
          return endOf({ outcome: 'failed', reason: 'original-missing', detail, evidence: { asset: id, detail }, asset: id })
        }
        before = asset.id
        const all = await makeAll(asset, renditions, task.request)
        if (all === null) continue
        const unmade = all.filter(({ reason }) => reason !== null)
        const told = unmade.map(({ name, reason, detail }) => ({ name, reason, detail }))
        return endOf({
          outcome: 'processed', reason: null, asset: asset.id, recorded: unmade.length === 0,
          detail: told.length === 0 ? null : told.map(({ name, detail }) => `${name}: ${detail}`).join('; '),
          evidence: { renditions: renditions.length, unmade: told },
        })
      }
    },
  }
}
