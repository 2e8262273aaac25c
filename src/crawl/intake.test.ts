import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveConfig } from '../core/config.ts'
import { policySettings } from '../analyze/index.ts'
import type { AdmitRules } from './admit.ts'
import { intake, requestOf, seedTask } from './intake.ts'

const rules: AdmitRules = { admits: (url) => (URL.canParse(url) ? null : 'invalid-url'), policy: resolveConfig(policySettings, []), maxDepth: null }
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gannet-intake-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const list = async (...lines: string[]): Promise<string> => {
  const file = join(dir, 'list.txt')
  await writeFile(file, lines.join('\n'))
  return file
}
const batches = async (file: string, after: number) => {
  const found: { sequence: number; urls: string[] }[] = []
  for await (const { sequence, tasks } of intake({ urls: [], list: file }, rules, after)) found.push({ sequence, urls: tasks.map(({ url }) => url) })
  return found
}

describe('a list', () => {
  it('comes in numbered batches, and goes on after the one that was taken', async () => {
    const file = await list('# pictures', ...Array.from({ length: 501 }, (_, n) => `http://a/${n}.jpg`), '')
    expect((await batches(file, 0)).map(({ sequence, urls }) => [sequence, urls.length])).toEqual([[1, 500], [2, 1]])
    expect(await batches(file, 1)).toEqual([{ sequence: 2, urls: ['http://a/500.jpg'] }])
  })

  it('is another request once it says something else', async () => {
    const first = await requestOf({ urls: [], list: await list('http://a/1.jpg') })
    expect(await requestOf({ urls: [], list: await list('http://a/1.jpg') })).toBe(first)
    expect(await requestOf({ urls: [], list: await list('http://a/1.jpg', 'http://a/2.jpg') })).not.toBe(first)
    await expect(requestOf({ urls: [], list: join(dir, 'none') })).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('a seed', () => {
  it.each([
    ['example.org/cats', 'page', 'http://example.org/cats'],
    ['https://example.org/a/b.JPG?x=1#top', 'image', 'https://example.org/a/b.JPG?x=1'],
    ['example.org:8080/', 'page', 'http://example.org:8080/'],
  ])('%s is a %s', (typed, kind, url) => expect(seedTask(typed, rules, 'seed')).toMatchObject({ kind, url }))

  it('is followed within its site; a list only when a depth is asked for', () => {
    expect(seedTask('http://www.a.org/', rules, 'seed').payload).toMatchObject({ scope: 'a.org' })
    expect(seedTask('http://www.a.org/', rules, 'list').payload).toMatchObject({ scope: null })
    expect(seedTask('http://www.a.org/', { ...rules, maxDepth: 2 }, 'list').payload).toMatchObject({ scope: 'a.org' })
  })

  it('that is no URL becomes a task that is refused', () => {
    expect(seedTask('http://', rules, 'seed')).toMatchObject({ refused: 'invalid-url' })
  })
})
