import { describe, expect, it } from 'vitest'
import { GannetError } from './errors.ts'
import { connect, type Channel } from './rpc.ts'

/** Two ends of a wire that clones what it carries, as IPC does. */
const wire = (): [Channel, Channel, cut: () => void] => {
  const ends = [0, 1].map(() => ({ messages: [] as ((m: unknown) => void)[], closes: [] as ((why: string) => void)[] }))
  const channel = (mine: number, theirs: number): Channel => ({
    send: (message) => queueMicrotask(() => ends[theirs]?.messages.forEach((listener) => listener(structuredClone(message)))),
    onMessage: (listener) => void ends[mine]?.messages.push(listener),
    onClose: (listener) => void ends[mine]?.closes.push(listener),
  })
  return [channel(0, 1), channel(1, 0), () => ends.forEach((end) => end.closes.forEach((listener) => listener('the wire was cut')))]
}

describe('connect', () => {
  it('calls methods on paths, both ways, with bytes', async () => {
    const [a, b] = wire()
    const here = connect(a, { twice: async (n: number) => n * 2 })
    const there = connect(b, { store: { put: async (bytes: Uint8Array) => bytes.length } })
    expect(await here.remote<{ put(bytes: Uint8Array): Promise<number> }>('store').put(new Uint8Array(3))).toBe(3)
    expect(await there.remote<{ twice(n: number): Promise<number> }>().twice(21)).toBe(42)
  })

  it('carries an error with its code, and an unknown one as internal', async () => {
    const [a, b] = wire()
    const { remote } = connect(a, {})
    connect(b, {
      locked: async () => {
        throw new GannetError('data-locked', 'by another')
      },
      full: async () => {
        throw Object.assign(new Error('write'), { code: 'ENOSPC' })
      },
    })
    const api = remote<{ locked(): Promise<void>; full(): Promise<void>; missing(): Promise<void> }>()
    await expect(api.locked()).rejects.toMatchObject({ code: 'data-locked', message: 'by another' })
    await expect(api.full()).rejects.toMatchObject({ code: 'disk-full' })
    await expect(api.missing()).rejects.toMatchObject({ code: 'internal' })
  })

  it('rejects what waits, and what comes later, when the other side dies', async () => {
    const [a, b, cut] = wire()
    const { remote } = connect(a, {})
    connect(b, { never: () => new Promise(() => undefined) })
    const api = remote<{ never(): Promise<void> }>()
    const waiting = api.never()
    cut()
    await expect(waiting).rejects.toMatchObject({ code: 'role-died', message: 'the wire was cut' })
    await expect(api.never()).rejects.toMatchObject({ code: 'role-died' })
  })
})
