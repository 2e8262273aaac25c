/** The pipeline: the walks of pages and pictures, and the loop that feeds them. */
export { requestOf, type Seeds } from './intake.ts'
export type { CrawlPorts } from './ports.ts'
export { EMPTY_REPORT, type CrawlReport } from './report.ts'
export { startRun, type FailedSeed, type Run, type RunOptions } from './run.ts'
export { crawlSettings } from './settings.ts'
