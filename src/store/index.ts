/** The room of what is kept. Adapters are named only where the program is put together. */
export type * from './asset.ts'
export type * from './blob-store.ts'
export type * from './cache.ts'
export type * from './catalogue.ts'
export type * from './committer.ts'
export type * from './same.ts'
export type * from './vector-index.ts'
export { createBlobStoreModel } from './blob-store-model.ts'
export { createCacheModel } from './cache-model.ts'
export { createCatalogueModel } from './catalogue-model.ts'
export { createCommitter, type CommitterOptions, type OwnedCommitter } from './create-committer.ts'
export { createFingerprints, type Fingerprints, type NearPrint } from './fingerprints.ts'
export {
  existingFolder,
  FOLDER_FORMAT,
  folderIdentity,
  folderOwner,
  folderPaths,
  lockFolder,
  type FolderOwner,
  type FolderPaths,
  type LockedFolder,
  type LockOptions,
} from './folder.ts'
export { findSame, type SameStores } from './find-same.ts'
export { follow, type FollowOptions, type Projection } from './follow.ts'
export { indexText, matchQuery, termsOf, type Term } from './full-text.ts'
export { checkStore, type CheckedStores, type StoreCheckOptions, type StoreCheckReport, type StoreProblem } from './store-check.ts'
export { isPersons, PERSON, relabelled } from './relabel.ts'
export { createVectorIndexModel } from './vector-index-model.ts'
export { cosine, dot } from './vector-math.ts'
