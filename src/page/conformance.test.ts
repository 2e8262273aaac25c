import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { selectSource } from './select-source.ts'

interface SrcsetCase {
  readonly id: string
  readonly src?: string
  readonly srcset: string
  readonly sizes?: string
  readonly dpr: number
  readonly base: string
  readonly expectedUrl: string | null
}

test('a browser would load the same source (web-platform-tests)', (context) => {
  const file = resolve('..', 'shared', 'conformance', 'srcset.json')
  if (!existsSync(file)) {
    console.warn(`srcset conformance not run: ${file} is absent`)
    return context.skip()
  }
  const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly SrcsetCase[]
  const wrong = cases.filter((c) => {
    const url = selectSource({ ...c, viewport: { width: 1000, height: 1000 } })
    return (url === null ? null : new URL(url, c.base).href) !== c.expectedUrl
  })
  expect(wrong).toEqual([])
  expect(cases.length).toBeGreaterThan(200)
})
