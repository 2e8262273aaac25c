/** Recipes from end to end, as a user gives them: to the command, to the library, and to the grabber that reads the pages. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crawl, inspect, openStore, type Asset, type Candidate, type Recipe } from 'gannet'
import { expect, it, onTestFinished } from 'vitest'
import { sharp } from '../src/image/loaders.ts'
import { crawlArgs, folder, gannet, reportIn } from './bad-input/gannet.ts'
import { draw } from './drawn-pictures.ts'
import { serveHttp, type LocalServer } from './local-server.ts'

const RECIPE = `
name: shop
match: '127.0.0.1:*/list*'
item: li.p
thumbnail: img
full: { transform: { template: '/full/{id}.jpg' } }
let: { id: '@data-id' }
title: h3
category: { css: h1, from: page }
time: { css: i, transform: { date: DD/MM/YYYY } }
fields: { price: { css: b, transform: number } }
next: a.next
links: []
`

const item = (n: number): string => `<li class=p data-id=${n}><img src="/thumb/${n}.jpg"><h3>Shoe ${n}</h3><b>€ ${n}9.50</b><i>03/04/2024</i></li>`
const PAGES: Readonly<Record<string, string>> = {
  '/list': `<title>Shoes</title><h1>Footwear</h1><ul>${[1, 2, 3].map(item).join('')}<li class=p><h3>gone</h3></li></ul>
    <img src=/banner.jpg><a class=next href="/list?page=2">more</a><a href=/about>About</a>`,
  '/list?page=2': `<title>Shoes</title><h1>Footwear</h1><ul>${[4, 5].map(item).join('')}</ul><img src=/banner.jpg>`,
  '/about': '<img src=/banner.jpg>',
}

/** A shop whose pictures are drawn; the paths that were asked for. */
const shop = async (): Promise<{ readonly site: LocalServer; readonly asked: string[] }> => {
  const asked: string[] = []
  const site = await serveHttp((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const page = PAGES[path]
    const [, kind, n] = /^\/(thumb|full|banner)\/?(\d*)\.jpg$/.exec(path) ?? []
    if (page !== undefined) return void response.setHeader('content-type', 'text/html').end(page)
    if (kind === undefined) return void response.writeHead(404).end()
    const { data, width, height } = draw(Number(n) + 50, 600, 400)
    void sharp(data, { raw: { width, height, channels: 3 } }).resize(kind === 'thumb' ? 240 : 600).jpeg().toBuffer()
      .then((bytes) => response.setHeader('content-type', 'image/jpeg').end(bytes))
  })
  onTestFinished(() => site.close())
  return { site, asked }
}

const recipeFile = async (text = RECIPE): Promise<string> => {
  const file = join(await folder(), 'shop.yaml')
  await writeFile(file, text)
  return file
}

const titlesIn = async (data: string): Promise<readonly (string | null)[]> => {
  const store = await openStore(data)
  try {
    const assets: Asset[] = []
    for await (const asset of store.images()) assets.push(asset)
    return assets.map(({ title, category, publishedAt }) => `${title} ${category} ${publishedAt}`).toSorted()
  } finally {
    await store.close()
  }
}
const EXPECTED = [1, 2, 3, 4, 5].map((n) => `Shoe ${n} Footwear 2024-04-03T00:00:00.000Z`)

it('crawl --recipe keeps what the recipe names, on every page of the list, and nothing else', async () => {
  const { site, asked } = await shop()
  const data = join(await folder(), 'data')
  const ended = await gannet(crawlArgs([`${site.origin}/list`], data, '--recipe', await recipeFile(), '--vision', '1'))
  expect(ended).toMatchObject({ code: 0 })
  expect(reportIn(ended)).toMatchObject({ pages: 2, kept: 5 })
  expect(await titlesIn(data)).toEqual(EXPECTED)
  expect(asked.filter((path) => path === '/banner.jpg' || path === '/about')).toEqual([])
  expect(asked.filter((path) => path.startsWith('/full/'))).toHaveLength(5)
})

it('crawl({ recipe }) takes the same as an object, beside others that do not match', async () => {
  const { site } = await shop()
  const data = join(await folder(), 'data')
  const other: Recipe = { name: 'other', match: 'other.example', thumbnail: 'img' }
  const mine: Recipe = {
    name: 'shop', item: 'li.p', thumbnail: 'img', full: { css: 'img', attribute: 'src', transform: { regex: ['thumb', 'full'] } },
    title: 'h3', category: { default: 'Footwear' }, time: { css: 'i', transform: { date: 'DD/MM/YYYY' } }, next: 'a.next', links: [],
  }
  const run = crawl({ urls: [`${site.origin}/list`], data, recipe: [other, mine], delay: 0, allowAddress: ['127.0.0.1'], vision: 1 })
  expect(await run.report()).toMatchObject({ pages: 2, kept: 5 })
  expect(await titlesIn(data)).toEqual(EXPECTED)
})

it('a recipe that is wrong stops the crawl before it begins', async () => {
  const { site, asked } = await shop()
  const data = join(await folder(), 'data')
  const file = await recipeFile(`${RECIPE}captoin: p\n`)
  const ended = await gannet(crawlArgs([`${site.origin}/list`], data, '--recipe', file))
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr).toContain(`${file}:14:1: there is no key captoin; did you mean caption?`)
  const missing = await gannet(crawlArgs([`${site.origin}/list`], data, '--recipe', 'no-such-recipe.yaml'))
  expect(missing).toMatchObject({ code: 2, stdout: '' })
  expect(missing.stderr).toMatch(/the recipe no-such-recipe\.yaml cannot be read/)
  await expect(crawl({ urls: [site.origin], data, recipe: { name: 'x' } }).report()).rejects.toMatchObject({ code: 'recipe-invalid' })
  expect(asked).toEqual([])
})

it('inspect tells people and machines what a page yields, by a recipe and without', async () => {
  const { site } = await shop()
  const [page, file, allow] = [`${site.origin}/list`, await recipeFile(), ['--allow-address', '127.0.0.1']]
  const json = await gannet(['inspect', page, '--recipe', file, '--json', ...allow])
  expect(json.code).toBe(0)
  const found = JSON.parse(json.stdout) as Candidate[]
  expect(found.map(({ fullUrl, fields, via }) => [fullUrl, fields?.['price'], via])).toEqual(
    [1, 2, 3].map((n) => [`${site.origin}/full/${n}.jpg`, n * 10 + 9.5, 'recipe']))

  const text = await gannet(['inspect', page, '--recipe', file, ...allow])
  expect(text).toMatchObject({ code: 0, stderr: '' })
  expect(text.stdout).toMatch(/2 +\S+\/thumb\/2\.jpg +\S+\/full\/2\.jpg +recipe +Shoe 2 \| Footwear · 2024-04-03 · price 29\.5\n/)
  expect(text.stdout).toMatch(/unusable +incomplete 1\n/)
  expect(text.stdout).toMatch(/next page +\S+\/list\?page=2\n/)
  expect(text.stdout).not.toContain('\u001b')

  const elsewhere = await gannet(['inspect', `${site.origin}/about`, '--recipe', file, ...allow])
  expect(elsewhere.stdout).toContain('banner.jpg')
  expect(elsewhere.stderr).toMatch(/no recipe matches .*\/about: the page was read without one/)
  expect(await inspect(page, { recipe: file, allowAddress: ['127.0.0.1'] })).toMatchObject({ recipe: 'shop', url: page, candidates: found })
})

it('inspect says plainly why there is nothing to see', async () => {
  const { site } = await shop()
  const dir = await folder()
  const picture = join(dir, 'picture.html')
  await writeFile(picture, await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).png().toBuffer())
  const told = async (code: number, words: RegExp, ...args: string[]): Promise<void> => {
    const ended = await gannet(['inspect', ...args, '--allow-address', '127.0.0.1'])
    expect(ended.stderr).toMatch(words)
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).not.toMatch(/\n\s+at /)
  }
  await told(1, /was answered with an HTTP error \(http-status: .*404/, `${site.origin}/nothing`)
  await told(1, /banner\.jpg is a picture, not a page/, `${site.origin}/banner.jpg`)
  await told(2, /picture\.html is a picture \(png\), not a page: gannet probe/, picture)
  await told(2, /cannot be read/, dir)
  await told(2, /cannot be read/, join(dir, 'none.html'))
  await told(2, /--url shop: an http\(s\) address is needed/, picture, '--url', 'shop')
  await told(2, /nothing to inspect/)
})

it('inspect reads a file under the address that it names itself, and asks for one where it names none', async () => {
  const page = join(await folder(), 'page.html')
  const read = async (head: string, ...args: string[]): Promise<{ fulls: string[]; stderr: string }> => {
    await writeFile(page, `${head}<img src=a/1.jpg width=800 height=600>`)
    const { stdout, stderr } = await gannet(['inspect', page, '--json', ...args])
    return { fulls: (JSON.parse(stdout) as Candidate[]).map(({ fullUrl }) => fullUrl), stderr }
  }
  expect(await read('<p>')).toEqual({ fulls: [], stderr: expect.stringMatching(/1 of its addresses may be relative: --url ADDRESS/) as string })
  expect(await read('<base href=https://h.example/b/>')).toEqual({ fulls: ['https://h.example/b/a/1.jpg'], stderr: '' })
  expect(await read('<link rel=canonical href=https://h.example/c/page>')).toEqual({
    fulls: ['https://h.example/c/a/1.jpg'], stderr: expect.stringMatching(/read as https:\/\/h\.example\/c\/page, which it calls its own/) as string,
  })
  expect(await read('<link rel=canonical href=https://h.example/c/page>', '--url', 'https://o.example/')).toEqual({ fulls: ['https://o.example/a/1.jpg'], stderr: '' })
})

it('inspect --json says, as the table does, that a page was cut short', async () => {
  const page = join(await folder(), 'page.html')
  const read = async (html: string, ...args: string[]): Promise<{ found: { cut?: string }[]; stderr: string }> => {
    await writeFile(page, html)
    const { stdout, stderr } = await gannet(['inspect', page, '--url', 'https://h.example/', '--json', ...args])
    return { found: JSON.parse(stdout) as { cut?: string }[], stderr }
  }
  const whole = '<img src=/a.jpg width=800 height=600>'
  expect((await read(whole)).found[0]).not.toHaveProperty('cut')
  const long = await read(`${whole}${'<p>words</p>'.repeat(20_000)}<img src=/b.jpg>`, '--max-page', '100000')
  expect(long.found).toMatchObject([{ cut: 'bytes' }])
  expect(long.stderr).toMatch(/only the beginning was read: .*--max-page/)
})

it('inspect --check runs the examples of a recipe, with pages beside it', async () => {
  const file = await recipeFile(`${RECIPE}
examples:
  - name: first page
    url: http://127.0.0.1:8080/list
    file: pages/list.html
    items: [{ title: Shoe 1, fields: { price: 19.5 } }, { title: Shoe 2, time: 2024-04-03 }, { thumbnail: /thumb/3.jpg, category: Footwear }]
    next: '?page=2'
`)
  const missing = await gannet(['inspect', '--check', file])
  expect(missing).toMatchObject({ code: 2, stdout: '' })
  expect(missing.stderr).toMatch(/the page pages\/list\.html of its example cannot be read/)

  await mkdir(join(file, '..', 'pages'))
  await writeFile(join(file, '..', 'pages', 'list.html'), PAGES['/list'] ?? '')
  const good = await gannet(['inspect', '--check', file])
  expect(good).toMatchObject({ code: 0, stderr: '' })
  expect(good.stdout).toMatch(/ok +first page +3 items/)

  await writeFile(join(file, '..', 'pages', 'list.html'), (PAGES['/list'] ?? '').replace('Shoe 2', 'Boot 2'))
  const bad = await gannet(['inspect', '--check', '--recipe', file])
  expect(bad.code).toBe(1)
  expect(bad.stdout).toMatch(/fails +first page/)
  expect(bad.stdout).toMatch(/items\[1\]\.title +expected "Shoe 2", got "Boot 2"/)
  const json = await gannet(['inspect', '--check', file, '--json'])
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject([{ file, recipe: 'shop', ok: false, examples: [{ differences: [{ key: 'items[1].title', expected: 'Shoe 2', got: 'Boot 2' }] }] }])

  const empty = await gannet(['inspect', '--check', await recipeFile()])
  expect(empty.code).toBe(1)
  expect(empty.stdout).toMatch(/it has no examples/)
  expect(await gannet(['inspect', '--check'])).toMatchObject({ code: 2, stdout: '' })
})
