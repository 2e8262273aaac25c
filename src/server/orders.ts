/** Routes that change something. They take JSON only, which a page of another site cannot have a browser send. */
import type { FastifyInstance } from 'fastify'
import { HttpProblem } from './problem.ts'

/** @param mostBody bytes of an order */
export const addOrders = (server: FastifyInstance, add: (orders: FastifyInstance) => void, mostBody = 16 * 1024): void => {
  void server.register(async (orders) => {
    // Elsewhere on a task server bodies are streams.
    orders.removeAllContentTypeParsers()
    orders.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: mostBody }, (_request, body, done) => {
      try {
        done(null, JSON.parse(String(body)))
      } catch {
        done(new HttpProblem('request-invalid', 'the body is not JSON'))
      }
    })
    add(orders)
  })
}
