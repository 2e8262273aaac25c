/**
 * The fuzz run of CI: thirty seconds from one seed, all targets. A longer one, or one from another seed, is
 * `npm run fuzz`. Beside it the proof that the run would notice what it is there to notice.
 */
import { constantFrom, integer } from 'fast-check'
import { expect, it } from 'vitest'
import { fuzz, told } from './fuzz.ts'
import { runTarget } from './run-target.ts'
import { hold, trial, type Target } from './target.ts'
import { TARGETS } from './targets.ts'

it('thirty seconds of everything break nothing', { timeout: 240_000 }, async () => {
  const tried = await fuzz({ targets: TARGETS, seed: 1, seconds: 30 })
  expect(tried.flatMap(({ failure }) => (failure ? [told(failure)] : []))).toEqual([])
  expect(tried.map(({ target }) => target).toSorted()).toEqual(TARGETS.map(({ name }) => name).toSorted())
  for (const { target, inputs, yields } of tried) {
    expect(inputs, target).toBeGreaterThan(10)
    // A generator whose inputs are all turned away would prove nothing.
    if (inputs > 200) for (const [name, count] of Object.entries(yields)) expect(count, `${target}: ${name}`).toBeGreaterThan(0)
  }
})

const made = (check: (n: number) => unknown): Target => ({
  name: 'made', what: 'for this test', start: () => trial({ arbitrary: integer({ min: 0, max: 1000 }), check, mostMs: 300 }),
})

it('what breaks is shrunk, and had again by its seed and path', async () => {
  const target = made((n) => hold(n < 100, `${n} is too large`))
  const { failure } = await runTarget(target, { seed: 5, seconds: 10, count: 1000 })
  expect(failure).toMatchObject({ input: '100', error: '100 is too large' })
  const again = await runTarget(target, { seed: failure?.seed ?? 0, path: failure?.path ?? '', seconds: 10, count: 1000 })
  expect(again).toMatchObject({ inputs: 1, failure: { input: '100' } })
  expect(told(again.failure as NonNullable<typeof failure>)).toContain(`--target made --seed ${failure?.seed} --path ${failure?.path}`)
})

it('what hangs is cut off and told, a regular expression too', async () => {
  const slow = made(() => {
    for (const start = process.cpuUsage(); process.cpuUsage(start).user < 400_000;);
  })
  expect((await runTarget(slow, { seed: 1, seconds: 30, count: 1 })).failure?.error).toMatch(/^(?:takes \d+ ms, more than 300$|hangs)/)
  const endless: Target = { name: 'made', what: 'for this test', start: () => trial({ arbitrary: constantFrom('a'), mostMs: 300, check: () => /^(a+)+$/.test(`${'a'.repeat(60)}b`) }) }
  expect((await runTarget(endless, { seed: 1, seconds: 30, count: 1 })).failure?.error).toContain('hangs')
})

it('the same seed makes the same inputs', async () => {
  const seen: number[][] = [[], []]
  for (const into of seen) await runTarget(made((n) => into.push(n)), { seed: 9, seconds: 60, count: 250 })
  expect(seen[0]).toHaveLength(250)
  expect(seen[0]).toEqual(seen[1])
})
