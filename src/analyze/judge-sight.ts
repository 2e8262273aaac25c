/** The models' verdict: does the picture show what was asked for? */
import type { Sight } from '../models/pack.ts'
import type { Objection } from './judge-look.ts'
import type { Policy } from './policy.ts'

export const judgeSight = (sight: Sight, policy: Pick<Policy, 'target' | 'confidence'>): Objection | null => {
  if (policy.target.length === 0) return null
  const wanted = new Set(policy.target.map((name) => name.toLowerCase()))
  const boxes = sight.boxes.filter((box) => wanted.has(box.name.toLowerCase()))
  if (boxes.some((box) => box.score >= policy.confidence)) return null
  const best = boxes.reduce((most, box) => Math.max(most, box.score), 0)
  return {
    reason: 'no-target',
    evidence: { targets: [...policy.target], best: Math.round(best * 1000) / 1000, least: policy.confidence },
  }
}
