/** Work is waited for as long as it may take, and noticed where it never ends. */
import { expect, test, vi } from 'vitest'
import { createPatience } from './patience.ts'

test('an answer in time is handed on, a failure too', async () => {
  const stuck = vi.fn()
  const { wait } = createPatience(50, stuck)
  expect(await wait(Promise.resolve('seen'))).toBe('seen')
  await expect(wait(Promise.reject(new RangeError('no')))).rejects.toThrow('no')
  expect(stuck).not.toHaveBeenCalled()
})

test('what takes too long is answered for, and told when it does not end', async () => {
  await new Promise<void>((told) => {
    const { wait } = createPatience(20, told)
    void wait(new Promise(() => undefined)).then((answer) => expect(answer).toBeNull())
  })
  expect.assertions(1)
})

test('what ends late was not stuck', async () => {
  vi.useFakeTimers()
  try {
    const stuck = vi.fn()
    let end: (value: string) => void = () => undefined
    const waiting = createPatience(20, stuck).wait(new Promise<string>((resolve) => (end = resolve)))
    await vi.advanceTimersByTimeAsync(25)
    expect(await waiting).toBeNull()
    end('late')
    await vi.advanceTimersByTimeAsync(1000)
    expect(stuck).not.toHaveBeenCalled()
  } finally {
    vi.useRealTimers()
  }
})
