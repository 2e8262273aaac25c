/** Vectors of pictures that lie in files. */
import { NO_PACKS, type Pack } from '../models/index.ts'
import { lookAtFiles, type LookAtOptions, type LookedAt } from './look-at-files.ts'

/** In the order given; null for a file that could not be decoded, or that the model finds nothing in. */
export const embedPictures = (pack: Pack, paths: readonly string[], options: LookAtOptions): Promise<readonly LookedAt<Float32Array | null>[]> =>
  lookAtFiles({ ...NO_PACKS, embed: pack }, paths, options, async (seen) => (seen.look.ok ? ((await seen.infer()).vectors[0]?.values ?? null) : null))
