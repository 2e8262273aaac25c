import { describe, expect, it } from 'vitest'
import { fromEnvironment, resolveConfig, setting, shape } from './config.ts'

const fragment = {
  delay: setting(shape.amount(500), { help: 'Milliseconds between visits.', value: 'ms' }),
  allowAddress: setting(shape.list(), { help: 'Addresses.', list: true }),
  robots: setting(shape.switch(true), { help: 'Hold to robots.txt.' }),
}
const limits = {
  idleMs: setting(shape.ms(15_000), { help: 'Milliseconds.' }),
  maxTime: setting(shape.span(), { help: 'Seconds.' }),
  threads: setting(shape.count(4, 1, 64), { help: 'Threads.' }),
  userAgent: setting(shape.header('gannet/1'), { help: 'Name.' }),
}

describe('resolveConfig', () => {
  it('lets flags win over the environment over the file over defaults', () => {
    const values = resolveConfig(fragment, [
      { from: 'file', values: { delay: 1, robots: false } },
      { from: 'environment', values: fromEnvironment(fragment, { GANNET_DELAY: '2', GANNET_ALLOW_ADDRESS: 'a, b' }) },
      { from: 'flags', values: { delay: '3' } },
    ])
    expect(values).toEqual({ delay: 3, allowAddress: ['a', 'b'], robots: false })
    expect(Object.isFrozen(values.allowAddress)).toBe(true)
  })

  it('names the nearest known key', () => {
    expect(() => resolveConfig(fragment, [{ from: 'gannet.yaml', values: { dealy: 1 } }])).toThrow(
      'gannet.yaml: there is no setting dealy; did you mean delay?',
    )
  })

  it('suggests nothing that is not near', () => {
    expect(() => resolveConfig(fragment, [{ from: 'gannet.yaml', values: { constructor: 1 } }])).toThrow(/there is no setting constructor; gannet crawl --help/)
  })

  it('lists every mistake, each with its place', () => {
    const placeOf = (key: string): string => `gannet.yaml:${key.length}`
    const values = { dealy: 1, delay: 'soon', robots: 'maybe' }
    expect(() => resolveConfig(fragment, [{ from: 'gannet.yaml', values, placeOf }, { from: 'flags', values: { delay: -1 } }])).toThrow(
      /^gannet\.yaml:5: there is no setting dealy; did you mean delay\?\ngannet\.yaml:5: delay: "soon" .*\ngannet\.yaml:6: robots: .*\n--delay: -1 .*$/,
    )
  })

  it('says where a wrong value stands and what the setting is', () => {
    expect(() => resolveConfig(fragment, [{ from: '--delay', values: { delay: 'soon' } }])).toThrow(
      /--delay: delay: .*Milliseconds between visits/,
    )
  })

  it.each([
    ['idleMs', '1e12'], ['idleMs', 2 ** 31], ['idleMs', '0'], ['maxTime', '1e12'], ['maxTime', '-1'], ['threads', '65'], ['threads', '1.5'],
    ['userAgent', 'a\r\nX: y'], ['userAgent', 'a\u0000'], ['userAgent', 'a '], ['userAgent', '機械'], ['userAgent', ''],
  ])('refuses what no timer, machine or header could bear: %s %j', (key, value) => {
    expect(() => resolveConfig(limits, [{ from: 'flags', values: { [key]: value } }])).toThrow(/^--[a-z-]+: .* will not do: /)
  })

  it('takes what just fits', () => {
    const values = { idleMs: String(2 ** 31 - 1), maxTime: '0.5', threads: 64, userAgent: 'a/1 (+https://a.example; b@c)' }
    expect(resolveConfig(limits, [{ from: 'flags', values }])).toEqual({ ...values, idleMs: 2 ** 31 - 1, maxTime: 0.5 })
  })
})
