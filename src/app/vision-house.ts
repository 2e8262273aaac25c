/** The pool of vision processes as the coordinator holds it. */
import { availableParallelism } from 'node:os'
import type { Emit } from '../core/events.ts'
import type { DetectLimits, Device, PackChoice } from '../models/index.ts'
import type { Vision, VisionApi } from '../vision/vision-api.ts'
import { createVisionPool } from '../vision/vision-pool.ts'
import type { VisionHandle } from '../vision/seat.ts'
import { startRole, type RoleProcess } from './role-process.ts'
import type { VisionInit } from './vision-role.ts'

const MOST_VISION = 4

/** @param asked null: as many as the machine has cores, four at most */
export const visionProcessesFor = (asked: number | null): number => asked ?? Math.min(MOST_VISION, availableParallelism())

export const openVision = (options: {
  readonly choice: PackChoice
  readonly processes: number
  readonly batch: number
  /** See the setting `decodeTime`. */
  readonly decodeSeconds: number
  /** Where renditions lie on their way to their store; none where none are asked for. */
  readonly spoolDir?: string
  /** Boxes reported; the models room's default without. */
  readonly boxes?: DetectLimits
  /** One that was tried (settle-device.ts). Default cpu. */
  readonly device?: Device
  readonly emit: Emit
}): Vision => {
  const { choice, decodeSeconds, spoolDir, boxes, device = 'cpu' } = options
  const init: VisionInit = { choice, decodeSeconds, device, ...(spoolDir === undefined ? {} : { spoolDir }), ...(boxes && { boxes }) }

  /** The pool wants its handle at once; calls wait until the process stands. */
  const spawn = (): VisionHandle => {
    const starting: Promise<RoleProcess> = startRole('vision', init, {})
    starting.catch(() => undefined)
    const process = async () => (await starting).peer.remote<VisionApi>('api')
    return {
      api: {
        look: async (items) => (await process()).look(items),
        infer: async (tickets) => (await process()).infer(tickets),
        drop: async (tickets) => (await process()).drop(tickets),
        render: async (original, rendition) => (await process()).render(original, rendition),
      },
      onExit(listener) {
        starting.then(({ exited }) => exited.then(listener), () => listener({ signal: null, code: 1 }))
      },
      kill() {
        starting.then((child) => child.kill(), () => undefined)
      },
    }
  }
  return createVisionPool({
    spawn,
    size: options.processes,
    infers: Object.values(choice).some((pack) => pack !== null),
    batch: { max: options.batch, ageMs: 20 },
    onDeath: (why) => options.emit({ type: 'role-restarted', role: 'vision', why }),
  })
}
