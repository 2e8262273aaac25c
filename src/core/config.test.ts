import { describe, expect, it } from 'vitest'
import { fromEnvironment, resolveConfig, setting, shape } from './config.ts'

const fragment = {
  delay: setting(shape.amount(500), { help: 'Milliseconds between visits.', value: 'ms' }),
  allowAddress: setting(shape.list(), { help: 'Addresses.', list: true }),
  robots: setting(shape.switch(true), { help: 'Hold to robots.txt.' }),
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

  it('says where a wrong value stands and what the setting is', () => {
    expect(() => resolveConfig(fragment, [{ from: '--delay', values: { delay: 'soon' } }])).toThrow(
      /--delay: delay: .*Milliseconds between visits/,
    )
  })
})
