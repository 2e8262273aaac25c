import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { GannetError } from '../core/errors.ts'
import type { RequestId, TaskId } from '../core/ids.ts'
import { createHostPolicy, createScheduleModel } from '../schedule/index.ts'
import { createWorker, type Worker } from './worker.ts'
import type { CrawlPorts } from './ports.ts'

const A = 'request-a' as RequestId
const page = (name: string) => ({
  id: name as TaskId, kind: 'page' as const, host: `https://${name}.example`, url: `https://${name}.example/${name}`, weight: 50,
  payload: { depth: 0, scope: null, referer: null },
})

describe('a worker', () => {
  let worker: Worker | null = null
  afterEach(() => worker?.close())

  it('ends a task that ends its process whenever it is worked on, and goes on with the others', async () => {
    const schedule = createScheduleModel({ delayMs: 0 })
    await schedule.add({ request: A, sequence: 1, tasks: [page('poison'), page('other')] })
    const verdicts: unknown[] = []
    const troubles: unknown[] = []
    const ended: string[] = []
    let deaths = 0
    // What no part of this test needs is not there.
    const ports = {
      schedule, catalogue: { judge: async (found: readonly unknown[]) => void verdicts.push(...found) }, emit: () => undefined, clock: systemClock,
      hostPolicy: createHostPolicy(), retryAt: () => null, policy: {}, admits: () => null,
      grabber: {
        visitPage: async ({ url }: { readonly url: string }) => {
          if (url.endsWith('poison')) {
            deaths++
            throw new GannetError('role-died', 'the grabber process died (SIGSEGV)')
          }
          return { kind: 'none', visit: { ok: false, reason: 'too-large', detail: 'no page', status: 200, wireBytes: 1, observations: [] } }
        },
      },
    } as unknown as CrawlPorts
    worker = createWorker(ports, {
      rules: { links: {} } as never, concurrency: 4, perHost: 4, leaseMs: 60_000, mayKeep: () => true, onBytes: () => undefined, onRoom: () => undefined,
      onEnded: ({ id }, { reason }) => ended.push(`${id} ${reason}`), onTrouble: (error) => troubles.push(error),
    })
    const { leases } = await schedule.reserve({ owner: 'w', count: 9, perHost: 9, busy: {}, leaseMs: 60_000, now: systemClock.now() })
    for (const lease of leases) worker.take(lease)
    await vi.waitFor(() => expect([ended.length, troubles]).toEqual([2, []]), 8_000)
    expect(ended.sort()).toEqual(['other too-large', 'poison worker-died'])
    expect([troubles, deaths]).toEqual([[], 5])
    expect(verdicts).toContainEqual(expect.objectContaining({ task: 'poison', outcome: 'failed', reason: 'worker-died' }))
    const { items } = await schedule.tasks({ after: null, limit: 9, state: 'dead' })
    expect(items.map(({ task: { id } }) => id).sort()).toEqual(['other', 'poison'])
  })
})
