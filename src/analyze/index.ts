/** Verdicts: pure functions of evidence and policy. */
export { judgeLook, judgeStated, type LookPolicy, type Objection } from './judge-look.ts'
export { createSameJudge, type SamePolicies } from './judge-same.ts'
export { judgeSight } from './judge-sight.ts'
export { likenessOf, type Likeness } from './same-picture.ts'
export type { Compared } from './registration.ts'
export { viewSketch } from './sketch-view.ts'
export { policySettings, type Policy, type SamePolicy } from './policy.ts'
export { verifyFull } from './verify-full.ts'
