/**
 * What can be seen of a fleet, and ordered of it (DESIGN §6), the same at every member. There is no password: whoever
 * reaches the port may do both, as with requests.
 */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { FleetView, Order, Ordered, Target } from '../schedule/index.ts'
import { addOrders } from './orders.ts'
import { HttpProblem } from './problem.ts'

export interface FleetRouteOptions {
  readonly view: FleetView
  /** Carries an order out (schedule/fleet/fleet-control.ts). */
  readonly order: (order: Order, target: Target) => Promise<Ordered>
}

const ORDERS: readonly Order[] = ['pause', 'resume', 'drain']

const name = z.string().min(1).max(2048)
const targetForm = z.union([z.strictObject({ host: name }), z.strictObject({ node: name }), z.strictObject({ all: z.literal(true) })])

const targetOf = (body: unknown): Target => {
  const found = targetForm.safeParse(body)
  if (!found.success) {
    throw new HttpProblem('request-invalid', 'say what is meant, and nothing else: {"host": "example.org"}, {"node": "NAME"} or {"all": true}')
  }
  const { data } = found
  if ('host' in data) return { kind: 'host', host: data.host }
  return 'node' in data ? { kind: 'node', node: data.node } : { kind: 'all' }
}

export const addFleetRoutes = (server: FastifyInstance, { view, order: carryOut }: FleetRouteOptions): void => {
  server.get('/v1/nodes', () => view.nodes())
  server.get('/v1/queues', () => view.queues())
  addOrders(server, (orders) => {
    for (const order of ORDERS) {
      orders.post(`/v1/${order}`, async (request) => {
        const ordered = await carryOut(order, targetOf(request.body))
        return { ...ordered, paused: await view.paused() }
      })
    }
  })
}
