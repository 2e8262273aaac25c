import { describe, expect, test } from 'vitest'
import { GannetError } from './errors.ts'
import { patient } from './patient.ts'

const away = new GannetError('engine-unreachable', 'away')

describe('a patient interface', () => {
  const failing = (...errors: readonly unknown[]) => {
    const left = [...errors]
    return {
      calls: 0,
      can: { fly: true },
      async ask(this: { calls: number }, value: number): Promise<number> {
        this.calls++
        const error = left.shift()
        if (error !== undefined) throw error
        return value * 2
      },
    }
  }
  const options = (signal = new AbortController().signal) => ({ signal, random: () => 0 })

  test('asks again until it is answered', async () => {
    const api = failing(away, new GannetError('disk-full', 'full'), away)
    expect(await patient(api, options()).ask(4)).toBe(8)
    expect(api.calls).toBe(4)
    expect(patient(api, options()).can).toEqual({ fly: true })
  })

  test('hands on what waiting does not mend, and what was given up', async () => {
    const wrong = new TypeError('wrong')
    await expect(patient(failing(wrong), options()).ask(1)).rejects.toBe(wrong)
    await expect(patient(failing(new GannetError('data-corrupt', 'x')), options()).ask(1)).rejects.toMatchObject({ code: 'data-corrupt' })
    const api = failing(new GannetError('drained', 'stopping'), away)
    await expect(patient(api, options()).ask(1)).rejects.toMatchObject({ code: 'drained', message: 'stopping' })
    expect(api.calls).toBe(1)
  })

  test('waits no longer than somebody waits for it', async () => {
    const stop = new AbortController()
    const asked = patient(failing(...Array.from({ length: 99 }, () => away)), { signal: stop.signal, random: () => 1 }).ask(1)
    setTimeout(() => stop.abort(), 30)
    await expect(asked).rejects.toMatchObject({ code: 'drained' })
  })
})
