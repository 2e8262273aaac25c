/** The least that must be done to show pictures to the models: onnxruntime on tensors that are ready, one process. */
import type { InferenceSession } from 'onnxruntime-node'
import { randomOf } from '../test/site/random.ts'
import { serve } from './crew.ts'

export interface BareModel {
  readonly path: string
  readonly input: string
  readonly side: number
  readonly outputs: readonly string[]
}

export interface BareModelsJob {
  readonly models: readonly BareModel[]
  /** Pictures a run. */
  readonly batch: number
  readonly threads: number
  readonly forMs: number
}

export interface BareModelsOutcome {
  readonly pictures: number
  readonly seconds: number
}

serve<BareModelsJob, BareModelsOutcome>(async ({ models, batch, threads, forMs }) => {
  const { InferenceSession: Session, Tensor } = await import('onnxruntime-node')
  const eyes = await Promise.all(models.map(async ({ path, input, side, outputs }) => {
    // As src/models/runtime.ts sets it.
    const session: InferenceSession = await Session.create(path, {
      intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all',
      logSeverityLevel: 3, extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
    const random = randomOf('tensor')
    const tensor = new Tensor('float32', Float32Array.from({ length: batch * 3 * side * side }, random), [batch, 3, side, side])
    return () => session.run({ [input]: tensor }, [...outputs])
  }))
  for (const see of eyes) await see()
  return async () => {
    const startedAt = performance.now()
    let pictures = 0
    while (performance.now() - startedAt < forMs) {
      for (const see of eyes) await see()
      pictures += batch
    }
    return { pictures, seconds: (performance.now() - startedAt) / 1000 }
  }
})
