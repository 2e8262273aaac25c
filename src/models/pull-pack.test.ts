/** Downloads from a hub on loopback that stalls, truncates, redirects and lies. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256Of } from '../core/ids.ts'
import type { Manifest } from './pack.ts'
import { pullPack, sourceUrl, type PullOptions } from './pull-pack.ts'
import { shippedPacks } from './shipped-packs.ts'

const FILE = randomBytes(300_000)
const manifest: Manifest = {
  ...(shippedPacks[0] as Manifest), id: 'some-pack', file: 'some.onnx', bytes: FILE.length, sha256: sha256Of(FILE),
  from: { hub: 'owner/name', path: 'onnx/model.onnx', revision: 'main' },
}

describe('a pull', () => {
  let dir: string
  let server: Server
  let endpoint: string
  let asked: { readonly url: string; readonly range: string | undefined; readonly authorization: string | undefined }[]
  /** What the hub does, try by try; the last one from then on. */
  let tries: ((request: IncomingMessage, response: ServerResponse, from: number) => void)[]

  const whole = (bytes: Buffer = FILE) => (_request: IncomingMessage, response: ServerResponse, from: number): void => {
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from, ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}) })
    response.end(bytes.subarray(from))
  }
  /** So many bytes, and then `end`. */
  const some = (count: number, end: (response: ServerResponse) => void) => (_request: IncomingMessage, response: ServerResponse, from: number): void => {
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': FILE.length - from, ...(from > 0 ? { 'content-range': `bytes ${from}-${FILE.length - 1}/${FILE.length}` } : {}) })
    response.write(FILE.subarray(from, from + count), () => setTimeout(() => end(response), 20))
  }
  const status = (code: number, headers: Record<string, string> = {}) => (_request: IncomingMessage, response: ServerResponse): void => void response.writeHead(code, headers).end()

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gannet-pull-'))
    asked = []
    tries = [whole()]
    server = createServer((request, response) => {
      const { range, authorization } = request.headers
      asked.push({ url: request.url ?? '', range, authorization })
      const [act = whole()] = tries.length > 1 ? tries.splice(0, 1) : tries
      act(request, response, Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    server.closeAllConnections()
    server.close()
    await rm(dir, { recursive: true, force: true })
  })

  const pull = (more: Partial<PullOptions> = {}, of: Manifest = manifest) =>
    pullPack(of, { modelsDir: join(dir, 'models'), endpoint, stallMs: 30_000, backOff: { baseMs: 5, maxMs: 20 }, ...more })
  const files = (): Promise<string[]> => readdir(join(dir, 'models'))

  it('brings the file, tells how far it is, and asks for nothing that is here', async () => {
    const told: number[] = []
    const { path, bytes } = await pull({ onProgress: (at, of) => told.push(at / of) })
    expect([Buffer.compare(await readFile(path), FILE), bytes, told.at(-1), await files()]).toEqual([0, FILE.length, 1, ['some.onnx']])
    expect(asked).toEqual([{ url: '/owner/name/resolve/main/onnx/model.onnx', range: undefined, authorization: undefined }])
    expect(await pull()).toEqual({ path, bytes: 0 })
    expect(asked).toHaveLength(1)
  })

  it('goes on where it broke off, stalled, or was killed', async () => {
    tries = [some(100_000, (response) => response.destroy()), some(50_000, () => undefined), status(503), whole()]
    expect((await pull({ stallMs: 1_000 })).bytes).toBe(FILE.length)
    expect(asked.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=150000-', 'bytes=150000-'])
    await rm(join(dir, 'models', 'some.onnx'))
    await writeFile(join(dir, 'models', 'some.onnx.part'), FILE.subarray(0, 200_000))
    expect((await pull()).bytes).toBe(100_000)
    expect(asked.at(-1)?.range).toBe('bytes=200000-')
  })

  it('begins again at a hub that sends no parts, or has less than is here', async () => {
    await pull().catch(() => undefined)
    await rm(join(dir, 'models', 'some.onnx'))
    for (const act of [(_: IncomingMessage, response: ServerResponse) => whole()(_, response, 0), status(416)]) {
      await writeFile(join(dir, 'models', 'some.onnx.part'), randomBytes(1_000))
      tries = [act, whole()]
      expect((await pull()).bytes).toBe(FILE.length)
      await rm(join(dir, 'models', 'some.onnx'))
    }
  })

  it('follows redirects, and tells a secret to the endpoint alone', async () => {
    const seen: (string | undefined)[] = []
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization)
      whole()(request, response, 0)
    }).listen(0, '127.0.0.2')
    await once(other, 'listening')
    tries = [status(302, { location: `http://127.0.0.2:${(other.address() as AddressInfo).port}/cdn` })]
    await pull({ token: 'hf_secret' })
    expect([asked[0]?.authorization, seen]).toEqual(['Bearer hf_secret', [undefined]])
    other.close()
    await rm(join(dir, 'models', 'some.onnx'))
    tries = [whole()]
    await pull({ token: 'hf_secret' }, { ...manifest, from: { url: `${endpoint}/elsewhere` } })
    expect(asked.at(-1)).toMatchObject({ url: '/elsewhere', authorization: undefined })
  })

  it('keeps nothing of another file, however it lies', async () => {
    const lies = Buffer.from(FILE)
    lies[7] = (lies[7] as number) ^ 1
    tries = [whole(lies)]
    await expect(pull()).rejects.toMatchObject({ code: 'pack-damaged', message: expect.stringContaining(sha256Of(lies)) })
    tries = [whole(Buffer.concat([FILE, FILE]))]
    await expect(pull()).rejects.toMatchObject({ code: 'pack-missing', message: expect.stringContaining('another file') })
    tries = [(_request, response) => void response.writeHead(206, { 'content-range': `bytes 5-9/${FILE.length}` }).end('12345')]
    await expect(pull()).rejects.toMatchObject({ message: expect.stringContaining('another part') })
    expect(await files()).toEqual([])
  })

  it.each([[404, 'answers 404'], [401, 'HF_TOKEN'], [410, 'answers 410']])('says so at once when the hub answers %i', async (code, words) => {
    tries = [status(code)]
    await expect(pull()).rejects.toMatchObject({ code: 'pack-missing', message: expect.stringContaining(words) })
    expect(asked).toHaveLength(1)
  })

  it('gives up a hub that brings nothing, and keeps what has come', async () => {
    tries = [some(100_000, (response) => response.destroy()), status(500)]
    await expect(pull()).rejects.toMatchObject({ code: 'pack-missing', message: expect.stringContaining('goes on where it stands') })
    expect([asked.length, await files()]).toEqual([6, ['some.onnx.part']])
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await expect(pull()).rejects.toMatchObject({ message: expect.stringContaining('ECONNREFUSED') })
  })

  it('ends when it is told to', async () => {
    const stop = new AbortController()
    tries = [some(100_000, () => stop.abort(new Error('enough')))]
    await expect(pull({ signal: stop.signal, stallMs: 60_000 })).rejects.toThrow('enough')
    expect(await files()).toEqual(['some.onnx.part'])
  })

  it('knows where a pack is, or that nobody does', () => {
    expect(sourceUrl(manifest)).toBe('https://huggingface.co/owner/name/resolve/main/onnx/model.onnx')
    expect(sourceUrl(manifest, 'https://mirror.example/hub/')).toBe('https://mirror.example/hub/owner/name/resolve/main/onnx/model.onnx')
    const { from: _, ...nowhere } = manifest
    expect(() => sourceUrl(nowhere)).toThrow(/put its file into the folder/)
  })
})
