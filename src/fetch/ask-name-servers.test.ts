import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAskNameServers, type Resolve } from './ask-name-servers.ts'
import { createHostsFile } from './hosts-file.ts'
import { createNames } from './resolve-names.ts'

type Records = { readonly rcode?: number; readonly addresses?: readonly (readonly number[])[]; readonly ttl?: number } | 'silence'

let server: Socket
let servers: string[]
/** By `name/type`; type 1 asks for IPv4, 28 for IPv6. */
let zone: Record<string, Records>
let asked: string[]

/** Just enough of RFC 1035 to answer one question with addresses. */
const reply = (query: Buffer): Buffer | null => {
  const labels: string[] = []
  let at = 12
  while (query[at]) {
    const length = query[at] as number
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  const type = query.readUInt16BE(at + 1)
  const key = `${labels.join('.').toLowerCase()}/${type}`
  asked.push(key)
  const found = zone[key] ?? { rcode: 3 }
  if (found === 'silence') return null
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(0x8180 | (found.rcode ?? 0), 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(found.addresses?.length ?? 0, 6)
  header.writeUInt32BE(0, 8)
  const answers = (found.addresses ?? []).map((address) => {
    const record = Buffer.alloc(12)
    record.writeUInt16BE(0xc00c, 0)
    record.writeUInt16BE(type, 2)
    record.writeUInt16BE(1, 4)
    record.writeUInt32BE(found.ttl ?? 300, 6)
    record.writeUInt16BE(address.length, 10)
    return Buffer.concat([record, Buffer.from(address)])
  })
  return Buffer.concat([header, query.subarray(12, at + 5), ...answers])
}

const V4 = [93, 184, 215, 14]
const V6 = [0x26, 0x06, 0x28, 0, 0, 0x21, 0xf, 0xcb, 0, 0, 0, 0, 0, 0, 0, 1]
const noHosts = () => undefined
const bySystem: Resolve = async () => [{ address: '198.51.100.9', family: 4 }]

beforeEach(async () => {
  zone = {}
  asked = []
  server = createSocket('udp4')
  server.on('message', (query, from) => {
    const answer = reply(query)
    if (answer) server.send(answer, from.port, from.address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  servers = [`127.0.0.1:${(server.address() as AddressInfo).port}`]
})
afterEach(() => void server.close())

const ask = (name: string) => createAskNameServers({ servers, hosts: noHosts, bySystem })(name)

describe('asking the name servers', () => {
  it('brings both families and how long they may be kept', async () => {
    zone = { 'site.example/1': { addresses: [V4], ttl: 120 }, 'site.example/28': { addresses: [V6], ttl: 30 } }
    expect(await ask('site.example')).toEqual(expect.arrayContaining([
      { address: '93.184.215.14', family: 4, ttlMs: 120_000 },
      { address: '2606:2800:21:fcb::1', family: 6, ttlMs: 30_000 },
    ]))
  })

  it('is content with one family when the other fails, is not there, or says nothing', async () => {
    zone = {
      'refused.example/1': { addresses: [V4] }, 'refused.example/28': { rcode: 2 },
      'alone.example/1': { addresses: [V4] }, 'alone.example/28': {},
      'silent.example/1': { addresses: [V4] }, 'silent.example/28': 'silence',
      'six.example/28': { addresses: [V6] },
    }
    const started = performance.now()
    for (const name of ['refused', 'alone', 'silent']) {
      expect(await ask(`${name}.example`)).toMatchObject([{ address: '93.184.215.14' }])
    }
    expect(await ask('six.example')).toMatchObject([{ family: 6 }])
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it('believes them that there is no such name, and asks the system when they fail', async () => {
    await expect(ask('absent.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    zone = { 'empty.example/1': {}, 'empty.example/28': {}, 'down.example/1': { rcode: 2 }, 'down.example/28': { rcode: 2 } }
    await expect(ask('empty.example')).rejects.toMatchObject({ code: 'ENODATA' })
    expect(await ask('down.example')).toEqual([{ address: '198.51.100.9', family: 4 }])
  })

  it('asks them nothing that is not theirs to know', async () => {
    expect(await ask('printer')).toEqual([{ address: '198.51.100.9', family: 4 }])
    expect(await ask('printer.local')).toEqual([{ address: '198.51.100.9', family: 4 }])
    await expect(ask('nowhere.invalid')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    const hosts = (name: string) => (name === 'site.example' ? [{ address: '10.0.0.1', family: 4 } as const] : undefined)
    expect(await createAskNameServers({ servers, hosts, bySystem })('site.example')).toEqual([{ address: '10.0.0.1', family: 4 }])
    expect(asked).toEqual([])
  })
})

describe('names', () => {
  const named = (more: object = {}) => createNames({ resolve: createAskNameServers({ servers, hosts: noHosts, bySystem }), ...more })

  it('are asked for once by any number of visits, and remembered, failures too', async () => {
    zone = { 'site.example/1': { addresses: [V4] }, 'site.example/28': {} }
    const names = named()
    expect(names.known('site.example')).toBeUndefined()
    await Promise.all(Array.from({ length: 20 }, () => names.ask('site.example')))
    expect(asked.toSorted()).toEqual(['site.example/1', 'site.example/28'])
    expect(names.known('site.example')?.addresses).toEqual([{ address: '93.184.215.14', family: 4 }])
    await names.ask('absent.example')
    expect(names.known('absent.example')?.error?.code).toBe('ENOTFOUND')
  })

  it('are kept no longer than was said or set, and not at all when told so', async () => {
    const kept = async (options: object, ttlMs: number) => {
      const names = createNames({ resolve: async () => [{ address: '93.184.215.14', family: 4, ttlMs }], ...options })
      await names.ask('site.example')
      return names.known('site.example') !== undefined
    }
    expect(await kept({}, 0)).toBe(true)
    expect(await kept({ dnsTtlMs: 0 }, 60_000)).toBe(false)
    const names = createNames({ resolve: async () => [{ address: '93.184.215.14', family: 4, ttlMs: 86_400_000 }], dnsTtlMs: 20 })
    await names.ask('site.example')
    const until = performance.now() + 5_000
    while (names.known('site.example') && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(names.known('site.example')).toBeUndefined()
  })

  it('give up on a resolver that never answers', async () => {
    const names = createNames({ resolve: () => new Promise(() => undefined), dnsTimeoutMs: 20 })
    expect((await names.ask('site.example')).error?.code).toBe('ETIMEOUT')
  })
})

describe('the hosts file', () => {
  it('is read again when it changes, and may be missing', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'gannet-hosts-'))
    const file = path.join(folder, 'hosts')
    let now = 0
    const hosts = createHostsFile(file, () => now)
    expect(hosts('site.test')).toBeUndefined()
    await writeFile(file, '# ours\n10.0.0.1 Site.Test alias # two\n::1\tsite.test\nnonsense site.test\n__proto__ x\n')
    now = 10_000
    expect(hosts('site.test')).toEqual([{ address: '10.0.0.1', family: 4 }, { address: '::1', family: 6 }])
    expect(hosts('alias')).toHaveLength(1)
    expect(hosts('constructor')).toBeUndefined()
    await writeFile(file, '10.0.0.2 site.test\n')
    await utimes(file, 1, 1)
    expect(hosts('site.test')).toHaveLength(2)
    now = 20_000
    expect(hosts('site.test')).toEqual([{ address: '10.0.0.2', family: 4 }])
    await rm(folder, { recursive: true })
  })
})
