import { expect, it } from 'vitest'
import type { Sha256 } from '../core/ids.ts'
import type { Look } from '../image/look.ts'
import { createTurns } from './turns.ts'

const look = (sha256: string, pdq: string, pdqQuality = 100): Look => ({
  ok: true, sha256: sha256 as Sha256, pixels: null, format: 'jpeg', width: 200, height: 150, orientation: 1, pages: 1, bytes: 1,
  pdq, pdqQuality, sketch: new Uint8Array(0), panels: [], looks: { blur: 99, brightness: 99, contrast: 50, entropy: 7 }, credits: null, warning: null,
})
const isOpen = (turn: { come: Promise<unknown> }): Promise<boolean> =>
  Promise.race([turn.come.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))])

it('lets the unlike pass, and makes the like wait for all who came before', async () => {
  const turns = createTurns()
  const first = turns.take(look('a', '0'.repeat(64)))
  const near = turns.take(look('b', `${'0'.repeat(60)}000f`))
  const far = turns.take(look('c', 'f'.repeat(64)))
  const same = turns.take(look('a', 'f0'.repeat(32)))
  expect(await Promise.all([first, near, far, same].map(isOpen))).toEqual([true, false, true, false])
  first.end()
  expect(await Promise.all([near, same].map(isOpen))).toEqual([true, true])
})

it('takes no hash at its word that says too little', async () => {
  const turns = createTurns()
  turns.take(look('a', '0'.repeat(64), 20))
  expect(await isOpen(turns.take(look('b', '0'.repeat(64))))).toBe(true)
})

it('forgets who has ended', async () => {
  const turns = createTurns()
  turns.take(look('a', '0'.repeat(64))).end()
  expect(await isOpen(turns.take(look('a', '0'.repeat(64))))).toBe(true)
})
