/** A task server that stands alone: requests over HTTP, a report to a callback, an end that loses nothing. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import sharp from 'sharp'
import { openStore } from 'gannet'
import { sha256Of } from '../src/core/ids.ts'
import { startGannet, type Running } from './bad-input/gannet.ts'
import { serveHttp, type LocalServer } from './local-server.ts'
import { planGallery, startSite, type Site } from './site/index.ts'

const ANSWERS = /answers at (http:\S+?);/

interface State {
  readonly state: string
  readonly kept: number
  readonly pending: number
  readonly ended: number
  readonly failed: number
}

interface Report {
  readonly stored: readonly {
    readonly id: string
    readonly sha256: string
    readonly width: number
    readonly height: number
    readonly bytes: number
    readonly href: string
    readonly renditions: readonly {
      readonly name: string
      readonly sha256?: string
      readonly format?: string
      readonly width?: number
      readonly height?: number
      readonly bytes?: number
      readonly href?: string
    }[]
  }[]
}

describe('a task server by itself', () => {
  let dir: string
  let site: Site
  let hooks: LocalServer
  const reports: { readonly body: Record<string, unknown>; readonly signature: string | undefined }[] = []
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gannet-node-'))
    site = await startSite({ plan: planGallery({ seed: 3, pictures: 40, worth: 0.4, fullSide: 480, thumbSide: 200, junk: { near: 0 } }) })
    hooks = await serveHttp((request, response) => {
      let text = ''
      request.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => {
        reports.push({ body: JSON.parse(text) as Record<string, unknown>, signature: request.headers['webhook-signature'] as string | undefined })
        response.end()
      })
    })
  })
  afterAll(async () => {
    await Promise.all([site.close(), hooks.close()])
    await rm(dir, { recursive: true, force: true })
  })

  const raise = async (...flags: readonly string[]): Promise<{ readonly process: Running; readonly url: string }> => {
    const process = startGannet(['node', '--data', join(dir, 'data'), '--listen', '127.0.0.1:0', '--allow-address', '127.0.0.1', '--processes', '1', '--vision', '1', '--depth', '20', ...flags])
    const [, url = ''] = ANSWERS.exec(await process.said('answers at').then(() => process.words())) ?? []
    return { process, url }
  }
  const post = async (url: string, body: object, key?: string) => {
    const answer = await fetch(`${url}/v1/requests`, {
      method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
    })
    return { status: answer.status, body: (await answer.json()) as { id: string; accepted: number; refused: object[] } }
  }
  const state = async (url: string, id: string): Promise<State> => (await (await fetch(`${url}/v1/requests/${id}`)).json()) as State
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds())) await pass(100)
  }

  test('takes a request, is stopped in the middle of it, goes on, and brings the report', async () => {
    const first = await raise('--delay', '100', '--callback-secret', 'geheim')
    const request = { pages: [site.url], urls: ['http://10.0.0.1/inside.jpg', 'nonsense'], category: 'demo', callback: `${hooks.origin}/hook` }
    const taken = await post(first.url, request, 'one')
    expect(taken).toMatchObject({ status: 202, body: { accepted: 1, refused: [{ reason: 'blocked-address' }, { reason: 'incomplete' }] } })
    expect(await post(first.url, request, 'one')).toEqual(taken)
    await until(async () => (await state(first.url, taken.body.id)).ended > 3)
    first.process.terminate()
    expect((await first.process.ended).code).toBe(0)
    expect(site.log.length).toBeLessThan(site.truth.pictures.length)

    const second = await raise('--delay', '0', '--callback-secret', 'geheim')
    await until(async () => (await state(second.url, taken.body.id)).state === 'ended')
    expect(await state(second.url, taken.body.id)).toMatchObject({ kept: site.truth.keep.length, pending: 0, failed: 0 })
    await until(async () => reports.length > 0)
    expect(reports[0]?.signature).toMatch(/^v1,/)
    expect(reports[0]?.body).toMatchObject({ id: taken.body.id, state: 'ended', kept: site.truth.keep.length, storedMore: false })
    expect(reports[0]?.body['stored']).toHaveLength(site.truth.keep.length)
    expect(await (await fetch(`${second.url}/v1/nodes`)).json()).toMatchObject({ nodes: [{ maxProcesses: 1, queued: 0 }] })
    second.process.terminate()
    expect((await second.process.ended).code).toBe(0)

    const store = await openStore(join(dir, 'data'))
    try {
      let categories = 0
      for await (const { category } of store.images()) if (category !== null) categories++
      expect(categories).toBe(site.truth.keep.length)
      expect((await store.check({ deep: true })).ok).toBe(true)
    } finally {
      await store.close()
    }
  }, 180_000)

  test('makes the renditions that a request asks for, names them in its report, and hands out their bytes', async () => {
    const { process, url } = await raise('--delay', '0', '--data', join(dir, 'renditions'))
    const renditions = [
      { name: 'small', width: 100 }, { name: 'square', width: 64, height: 64, fit: 'cover', format: 'webp', quality: 60 },
      { name: 'cut', crop: { x: 10, y: 20, width: 120, height: 90 }, format: 'png' }, { name: 'beyond', crop: { x: 9000, y: 0, width: 10, height: 10 } },
    ]
    reports.length = 0
    const taken = await post(url, { pages: [site.url], renditions, callback: `${hooks.origin}/hook` })
    await until(async () => reports.length > 0)
    const report = reports[0]?.body as unknown as Report
    // Renditions are no pictures of their own.
    expect(report).toMatchObject({ kept: site.truth.keep.length, failed: 0 })
    expect(await state(url, taken.body.id)).toMatchObject({ state: 'ended', kept: site.truth.keep.length, pending: 0 })
    expect(report.stored).toHaveLength(site.truth.keep.length)
    for (const picture of report.stored) {
      expect(picture.href).toBe(`${url}/v1/blobs/${picture.sha256}`)
      const sizes = Object.fromEntries(await Promise.all(picture.renditions.filter(({ href }) => href).map(async ({ name, href, ...told }) => {
        const answer = await fetch(href as string)
        const bytes = Buffer.from(await answer.arrayBuffer())
        const { width, height, format } = await sharp(bytes).metadata()
        expect([answer.headers.get('content-type'), bytes.length, sha256Of(bytes)]).toEqual([`image/${told.format}`, told.bytes, told.sha256])
        expect([width, height, format]).toEqual([told.width, told.height, told.format])
        return [name, [width, height]]
      })))
      const height = Math.round((picture.height * 100) / picture.width)
      expect(sizes).toEqual({ small: [100, expect.closeTo(height, -0.5)], square: [64, 64], cut: [120, 90] })
      expect(picture.renditions.map(({ name }) => name)).toEqual(['small', 'square', 'cut', 'beyond'])
      expect(picture.renditions[3]).toEqual({ name: 'beyond', reason: 'crop-outside', detail: expect.stringContaining('do not lie within') })
      const original = Buffer.from(await (await fetch(picture.href)).arrayBuffer())
      expect([original.length, sha256Of(original)]).toEqual([picture.bytes, picture.sha256])
      expect(await (await fetch(`${url}/v1/assets/${picture.id}`)).json()).toMatchObject({ id: picture.id, requestIds: [taken.body.id], renditions: [{ name: 'small' }, {}, {}, { sha256: null }] })
    }
    process.terminate()
    expect((await process.ended).code).toBe(0)
    const store = await openStore(join(dir, 'renditions'))
    try {
      const check = await store.check({ deep: true })
      expect([check.ok, check.blobs]).toEqual([true, 4 * report.stored.length])
      expect((await store.why(report.stored[0]?.id as string)).verdicts).toContainEqual(expect.objectContaining({ outcome: 'processed', evidence: expect.objectContaining({ unmade: [expect.objectContaining({ name: 'beyond' })] }) }))
    } finally {
      await store.close()
    }
  }, 180_000)

  test('says what is wrong when it cannot begin', async () => {
    const taken = await startGannet(['node', '--data', join(dir, 'other'), '--listen', hooks.origin.slice('http://'.length)]).ended
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('EADDRINUSE')])
    const away = await startGannet(['node', '--data', join(dir, 'other'), '--redis', 'redis://127.0.0.1:1']).ended
    expect([away.code, away.stderr]).toEqual([1, expect.stringContaining('127.0.0.1:1')])
    const alone = await startGannet(['dispatch']).ended
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('--redis')])
    const prefix = await startGannet(['node', '--data', join(dir, 'other'), '--prefix', 'loose:']).ended
    expect([prefix.code, prefix.stderr]).toEqual([2, expect.stringContaining('{NAME}:')])
  }, 120_000)
})
