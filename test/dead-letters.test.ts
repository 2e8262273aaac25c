/** `gannet dead`: what failed for good can be seen, tried again and let go, by whoever has the data folder. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gannet, startGannet } from './bad-input/gannet.ts'

describe('dead letters of a crawl', () => {
  let dir: string
  let server: Server
  let url: string
  let broken = true
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gannet-dead-'))
    server = createServer((_request, response) => {
      if (broken) response.writeHead(500).end()
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<p>no pictures')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(async () => {
    server.close()
    await rm(dir, { recursive: true, force: true })
  })

  test('are listed with why, come to life again, and are dropped', async () => {
    const data = ['--data', join(dir, 'data')]
    const crawl = () => gannet(['crawl', `${url}page`, ...data, '--json', '--attempts', '1', '--delay', '0', '--no-robots', '--allow-address', '127.0.0.1'])
    const list = async () => (await gannet(['dead', 'list', ...data, '--json'])).stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>)
    await crawl()
    expect(await list()).toMatchObject([{ kind: 'page', url: `${url}page`, reason: 'http-status', attempts: 1, history: ['http-status'] }])

    broken = false
    // The same command by itself finds its work done.
    expect(JSON.parse((await crawl()).stdout)).toMatchObject({ pages: 0 })
    expect(JSON.parse((await gannet(['dead', 'retry', ...data, `${url}page`, '--json'])).stdout)).toEqual({ retried: 1 })
    expect(JSON.parse((await crawl()).stdout)).toMatchObject({ pages: 1, pagesFailed: {} })
    expect(await list()).toEqual([])

    const nothing = await gannet(['dead', 'drop', ...data, '--all'])
    expect([nothing.code, nothing.stdout]).toEqual([1, '0 tasks dropped\n'])
    const unnamed = await gannet(['dead', 'retry', ...data])
    expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('--all')])
  }, 120_000)

  test('of a task server that runs are asked of it', async () => {
    broken = true
    const node = startGannet(['node', '--data', join(dir, 'node'), '--listen', '127.0.0.1:0', '--attempts', '1', '--delay', '0', '--no-robots', '--allow-address', '127.0.0.1', '--vision', '1'])
    await node.said('answers at')
    const at = /answers at (\S+);/.exec(node.words())?.[1] ?? ''
    await fetch(`${at}/v1/requests`, { method: 'POST', body: JSON.stringify({ pages: [`${url}of-node`] }), headers: { 'content-type': 'application/json' } })
    const list = async () => (await gannet(['dead', 'list', '--at', at, '--json'])).stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { url: string; reason: string })
    await expect.poll(list, { timeout: 20_000 }).toMatchObject([{ url: `${url}of-node`, reason: 'http-status' }])
    broken = false
    expect((await gannet(['dead', 'retry', '--at', at, '--all'])).stdout).toBe('1 task will be tried again\n')
    await expect.poll(list, { timeout: 20_000 }).toEqual([])
    const wrong = await gannet(['dead', 'list', '--at', 'nowhere'])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('http://HOST:PORT')])
    const locked = await gannet(['dead', 'list', '--data', join(dir, 'node')])
    expect([locked.code, locked.stderr]).toEqual([1, expect.stringContaining('--at')])
    node.terminate()
    await node.ended
  }, 120_000)

  test('of a folder that is not there, and of a Redis that is not there, say so', async () => {
    const missing = await gannet(['dead', 'list', '--data', join(dir, 'none')])
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('there is no data folder')])
    const away = await gannet(['status', '--redis', 'redis://user:secret@127.0.0.1:1'])
    expect([away.code, away.stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED')])
    expect(away.stderr).not.toContain('secret')
  }, 60_000)
})
