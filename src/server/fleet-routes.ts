/** What can be seen of a fleet (DESIGN §6): who is in it and how idle, and what waits. The same at every member. */
import type { FastifyInstance } from 'fastify'
import type { FleetLedger, ScheduleStore } from '../schedule/index.ts'

export interface FleetRouteOptions {
  readonly ledger: Pick<FleetLedger, 'leader' | 'nodes' | 'home'>
  readonly queue: Pick<ScheduleStore, 'tally' | 'uncollected'>
}

export const addFleetRoutes = (server: FastifyInstance, { ledger, queue }: FleetRouteOptions): void => {
  server.get('/v1/nodes', async () => {
    const [leader, nodes, home] = await Promise.all([ledger.leader(), ledger.nodes(), ledger.home()])
    return { leader, home, nodes }
  })
  server.get('/v1/queues', async () => {
    const [{ ended, pending }, uncollected] = await Promise.all([queue.tally('all'), queue.uncollected()])
    return { pending, ended, uncollected }
  })
}
