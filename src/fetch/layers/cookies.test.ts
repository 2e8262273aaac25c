import type http from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveHttp, type LocalServer } from '../../../test/local-server.ts'
import { JPEG, localVisits } from '../../../test/local-visits.ts'
import { createCookieJars } from '../cookie-jars.ts'

const visits = localVisits()
let site: LocalServer
let set: Record<string, string[]> = {}
let status: Record<string, http.OutgoingHttpHeaders & { readonly status: number }> = {}
let sent: [host: string, path: string, cookie: string | undefined][] = []

beforeAll(async () => {
  site = await serveHttp((request, response) => {
    const path = request.url ?? ''
    sent.push([(request.headers.host ?? '').split(':')[0] ?? '', path, request.headers.cookie])
    const { status: code = 200, ...headers } = status[path] ?? {}
    response.writeHead(code, { ...(set[path] && { 'set-cookie': set[path] }), ...headers })
    response.end(path.endsWith('.jpg') ? JPEG : '<!doctype html><title>a</title>')
  })
})
afterAll(() => site.close())
beforeEach(() => {
  set = {}
  status = {}
  sent = []
})

const local = { resolve: async () => [{ address: '127.0.0.1', family: 4 }] }
const url = (host: string, path: string): string => `http://${host}:${site.port}${path}`

describe('cookies', () => {
  it('come back to the site that set them: from a page to its pictures, on its other hosts if it says so', async () => {
    set['/'] = ['own=1', 'shared=2; Domain=gallery.example', 'other=3; Domain=elsewhere.example', 'all=4; Domain=example', 'closed=5; Secure', 'deep=6; Path=/album']
    const grabber = visits.make(local)
    await grabber.visitPage(visits.ask(url('www.gallery.example', '/')))
    const referer = url('www.gallery.example', '/')
    for (const [host, path] of [['www.gallery.example', '/a.jpg'], ['www.gallery.example', '/album/a.jpg'], ['img.gallery.example', '/a.jpg'], ['elsewhere.example', '/a.jpg']] as const) {
      await grabber.visitImage(visits.ask(url(host, path), { referer }))
    }
    expect(sent.map(([host, , cookie]) => [host, cookie])).toEqual([
      ['www.gallery.example', undefined], ['www.gallery.example', 'own=1; shared=2'], ['www.gallery.example', 'deep=6; own=1; shared=2'],
      ['img.gallery.example', 'shared=2'], ['elsewhere.example', undefined],
    ])
  })

  it('open a consent page: set by a redirect, or by the refusal itself', async () => {
    status['/gate.jpg'] = { status: 302, location: '/a.jpg' }
    set['/gate.jpg'] = ['seen=1']
    status['/closed.jpg'] = { status: 403 }
    set['/closed.jpg'] = ['asked=1']
    const grabber = visits.make(local)
    await grabber.visitImage(visits.ask(url('gallery.example', '/gate.jpg')))
    await grabber.visitImage(visits.ask(url('gallery.example', '/closed.jpg')))
    await grabber.visitImage(visits.ask(url('gallery.example', '/a.jpg')))
    expect(sent.map(([, , cookie]) => cookie)).toEqual([undefined, 'seen=1', 'seen=1', 'seen=1; asked=1'])
  })

  it("are neither sent with another site's page nor taken there", async () => {
    set['/'] = ['id=1']
    set['/a.jpg'] = ['tracker=1']
    const grabber = visits.make(local)
    await grabber.visitPage(visits.ask(url('cdn.example', '/')))
    for (const referer of ['https://gallery.test/', 'https://cdn.example/']) {
      await grabber.visitImage(visits.ask(url('cdn.example', '/a.jpg'), { referer }))
    }
    expect(sent.map(([, , cookie]) => cookie)).toEqual([undefined, undefined, 'id=1'])
    await grabber.visitImage(visits.ask(url('cdn.example', '/a.jpg')))
    expect(sent.at(-1)?.[2]).toBe('id=1; tracker=1')
  })

  it('can be switched off, and are never told', async () => {
    set['/a.jpg'] = ['secret=1']
    const grabber = visits.make({ ...local, cookies: false })
    await grabber.visitImage(visits.ask(url('gallery.example', '/a.jpg')))
    const result = await grabber.visitImage(visits.ask(url('gallery.example', '/a.jpg')))
    expect(sent.map(([, , cookie]) => cookie)).toEqual([undefined, undefined])
    expect(JSON.stringify(result)).not.toContain('secret')
  })
})

describe('a jar', () => {
  const page = new URL('https://gallery.example/')
  it('holds so many cookies and no more, the newest', () => {
    const jars = createCookieJars()
    for (let at = 0; at < 200; at++) jars.take(page, `c${at}=${at}`)
    const header = jars.header(page) ?? ''
    expect(header.split('; ')).toHaveLength(50)
    expect(header).toContain('c199=199')
    expect(header).not.toContain('c149=')
  })

  it('passes over what will not do, and forgets what has ended', () => {
    const jars = createCookieJars()
    jars.take(page, ['', '=', ';', 'a', '\u0000=1', `big=${'x'.repeat(5_000)}`, '__proto__=1; Path=/', '__Host-a=1; Path=/x', 'old=1; Max-Age=0', 'good=1'])
    expect(jars.header(page)).toMatch(/good=1/)
    expect(jars.header(page)).not.toMatch(/big|__Host|old/)
    jars.take(page, 'good=1; Max-Age=0')
    expect(jars.header(page) ?? '').not.toMatch(/good/)
  })

  it('keeps neighbours under a public suffix apart', () => {
    const jars = createCookieJars()
    jars.take(new URL('https://one.github.io/'), 'a=1; Domain=github.io')
    jars.take(new URL('https://one.github.io/'), 'b=1')
    expect(jars.header(new URL('https://two.github.io/'))).toBeNull()
    expect(jars.header(new URL('https://one.github.io/'))).toBe('b=1')
  })
})
