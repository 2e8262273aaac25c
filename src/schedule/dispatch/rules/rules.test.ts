import { describe, expect, test } from 'vitest'
import type { Server } from '../idleness.ts'
import type { DispatchRule } from '../rule.ts'
import { idlest } from './idlest.ts'
import { leastLoaded } from './least-loaded.ts'
import { localFirst } from './local-first.ts'
import { roundRobin } from './round-robin.ts'
import { RULES, ruleNamed } from './rules.ts'

const server = (name: string, more: Partial<Server> = {}): Server =>
  ({ name, spareProcesses: 1, spareThreads: 4, maxThreads: 8, speed: 1, ...more })

const chosen = (rule: DispatchRule, servers: readonly Server[], origin: string | null = null): string =>
  rule.create()({ servers, origin }).name

describe('idlest', () => {
  test('counts spare processes first', () => {
    expect(chosen(idlest, [server('a', { spareThreads: 90, speed: 9 }), server('b', { spareProcesses: 2 })])).toBe('b')
  })
  test('then spare threads', () => {
    expect(chosen(idlest, [server('a', { speed: 9 }), server('b', { spareThreads: 5 })])).toBe('b')
  })
  test('then speed', () => {
    expect(chosen(idlest, [server('a'), server('b', { speed: 2 }), server('c')])).toBe('b')
  })
})

describe('least-loaded', () => {
  test('goes by the part that is spare, not by its size', () => {
    expect(chosen(leastLoaded, [server('big', { spareThreads: 40, maxThreads: 100 }), server('small', { spareThreads: 4, maxThreads: 8 })])).toBe('small')
  })
  test('then by speed', () => {
    expect(chosen(leastLoaded, [server('a', { spareThreads: 2, maxThreads: 4 }), server('b', { speed: 2 })])).toBe('b')
  })
})

describe('round-robin', () => {
  test('takes one after the other, passing over those that are not there, and begins again', () => {
    const choose = roundRobin.create()
    const names = (servers: readonly Server[], times: number): readonly string[] =>
      Array.from({ length: times }, () => choose({ servers, origin: null }).name)
    const all = [server('c'), server('a'), server('b')]
    expect(names(all, 4)).toEqual(['a', 'b', 'c', 'a'])
    expect(names([server('a'), server('c')], 2)).toEqual(['c', 'a'])
  })
  test('starts afresh for each dispatcher', () => {
    const all = [server('a'), server('b')]
    expect(chosen(roundRobin, all)).toBe('a')
    expect(chosen(roundRobin, all)).toBe('a')
  })
})

describe('local-first', () => {
  test('keeps a task where its request came in', () => {
    expect(chosen(localFirst, [server('a', { spareProcesses: 9 }), server('b')], 'b')).toBe('b')
  })
  test('takes the idlest where that one has no room or is unknown', () => {
    const all = [server('a'), server('b', { spareProcesses: 9 })]
    expect(chosen(localFirst, all, 'full')).toBe('b')
    expect(chosen(localFirst, all)).toBe('b')
  })
})

describe('the rules', () => {
  test('are found by their names, the default first', () => {
    expect(RULES[0]).toBe(idlest)
    for (const rule of RULES) expect(ruleNamed(rule.name)).toBe(rule)
    expect(ruleNamed('fastest')).toBeNull()
    expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length)
  })
})
