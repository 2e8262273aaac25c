/** The list of what the web does (docs/hostile-web.md) is only worth as much as its tests: each that it names exists. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const NAMED = /`((?:src|test)\/[^`]+\.test\.ts)`((?:,? ?“[^”]+”)*)/g

/** As a title, or as the first cell of a row of cases; where quotes stand in it they are escaped or others. */
const stands = (source: string, name: string): boolean =>
  ["'", '"', '`'].some((quote) => [`(${quote}${name}${quote}`, `[${quote}${name}${quote}`].some((text) => source.includes(text)))

it('every test that the list names exists, and every row of it names one', async () => {
  const list = await readFile(join(root, 'docs/hostile-web.md'), 'utf8')
  const missing: string[] = []
  let found = 0
  for (const [, file = '', names = ''] of list.matchAll(NAMED)) {
    const source = await readFile(join(root, file), 'utf8').catch(() => null)
    if (source === null) missing.push(file)
    for (const [, name = ''] of names.matchAll(/“([^”]+)”/g)) {
      found++
      if (source !== null && !stands(source, name)) missing.push(`${file} “${name}”`)
    }
  }
  expect(missing).toEqual([])
  expect(found).toBeGreaterThan(100)
  const rows = list.split('\n').filter((line) => line.startsWith('| ') && !line.includes('| shown by |'))
  expect(rows.length).toBeGreaterThan(60)
  expect(rows.filter((row) => !/“[^”]+”/.test(row))).toEqual([])
})
