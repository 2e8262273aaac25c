/** Lists of pictures and pages: files and pipes in the formats that data sets travel in, as rows with positions. */
export type { List, ListKind, ListProgress, ListRow } from './list.ts'
export { openList } from './open-list.ts'
export { listSettings } from './settings.ts'
