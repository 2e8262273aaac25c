/** Commands mistyped: each is refused before anything happens, in words that say what to type instead. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planGallery } from '../site/index.ts'
import { crawlArgs, folder, gannet, site, SMALL } from './gannet.ts'

const URL_ = 'http://127.0.0.1:1/'

describe('usage', () => {
  it.each<[args: readonly string[], words: RegExp, env: Readonly<Record<string, string>>]>([
    [['serch'], /Did you mean search\?/, {}],
    [['crawl'], /give a URL, or a list of them with --list FILE/, {}],
    [['crawl', URL_, '--max-imges', '3'], /Did you mean --max-images\?/, {}],
    [['crawl', URL_, '--concurrency', 'lots'], /concurrency: "lots" will not do: a number is needed \(Most visits/, {}],
    [['crawl', URL_, '--concurrency', '0'], /concurrency: "0" will not do: .*>=1/, {}],
    [['crawl', URL_, '--concurrency', '1e9'], /concurrency: "1e9" will not do: .*<=10000/, {}],
    [['crawl', URL_, '--per-host', '1e9'], /per-host: "1e9" will not do: .*<=1000/, {}],
    [['crawl', URL_, '--max-origins', '1e12'], /max-origins: "1e12" will not do: .*<=100000/, {}],
    [['crawl', URL_, '--connections', '1e12'], /connections: "1e12" will not do: .*<=1000/, {}],
    [['crawl', URL_, '--vision', '500'], /vision: "500" will not do: .*<=64/, {}],
    [['crawl', URL_, '--batch', '1e9'], /batch: "1e9" will not do: .*<=64/, {}],
    [['crawl', URL_, '--confidence', '1.5'], /confidence: "1\.5" will not do: .*<=1/, {}],
    [['crawl', URL_, '--on-exact', 'burn'], /"skip"\|"keep-best"\|"link"/, {}],
    [['crawl', URL_], /GANNET_CONCURRENCY: "x" will not do/, { GANNET_CONCURRENCY: 'x' }],
    [['crawl', URL_, '--allow-address', '10.0.0.0/99'], /cannot allow "10\.0\.0\.0\/99": give an address/, {}],
    [['crawl', URL_, '--model', 'detect'], /write detect=ID, embed=ID, classify=ID, faces=ID, text=ID or unsafe=ID/, {}],
    [['crawl', '--list', 'no-such-list.txt'], /the list no-such-list\.txt cannot be read/, {}],
    [['crawl', URL_, '--config', 'no-such-file.yaml'], /the config file no-such-file\.yaml cannot be read/, {}],
    [['search'], /say what to search by: --image FILE, --text WORDS, --id ID/, {}],
    [['search', '--text', 'cat', '--top', 'x'], /--top x: write a whole number from 1/, {}],
    [['search', '--image', 'a.jpg', '--id', 'b'], /by --image or by --id, not both/, {}],
    [['export', '--format', 'jsonl'], /'--out <dir>' not specified/, {}],
    [['why'], /missing required argument/, {}],
    [['inspect', ''], /nothing to inspect: name a page or an HTML file/, {}],
    [['inspect', 'no-such-page.html'], /no-such-page\.html cannot be read/, {}],
    [['robots', 'no-such-robots.txt', URL_], /no-such-robots\.txt cannot be read/, {}],
    [['robots', 'package.json', URL_, 'notaurl', '--json'], /the argument "notaurl" is no address/, {}],
    [['robots', 'package.json', 'http://['], /the argument "http:\/\/\[" is no address/, {}],
  ])('gannet %j', async (args, words, env) => {
    const data = await folder()
    const ended = await gannet(args, { GANNET_DATA: join(data, 'data'), ...env })
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(words)
    expect(ended.stderr).not.toMatch(/\n\s+at /)
  })

  it('each mistake in a config file is told with its line', async () => {
    const dir = await folder()
    const config = join(dir, 'gannet.yaml')
    await writeFile(config, 'delay: 3\nconcurency: 3\nattempts: many\n')
    const wrong = await gannet(['crawl', URL_, '--config', config, '--data', join(dir, 'data')])
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toContain(`${config}:2:1: there is no setting concurency; did you mean concurrency?\n${config}:3:1: attempts: "many" will not do`)
    await writeFile(config, 'concurrency: [1\n')
    const broken = await gannet(['crawl', URL_, '--config', config, '--data', join(dir, 'data')])
    expect(broken).toMatchObject({ code: 2, stdout: '' })
    expect(broken.stderr).toMatch(/the config file .* cannot be read: .*line 2/)
  })
})

it('what a folder does not hold is said, not guessed', async () => {
  const dir = await folder()
  const data = join(dir, 'data')
  const good = await site({ plan: planGallery({ seed: 61, pictures: 2, worth: 2, ...SMALL }) })
  expect((await gannet(crawlArgs([good.url], data))).code).toBe(0)

  const unknown = await gannet(['why', 'http://127.0.0.1/never-seen', '--data', data])
  expect(unknown).toMatchObject({ code: 1, stdout: '' })
  expect(unknown.stderr).toMatch(/nothing is known of .*never-seen/)
  expect(await gannet(['search', '--id', 'nope', '--data', data])).toMatchObject({
    code: 1, stderr: expect.stringContaining('nothing is stored under the id nope') as string,
  })
  const text = join(dir, 'text.jpg')
  await writeFile(text, 'no picture at all')
  expect(await gannet(['search', '--image', text, '--data', data])).toMatchObject({
    code: 2, stderr: expect.stringContaining('not-an-image') as string,
  })
  const out = join(dir, 'out')
  await mkdir(out)
  await writeFile(join(out, 'mine.txt'), 'keep me')
  expect(await gannet(['export', '--format', 'jsonl', '--out', out, '--data', data])).toMatchObject({
    code: 2, stderr: expect.stringContaining('is not empty; name a folder that is, or is not there yet') as string,
  })
  expect(await gannet(['export', '--format', 'nope', '--out', join(dir, 'new'), '--data', data])).toMatchObject({
    code: 2, stderr: expect.stringMatching(/there is no export format nope; there are .*jsonl/) as string,
  })
})
