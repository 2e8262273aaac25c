/** Ctrl-C, once and twice: nothing that was done is done again, nothing that was promised is lost. */
import { expect, it } from 'vitest'
import { processesOf } from '../chaos/processes.ts'
import { planGallery } from '../site/index.ts'
import { crawlArgs, folder, gannet, reportIn, site, SMALL, startGannet } from './gannet.ts'

const gallery = () => planGallery({ seed: 71, pictures: 60, worth: 60, picturesPerPage: 20, ...SMALL })

it('once: what is under way is finished, the rest waits for the next run', async () => {
  const data = await folder()
  const slow = await site({ plan: gallery(), switches: [{ do: 'slow', medianMs: 60 }] })
  const first = startGannet(crawlArgs([slow.url], data, '--per-host', '4'))
  await expect.poll(() => slow.counts({ kinds: ['full'] }).size, { timeout: 20_000 }).toBeGreaterThan(5)
  first.interrupt()
  await first.said('finishing what is under way')
  const stopped = await first.ended
  expect(stopped.code).toBe(0)
  const before = reportIn(stopped)
  expect(before.pending).toBeGreaterThan(0)
  expect(before.kept).toBeGreaterThan(0)
  expect(before).toMatchObject({ failed: {}, rejected: {}, refused: {} })

  const after = reportIn(await gannet(crawlArgs([slow.url], data)))
  expect(after).toMatchObject({ candidates: 60, kept: 60, pending: 0, pagesPending: 0, failed: {} })
  // What came to its end in the first run was fetched once, and so was every page.
  const twice = [...slow.counts({ kinds: ['thumb', 'full'] })].filter(([, hits]) => hits > 1)
  expect(twice.length).toBeLessThanOrEqual(60 - before.kept)
  expect([...slow.counts({ kinds: ['page'] }).values()].every((hits) => hits === 1)).toBe(true)
  const check = await gannet(['store', 'check', '--deep', '--data', data])
  expect(check.code).toBe(0)
})

it.each(['SIGINT', 'SIGTERM'] as const)('as %s to all its processes, which is how a terminal and a service manager send it, it is no other', async (signal) => {
  const data = await folder()
  const slow = await site({ plan: gallery(), switches: [{ do: 'slow', medianMs: 60 }] })
  const first = startGannet(crawlArgs([slow.url], data, '--per-host', '4'))
  await expect.poll(() => slow.counts({ kinds: ['full'] }).size, { timeout: 20_000 }).toBeGreaterThan(5)
  const processes = processesOf(first.pid)
  expect(new Set(processes.map(({ role }) => role))).toEqual(new Set(['coordinator', 'keeper', 'grabber', 'vision']))
  for (const { pid } of processes) process.kill(pid, signal)
  const stopped = await first.ended
  expect([stopped.code, stopped.stderr]).toEqual([0, expect.not.stringContaining('died')])
  expect(reportIn(stopped)).toMatchObject({ failed: {}, rejected: {}, refused: {} })
  expect(reportIn(await gannet(crawlArgs([slow.url], data)))).toMatchObject({ kept: 60, pending: 0, failed: {} })
})

it('twice: it ends at once, and the next run finds its folder free', async () => {
  const data = await folder()
  const stuck = await site({ plan: gallery(), switches: [{ do: 'hang', kinds: ['full'], share: 0.2, times: 1 }] })
  const first = startGannet(crawlArgs([stuck.url], data))
  const hanging = () => stuck.log.some(({ endedAt, startedAt }) => endedAt === null && startedAt < Date.now() - 500)
  await expect.poll(hanging, { timeout: 20_000 }).toBe(true)
  first.interrupt()
  await first.said('Ctrl-C again')
  first.interrupt()
  expect((await first.ended).code).toBe(130)
  const after = await gannet(crawlArgs([stuck.url], data, '--attempts', '2', '--headers-timeout-ms', '300'))
  expect(after.code).toBe(0)
  expect(reportIn(after)).toMatchObject({ kept: 60, pending: 0, failed: {} })
})
