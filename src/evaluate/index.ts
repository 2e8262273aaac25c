/** How good the models and verdicts are: figures against a known truth, with how sure they are. Pure, but for the folders that it reads. */
export { classificationMetrics, classesOf, confusionsOf, type ClassificationMetrics, type ClassOutcome, type Confusion, type RankedPicture } from './classification.ts'
export { detectionMetrics, gateMetrics, type DetectionMetrics, type FoundBox, type GateMetrics, type JudgedPicture, type TrueBox } from './detection.ts'
export { COPY_KINDS, copyCase, type CopyKind } from './copy-cases.ts'
export { retrievalMetrics, type RetrievalMetrics, type ScoredPair } from './retrieval.ts'
export { templateCase } from './template-cases.ts'
export { bootstrap, wilson, type Interval } from './interval.ts'
export { kindMetrics, type JudgedKind, type KindMetrics } from './kinds.ts'
export { readBoxedFolder, readClassedFolder, readLabelledFolder, trueBoxes, type Boxed, type BoxedFolder, type Classed } from './picture-folders.ts'
