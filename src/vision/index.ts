/** The room of the vision processes: what one serves, and the pool that keeps them at work. */
export type { LookItem, Rendered, Seen, Vision, VisionApi } from './vision-api.ts'
export type { Exit } from './exit.ts'
export type { VisionHandle } from './seat.ts'
export { visionSettings } from './settings.ts'
export { createVisionPool, RENDERS_A_PROCESS, type VisionPoolOptions } from './vision-pool.ts'
export { createVisionProcess, type VisionProcessOptions } from './vision-process.ts'
