/** The room of the user's own labels: linear heads on stored vectors, trained in closed form, kept as files, applied. Pure. */
export { splitExamples, usableExamples, type Example, type HoldOut, type UsableExamples } from './examples.ts'
export { headNameOf, readHead, writeHead, type HeadRecord } from './head-file.ts'
export { labelsOfVector, LEAST_SCORE, rank, type LinearHead } from './linear-head.ts'
export { trainHead, type TrainedHead } from './train-head.ts'
export { labelSettings } from './settings.ts'
