/** The room that knows models: which there are, how they are run, and what their outputs mean. */
export type {
  ClassifyHead, DetectHead, EmbedHead, FacesHead, InputRecipe, Manifest, Pack, PackChoice, PackTask, Precision, Sight, TextHead,
} from './pack.ts'
export { NO_PACKS, PACK_TASKS } from './pack.ts'
export { outputsOf, openEyes, type Eyes, type EyesOptions, type Projector, type Viewed } from './eyes.ts'
export { DEVICES, hasCuda, type Device } from './device.ts'
export { findPacks, knownPacks, wantOnly, type FindPacksOptions, type PackFinding } from './find-packs.ts'
export type { DetectLimits } from './heads/detections.ts'
export { labelsOf } from './label-sets.ts'
export { parseManifest } from './manifest-schema.ts'
export { load, type RuntimeOptions } from './runtime.ts'
export { modelSettings } from './settings.ts'
export { pullPack, sourceUrl, type Pulled, type PullOptions } from './pull-pack.ts'
export { shippedPacks } from './shipped-packs.ts'
export type { WrongManifest } from './user-manifests.ts'
