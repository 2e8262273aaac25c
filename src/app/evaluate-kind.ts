/** The kinds that a crawl would tell, against a folder of pictures whose kinds are known. */
import { judgeKind, kindScores, likeliest } from '../analyze/index.ts'
import { PICTURE_KINDS, type PictureKind } from '../core/picture-kinds.ts'
import { findPacks } from '../models/index.ts'
import { bootstrap, kindMetrics, readClassedFolder, type JudgedKind } from '../evaluate/index.ts'
import type { Evaluation } from './evaluate.ts'
import { lookAtFiles, meanMs } from './look-at-files.ts'

export interface EvaluateKindOptions {
  /** A folder a kind, named like it; not all need be there. */
  readonly data: string
  /** Where the embedder lies that they are told by, too; by the surface alone without. */
  readonly modelsDir?: string | undefined
  readonly onProgress?: (done: number, of: number) => void
}

/** @throws usage */
export const evaluateKind = async ({ data, modelsDir, onProgress }: EvaluateKindOptions): Promise<Evaluation> => {
  const { choice } = await findPacks({ modelsDir, want: { detect: 'none', classify: 'none' } })
  const pictures = await readClassedFolder(data, PICTURE_KINDS)
  const seen = await lookAtFiles(choice, pictures.map(({ path }) => path), { onProgress }, async (pictured) => {
    const { look } = pictured
    return look.ok ? kindScores(look, choice.embed ? (await pictured.infer()).vectors : []) : null
  })
  const judged = pictures.map(({ label }, at): JudgedKind => {
    const told = seen[at]?.answer ?? null
    return {
      truth: label as PictureKind, told: told && likeliest(told),
      isKept: told === null || judgeKind(told, { kinds: ['photograph', 'product'] }, true) === null,
    }
  })
  const intervalOf = (name: 'accuracy' | 'keptWorth' | 'worthKept') => bootstrap(judged, (some) => kindMetrics(some)[name])
  return {
    task: 'kind', pack: choice.embed ? `surface and ${choice.embed.manifest.id}` : 'surface', images: judged.length,
    undecodable: seen.filter(({ answer }) => answer === null).length, msPerImage: meanMs(seen), metrics: { ...kindMetrics(judged) },
    intervals: { keptWorth: intervalOf('keptWorth'), worthKept: intervalOf('worthKept') },
  }
}
