/** `gannet probe` on files made to hurt: a verdict on each, in order, within its ten seconds (--decode-time) and a gigabyte. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { probeImage, type Probe } from 'gannet'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { memoryOf } from '../bench/process-memory.ts'
import { seeded } from './drawn-pictures.ts'
import { HOSTILE_FILES, honestFiles, svg } from './hostile-corpus.ts'

const CLI = resolve(import.meta.dirname, '../dist/cli/main.js')
/** The product's own limit on a file, by the clock on the wall, ends what takes longer: then a decoder is to be killed, and another raised, by a machine that may be busy. */
const MOST_MS = 10_000 + 15_000
const MOST_BYTES = 1e9

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gannet-hostile-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Run {
  readonly probes: readonly Probe[]
  readonly code: number | null
  /** The longest wait for a line after the first, which waits for the program itself as well. */
  readonly slowest: { readonly ms: number; readonly file: string | null }
  /** Of all its processes together, in bytes; 0 where the system does not tell. */
  readonly peak: number
}

const probeAll = async (files: readonly string[]): Promise<Run> => {
  const child = spawn(process.execPath, [CLI, 'probe', '--json', ...files], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let peak = 0
  let weighing = false
  const weigh = setInterval(() => {
    if (weighing) return
    weighing = true
    void memoryOf(child.pid as number).then(({ total }) => {
      peak = Math.max(peak, total)
      weighing = false
    })
  }, 30)
  const probes: Probe[] = []
  let slowest: Run['slowest'] = { ms: 0, file: null }
  let last = performance.now()
  const ended = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) {
    const probe = JSON.parse(line) as Probe
    const ms = performance.now() - last
    last += ms
    if (probes.length > 0 && ms > slowest.ms) slowest = { ms, file: probe.file }
    probes.push(probe)
  }
  clearInterval(weigh)
  const [code] = (await ended) as [number | null]
  return { probes, code, slowest, peak }
}

/** What any verdict is: a picture with its numbers, or a reason with its words. */
const checkVerdicts = ({ probes, code }: Run, files: readonly string[]): void => {
  expect(probes.map(({ file }) => file)).toEqual(files)
  const wrong = probes.filter((probe) =>
    probe.ok ? probe.reason !== null || !probe.width || !probe.pdq || !probe.looks : !probe.reason || !probe.detail)
  expect(wrong).toEqual([])
  expect(code).toBe(0)
}

test('a hostile corpus gets its verdicts within ten seconds a file and a gigabyte', async () => {
  const files: string[] = []
  for (const { name, make } of HOSTILE_FILES) {
    files.push(join(folder, name))
    await writeFile(join(folder, name), await make())
  }
  const run = await probeAll(files)
  checkVerdicts(run, files)
  expect(run.slowest.ms, `${run.slowest.file}`).toBeLessThan(MOST_MS)
  expect(run.peak).toBeLessThan(MOST_BYTES)
  const of = (name: string): Probe => run.probes[files.indexOf(join(folder, name))] as Probe
  for (const name of ['zero', 'one-byte', 'zeros', 'noise', 'comments.svg']) expect(of(name).reason, name).toBe('not-an-image')
  for (const name of ['bomb-50k.png', 'bomb-2g.png', 'huge.jpg', 'huge.svg', 'bomb.ico', 'words.svg']) {
    expect(of(name).reason, name).toBe('too-large')
  }
  // Its only frame is one pixel, and the screen round it is nobody's.
  expect(of('huge-screen.gif')).toMatchObject({ ok: true, width: 1, height: 1 })
  for (const name of ['laughs.svg', 'lying-strips.tif', 'large-tile.tif', 'itself.ico']) expect(of(name).reason, name).toBe('undecodable')
  expect(of('30000-frames.gif')).toMatchObject({ ok: true, pages: 30_000, width: 200 })
  expect(of('wrong-name.png')).toMatchObject({ ok: true, format: 'jpeg' })
  for (const name of ['page-in.jpg', 'zip-behind.jpg']) expect(of(name), name).toMatchObject({ ok: true, format: 'jpeg', detail: null })
}, 600_000)

test('every beginning of every format, and seeded blows to each', async () => {
  const random = seeded(17)
  const dir = join(folder, 'hurt')
  await mkdir(dir)
  const files: string[] = []
  for (const [ending, bytes] of Object.entries(await honestFiles())) {
    const steps = Math.max(1, Math.floor(bytes.length / 40))
    const hurt = [
      ...Array.from({ length: 32 }, (_, i) => bytes.subarray(0, i)), ...Array.from({ length: 40 }, (_, i) => bytes.subarray(0, i * steps)), bytes,
      ...Array.from({ length: 40 }, (_, i) => {
        const hit = Buffer.from(bytes)
        for (let n = 0; n <= i / 8; n++) hit[Math.floor(random() * (i % 2 ? hit.length : Math.min(200, hit.length)))] = random() * 256
        return hit
      }),
    ]
    for (const [i, one] of hurt.entries()) {
      files.push(join(dir, `${i}.${ending}`))
      await writeFile(join(dir, `${i}.${ending}`), one)
    }
  }
  const run = await probeAll(files)
  checkVerdicts(run, files)
  expect(run.slowest.ms, `${run.slowest.file}`).toBeLessThan(MOST_MS)
  expect(run.peak).toBeLessThan(MOST_BYTES)
}, 600_000)

test('a path may name anything', async () => {
  const at = (name: string): string => join(folder, name)
  await writeFile(at('real.svg'), svg('<circle r="30" fill="red"/>'))
  await symlink(at('real.svg'), at('link'))
  await symlink(at('loop'), at('loop'))
  await symlink(at('gone'), at('dangling'))
  await mkdir(at('dir.jpg'))
  await writeFile(at('locked'), 'x')
  await chmod(at('locked'), 0)
  const sparse = await open(at('sparse.jpg'), 'w')
  await sparse.truncate(20e9)
  await sparse.close()
  const made = spawnSync('mkfifo', [at('pipe')]).status === 0
  const files = [
    at('link'), at('loop'), at('dangling'), at('dir.jpg'), at('locked'), at('sparse.jpg'), ...(made ? [at('pipe')] : []),
    ...(process.platform === 'linux' ? ['/dev/zero', '/dev/null', '/proc/self/mem', '/proc/self/maps', '/proc/self/environ', '/proc/kmsg'] : []),
    '', `${folder}/${'x'.repeat(5000)}`, at('real.svg'),
  ]
  const run = await probeAll(files)
  checkVerdicts(run, files)
  expect(run.probes.map(({ ok }) => ok)).toEqual(files.map((file) => file === at('link') || file === at('real.svg')))
  expect(run.probes[5]).toMatchObject({ reason: 'too-large', bytes: 20e9 })
})

test('a drawing reaches for nothing outside itself', async () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const secret = `file://${join(folder, 'real.svg')}`
  for (const url of [base, secret]) {
    const drawings = [
      svg(`<image href="${url}/a" xlink:href="${url}/a" width="60" height="60"/><use href="${url}/b#x"/><rect width="9" height="9" fill="url(${url}/c#p)" filter="url(${url}/d#f)"/>`),
      svg(`<style>@import url(${url}/e.css); @font-face{font-family:f;src:url(${url}/f.ttf)} rect{fill:url("${url}/g#p")}</style><text font-family="f">x</text>`),
      svg(`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${url}/h" parse="text"/><feImage href="${url}/i"/>`),
      Buffer.concat([Buffer.from(`<?xml-stylesheet href="${url}/j.css"?><!DOCTYPE svg SYSTEM "${url}/k.dtd" [<!ENTITY % p SYSTEM "${url}/l">%p;<!ENTITY x SYSTEM "${url}/m">]>`), svg('<text y="30">&x;</text>')]),
    ]
    for (const drawing of drawings) {
      const probe = await probeImage(drawing)
      // Nothing is drawn of what was not loaded.
      if (probe.ok) expect(probe.looks?.entropy).toBeLessThan(1)
    }
  }
  expect(asked).toEqual([])
})
