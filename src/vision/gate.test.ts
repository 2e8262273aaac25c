import { describe, expect, it } from 'vitest'
import { createGate } from './gate.ts'

/** Whether it settles without anything else happening. */
const isOpen = async (entering: Promise<unknown>): Promise<boolean> => {
  const later = new Promise<false>((resolve) => setImmediate(() => resolve(false)))
  return await Promise.race([entering.then(() => true as const), later])
}

describe('the gate', () => {
  it('admits as many as there is room for, and the next when one leaves', async () => {
    const gate = createGate(2)
    const leave = await gate.enter()
    await gate.enter()
    const third = gate.enter()
    const fourth = gate.enter()
    expect(await isOpen(third)).toBe(false)
    leave()
    leave()
    expect(await isOpen(third)).toBe(true)
    expect(await isOpen(fourth)).toBe(false)
  })

  it('lets go of who stops waiting, without losing a place', async () => {
    const gate = createGate(1)
    const leave = await gate.enter()
    const stop = new AbortController()
    const second = gate.enter(stop.signal)
    const third = gate.enter()
    stop.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    leave()
    expect(await isOpen(third)).toBe(true)
    await expect(gate.enter(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
  })

  it('turns everybody away once closed', async () => {
    const gate = createGate(1)
    await gate.enter()
    const waiting = gate.enter()
    gate.close(new Error('closed'))
    await expect(waiting).rejects.toThrow('closed')
    await expect(gate.enter()).rejects.toThrow('closed')
  })
})
