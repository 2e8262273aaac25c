/** Holds the house to its plan: dependencies point inward, rooms are entered by their door, only `app` names adapters. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = resolve(import.meta.dirname, '../src')

interface Import {
  readonly from: string
  readonly room: string
  readonly to: string
  readonly toRoom: string
  readonly typeOnly: boolean
}

const isTest = (file: string): boolean => /\.(test|contract|random)\.ts$|\.contract\.test\.ts$|fixture/.test(file)

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !isTest(file))

const roomOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] as string) : '')

const IMPORT = /^\s*(?:import|export)\s+(type\s+)?((?:[^'";]*?)\sfrom\s+)?'(\.[^']+)'|import\('(\.[^']+)'\)/gm

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), 'utf8')
  return [...text.matchAll(IMPORT)].map((match) => {
    const target = relative(SRC, resolve(SRC, dirname(file), (match[3] ?? match[4]) as string))
    const names = match[2]?.match(/\{([^}]*)\}/)?.[1]
    const typeOnly = match[1] !== undefined ||
      (names !== undefined && names.split(',').map((name) => name.trim()).filter(Boolean).every((name) => name.startsWith('type ')))
    return { from: file, room: roomOf(file), to: target, toRoom: roomOf(target), typeOnly }
  })
})

/** Rooms whose values (not only types) a room may use. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  core: [],
  schedule: ['core'],
  fetch: ['core'],
  page: ['core'],
  lists: ['core'],
  image: ['core'],
  models: ['core'],
  store: ['core'],
  search: ['core'],
  export: ['core'],
  analyze: ['core'],
  evaluate: ['core', 'image'],
  labels: ['core'],
  vision: ['core', 'image', 'models'],
  crawl: ['core', 'analyze'],
  node: ['core', 'schedule', 'fetch'],
  server: ['core'],
}

const show = (one: Import): string => `${one.from} → ${one.to}`
const across = imports.filter(({ room, toRoom }) => room !== toRoom)

describe('the rooms of the house', () => {
  it('were found', () => {
    expect(imports.length).toBeGreaterThan(100)
    expect(across.some(({ typeOnly }) => typeOnly)).toBe(true)
  })

  it('core imports no room, not even a type', () => {
    expect(imports.filter(({ room, toRoom }) => room === 'core' && toRoom !== 'core').map(show)).toEqual([])
  })

  it('use only the values that the plan lets them use', () => {
    const wrong = across.filter(({ room, toRoom, typeOnly }) => !typeOnly && MAY_USE[room] && !MAY_USE[room].includes(toRoom))
    expect(wrong.map(show)).toEqual([])
  })

  it('are entered through their index, except by types and by app, which wires', () => {
    const wrong = across.filter(({ room, to, toRoom, typeOnly }) =>
      !typeOnly && room !== 'app' && toRoom !== 'core' && toRoom !== 'app' && toRoom !== '' && to !== `${toRoom}/index.ts`)
    expect(wrong.map(show)).toEqual([])
  })

  it('only app names adapters', () => {
    const wrong = across.filter(({ room, to }) => to.includes('/adapters/') && room !== 'app')
    expect(wrong.map(show)).toEqual([])
  })

  it('cli is a thin edge over app', () => {
    const wrong = across.filter(({ room, toRoom, typeOnly }) => room === 'cli' && !typeOnly && !['app', 'core', ''].includes(toRoom))
    expect(wrong.map(show)).toEqual([])
  })

  it('nothing imports cli, and only cli, app and the library import app', () => {
    const wrong = across.filter(({ room, toRoom }) => toRoom === 'cli' || (toRoom === 'app' && !['cli', ''].includes(room)))
    expect(wrong.map(show)).toEqual([])
  })
})
