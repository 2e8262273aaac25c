/** The rules there are, by name; the first is the default. */
import type { DispatchRule } from '../rule.ts'
import { idlest } from './idlest.ts'
import { leastLoaded } from './least-loaded.ts'
import { localFirst } from './local-first.ts'
import { roundRobin } from './round-robin.ts'

export const RULES: readonly DispatchRule[] = [idlest, leastLoaded, roundRobin, localFirst]

export const ruleNamed = (name: string): DispatchRule | null => RULES.find((rule) => rule.name === name) ?? null
