/** The kinds that a crawl would tell, against a folder of pictures whose kinds are known. */
import { stat } from 'node:fs/promises'
import { judgeKind, kindScores, likeliest } from '../analyze/index.ts'
import type { Body } from '../core/body.ts'
import { PICTURE_KINDS, type PictureKind } from '../core/picture-kinds.ts'
import { findPacks } from '../models/index.ts'
import { bootstrap, kindMetrics, readClassedFolder, type JudgedKind } from '../evaluate/index.ts'
import { DECODE_SECONDS, meanOf, type Evaluation } from './evaluate.ts'
import { openVision } from './vision-house.ts'

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
  const vision = openVision({ choice, processes: 1, batch: 1, decodeSeconds: DECODE_SECONDS, emit: () => undefined })
  const judged: JudgedKind[] = []
  const times: number[] = []
  let undecodable = 0
  try {
    for (const { path, label } of pictures) {
      const began = performance.now()
      const seen = await vision.look({ kind: 'spool', path, size: (await stat(path)).size } as Body)
      const { look } = seen
      const told = look.ok ? kindScores(look, choice.embed ? (await seen.infer()).vectors : []) : null
      seen.release()
      times.push(performance.now() - began)
      if (told === null) undecodable++
      judged.push({
        truth: label as PictureKind, told: told && likeliest(told),
        isKept: told === null || judgeKind(told, { kinds: ['photograph', 'product'] }, true) === null,
      })
      onProgress?.(judged.length, pictures.length)
    }
  } finally {
    await vision.close()
  }
  const intervalOf = (name: 'accuracy' | 'keptWorth' | 'worthKept') => bootstrap(judged, (some) => kindMetrics(some)[name])
  return {
    task: 'kind', pack: choice.embed ? `surface and ${choice.embed.manifest.id}` : 'surface', images: judged.length, undecodable, msPerImage: meanOf(times), metrics: { ...kindMetrics(judged) },
    intervals: { keptWorth: intervalOf('keptWorth'), worthKept: intervalOf('worthKept') },
  }
}
