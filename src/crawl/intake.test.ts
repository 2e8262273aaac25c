import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveConfig } from '../core/config.ts'
import { policySettings } from '../analyze/index.ts'
import { listSettings, openList, type List } from '../lists/index.ts'
import type { AdmitRules } from './admit.ts'
import { intake, requestOf, seedTask } from './intake.ts'
import { linkSettings } from './settings.ts'

const rules: AdmitRules = { admits: (url) => (URL.canParse(url) ? null : 'invalid-url'), policy: resolveConfig(policySettings, []), maxDepth: null, links: resolveConfig(linkSettings, []) }
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gannet-intake-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** @param flags as typed, without their dashes */
const list = async (name: string, text: string, flags: Readonly<Record<string, string>> = {}): Promise<List> => {
  const file = join(dir, name)
  await writeFile(file, text)
  return openList(file, resolveConfig(listSettings, [{ from: 'flags', values: flags }]))
}
const tasksOf = async (of: List, more: Partial<AdmitRules> = {}) => {
  const found = []
  for await (const { tasks } of intake({ urls: [], list: of }, { ...rules, ...more }, 0)) found.push(...tasks)
  return found
}

describe('a list', () => {
  it('comes in batches of 500, and goes on behind the one that was taken', async () => {
    const of = await list('long.txt', ['# pictures', ...Array.from({ length: 501 }, (_, n) => `http://a/${n}.jpg`), ''].join('\n'))
    const batches = async (urls: readonly string[], after: number) => {
      const found: { sequence: number; urls: string[] }[] = []
      for await (const { sequence, tasks } of intake({ urls, list: of }, rules, after)) found.push({ sequence, urls: tasks.map(({ url }) => url) })
      return found
    }
    const [first, second, ...rest] = await batches([], 0)
    expect([first?.urls.length, second?.urls, rest]).toEqual([500, ['http://a/500.jpg'], []])
    expect(await batches([], first?.sequence ?? 0)).toEqual([second])
    expect(await batches([], second?.sequence ?? 0)).toEqual([])
    const withSeed = await batches(['http://s/'], 0)
    expect(withSeed.map(({ urls }) => urls.length)).toEqual([1, 500, 1])
    expect((await batches(['http://s/'], withSeed[0]?.sequence ?? 0)).map(({ urls }) => urls.length)).toEqual([500, 1])
  })

  it('is another request once it says something else, or its columns mean something else', async () => {
    const idOf = async (...args: Parameters<typeof list>) => requestOf({ urls: [], list: await list(...args) })
    const first = await idOf('a.csv', 'url,link\nhttp://a/1.jpg,http://a/2.jpg\n')
    expect(await idOf('b.csv', 'url,link\nhttp://a/1.jpg,http://a/2.jpg\n')).toBe(first)
    expect(await idOf('a.csv', 'url,link\nhttp://a/1.jpg,http://a/3.jpg\n')).not.toBe(first)
    expect(await idOf('a.csv', 'url,link\nhttp://a/1.jpg,http://a/2.jpg\n', { urlColumn: 'link' })).not.toBe(first)
  })

  it('of a table holds pictures whatever their URLs look like, with the words and hashes beside them', async () => {
    const text = [
      'image_url,alt,kind,md5,small,page',
      'http://a/photo?id=1,A cat,pets,D41D8CD98F00B204E9800998ECF8427E,http://a/t/1,http://a/p',
      'http://a/photo?id=2,,,,,',
    ].join('\n')
    const columns = { textColumn: 'alt', categoryColumn: 'kind', hashColumn: 'md5', thumbnailColumn: 'small', pageColumn: 'page' }
    const [first, second] = await tasksOf(await list('table.csv', text, columns))
    expect(first).toMatchObject({
      kind: 'image', url: 'http://a/photo?id=1',
      payload: { hash: 'd41d8cd98f00b204e9800998ecf8427e', candidate: { via: 'list', caption: 'A cat', category: 'pets', thumbnailUrl: 'http://a/t/1', pageUrl: 'http://a/p' } },
    })
    expect(second).toMatchObject({ kind: 'image', url: 'http://a/photo?id=2', payload: { candidate: { caption: null, thumbnailUrl: 'http://a/photo?id=2', pageUrl: null } } })
    expect(second?.payload).not.toHaveProperty('hash')
    expect((await tasksOf(await list('table.csv', text, { listOf: 'pages' }))).map(({ kind }) => kind)).toEqual(['page', 'page'])
  })

  it('of lines holds pictures and pages; links are followed only when a depth is asked for', async () => {
    const text = 'http://www.a.org/1.jpg\nwww.a.org/cats\n'
    const [picture, page] = await tasksOf(await list('either.txt', text))
    expect([picture?.kind, page?.kind, page?.url]).toEqual(['image', 'page', 'http://www.a.org/cats'])
    expect(page?.payload).toMatchObject({ scope: null })
    expect((await tasksOf(await list('either.txt', text), { maxDepth: 2 }))[1]?.payload).toMatchObject({ scope: { within: 'host', at: 'a.org' } })
    expect((await tasksOf(await list('either.txt', text, { listOf: 'images' }))).map(({ kind }) => kind)).toEqual(['image', 'image'])
  })

  it('loses no row: what cannot be used is refused as a picture, each row for itself', async () => {
    const tasks = await tasksOf(await list('bad.csv', 'url,sha1\nhttp://,\n,\nhttp://a/1.jpg,123\nhttp://a/2.jpg\nhttp://a/3.jpg\n', { hashColumn: 'sha1' }))
    expect(tasks.map(({ kind, refused }) => [kind, refused])).toEqual([
      ['image', 'invalid-url'], ['image', 'incomplete'], ['image', 'hash-mismatch'], ['image', 'incomplete'], ['image', 'incomplete'],
    ])
    expect(tasks[2]?.payload).toMatchObject({ problem: expect.stringContaining('line 4 of the list has the hash "123"') as string })
    expect(tasks[3]?.payload).toMatchObject({ problem: 'line 5 of the list has 1 field, where the first row names 2' })
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(5)
  })

  it('takes no number for a host', async () => {
    const text = '{"url":5,"page":7}\n{"url":1.5}\n{"url":"1e3"}\n{"url":"http://a/5","page":7}\n'
    const tasks = await tasksOf(await list('numbers.jsonl', text, { pageColumn: 'page' }))
    expect(tasks.map(({ refused }) => refused ?? null)).toEqual(['invalid-url', 'invalid-url', 'invalid-url', null])
    expect(tasks[0]?.payload).toMatchObject({ problem: 'line 1 of the list has 5 for a URL, which is a number' })
    expect(tasks[3]?.payload).toMatchObject({ candidate: { pageUrl: null } })
  })
})

describe('a seed', () => {
  it.each([
    ['example.org/cats', 'page', 'http://example.org/cats'],
    ['https://example.org/a/b.JPG?x=1#top', 'image', 'https://example.org/a/b.JPG?x=1'],
    ['example.org:8080/', 'page', 'http://example.org:8080/'],
    ['http://user:word@a.org/b.jpg#part', 'image', 'http://a.org/b.jpg'],
  ])('%s is a %s', (typed, kind, url) => expect(seedTask(typed, rules)).toMatchObject({ kind, url }))

  it('is followed within its scope', () => {
    expect(seedTask('http://www.a.org/', rules).payload).toMatchObject({ scope: { within: 'host', at: 'a.org' } })
  })

  it('that is no URL becomes a task that is refused', () => {
    expect(seedTask('http://', rules)).toMatchObject({ refused: 'invalid-url' })
  })
})
