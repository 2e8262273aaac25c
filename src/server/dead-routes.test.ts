import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { taskId, type RequestId } from '../core/ids.ts'
import { createScheduleModel, deadLettersOf, type ScheduleStore } from '../schedule/index.ts'
import { addDeadRoutes } from './dead-routes.ts'
import { createHttpServer } from './http-server.ts'

const REQUEST = 'r' as RequestId
const urlOf = (n: number): string => `https://a.example/${n}`

describe('dead letters over HTTP', () => {
  let server: FastifyInstance
  let queue: ScheduleStore
  beforeEach(async () => {
    queue = createScheduleModel({ delayMs: 0 })
    server = createHttpServer({ onTrouble: () => undefined })
    addDeadRoutes(server, deadLettersOf(queue))
    // More than a page of them.
    const tasks = Array.from({ length: 601 }, (_, n) => ({
      id: taskId('image', urlOf(n)), kind: 'image' as const, host: 'https://a.example', url: urlOf(n), weight: 50, payload: {},
    }))
    await queue.add({ request: REQUEST, sequence: 1, tasks })
    const { leases } = await queue.reserve({ owner: 'w', count: 700, perHost: 700, busy: {}, leaseMs: 60_000, now: 0 })
    await queue.fail(leases.map(({ task: { id }, fence }) => ({ id, fence, reason: 'http-status', retryAt: null, sums: {} })) as never)
  })
  afterEach(() => server.close())

  const list = async (): Promise<string[]> => {
    const urls: string[] = []
    for (let after: string | null = ''; after !== null; ) {
      const page: { items: { task: { url: string } }[]; next: string | null } = (await server.inject(`/v1/dead${after && `?after=${encodeURIComponent(after)}`}`)).json()
      urls.push(...page.items.map(({ task }) => task.url))
      after = page.next
    }
    return urls
  }
  const order = (what: string, payload: object) => server.inject({ method: 'POST', url: `/v1/dead/${what}`, payload })

  test('are listed page by page, tried again and dropped', async () => {
    expect(new Set(await list()).size).toBe(601)
    expect((await order('retry', { tasks: [urlOf(5), taskId('image', urlOf(6)), 'https://a.example/none'] })).json()).toEqual({ tasks: 2 })
    expect((await queue.tally([REQUEST])).pending.image).toBe(2)
    expect((await order('drop', { all: true })).json()).toEqual({ tasks: 599 })
    expect(await list()).toEqual([])
  })

  test.each([[{}], [{ all: false }], [{ tasks: [] }], [{ tasks: ['a'], all: true }], [{ tasks: [7] }], [[]]])('are not touched by %j', async (body) => {
    const answer = await order('drop', body)
    expect([answer.statusCode, answer.json().code, answer.json().detail]).toEqual([400, 'request-invalid', expect.stringContaining('"all": true')])
    expect(await list()).toHaveLength(601)
  })
})
