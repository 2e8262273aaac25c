/**
 * The ledger of a task server that is a fleet by itself: in memory, but for the orders, which lie in a small JSON file of
 * its data folder, so that a pause outlives a restart. Written whole beside the old one and put in its place.
 */
import { open, readFile, rename } from 'node:fs/promises'
import { z } from 'zod'
import { GannetError } from '../../core/errors.ts'
import type { FleetLedger } from '../fleet-ledger.ts'
import { createMemoryFleet, type OrdersFile, type StandingOrders } from '../memory-fleet.ts'

export interface FileFleetOptions {
  /** The file; made with the first order, in a folder that exists. */
  readonly path: string
  /** As `createMemoryFleet` has it. */
  readonly now: () => number
}

const ordersSchema = z.object({ allPaused: z.boolean(), pausedNodes: z.array(z.string()) })

const readOrders = async (path: string): Promise<StandingOrders> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return { allPaused: false, pausedNodes: [] }
  try {
    return ordersSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new GannetError('data-corrupt', `${path} cannot be read: remove it, and pause again what is to be paused`, { cause })
  }
}

/** @throws data-corrupt */
export const openFileFleet = async ({ path, now }: FileFleetOptions): Promise<FleetLedger> => {
  let writing = Promise.resolve()
  const file: OrdersFile = {
    found: await readOrders(path),
    write(orders) {
      const next = async (): Promise<void> => {
        const draft = await open(`${path}.new`, 'w')
        try {
          await draft.writeFile(`${JSON.stringify(orders)}\n`)
          await draft.sync()
        } finally {
          await draft.close()
        }
        await rename(`${path}.new`, path)
      }
      // One after another, whatever became of the one before.
      writing = writing.then(next, next)
      return writing
    },
  }
  return createMemoryFleet(now, file)
}
