/** What failed for good, seen and decided about: whoever reaches the port may do both, as with requests. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { DeadLetters, WhichDead } from '../schedule/index.ts'
import { addOrders } from './orders.ts'
import { HttpProblem } from './problem.ts'

/** Tasks that can be named at once. */
const MOST = 10_000
/** Bytes: so many long URLs. */
const MOST_BODY = 8 * 1024 * 1024

const form = z.union([z.strictObject({ tasks: z.array(z.string().min(1)).min(1).max(MOST) }), z.strictObject({ all: z.literal(true) })])

const whichOf = (body: unknown): WhichDead => {
  const found = form.safeParse(body)
  if (!found.success) {
    throw new HttpProblem('request-invalid', `say which tasks, and nothing else: {"tasks": ["URL or id", …]}, up to ${MOST.toLocaleString('en')}, or {"all": true}`)
  }
  return 'all' in found.data ? 'all' : found.data.tasks
}

export const addDeadRoutes = (server: FastifyInstance, letters: DeadLetters): void => {
  server.get('/v1/dead', (request) => {
    const { after } = request.query as { readonly after?: unknown }
    return letters.page(typeof after === 'string' ? after : null)
  })
  addOrders(server, (orders) => {
    for (const what of ['retry', 'drop'] as const) {
      orders.post(`/v1/dead/${what}`, async (request) => ({ tasks: await letters[what](whichOf(request.body)) }))
    }
  }, MOST_BODY)
}
