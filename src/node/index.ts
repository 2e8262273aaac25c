/** The task server: takes requests, says how far they are, and brings their reports to whoever asked. */
export { createCallbacks, type CallbackOptions, type Callbacks } from './callbacks.ts'
export { MOST_URL, type RequestRow } from './door.ts'
export type { Posted } from './post-report.ts'
export { progressOf, type Progress } from './progress.ts'
export { createRequestDesk, type Answer, type RequestAsk, type RequestDesk, type RequestDeskOptions } from './request-desk.ts'
export { nodeSettings } from './settings.ts'
export { watchEnds, type EndWatchOptions } from './watch-ends.ts'
