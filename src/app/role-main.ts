/** The entry of every child process: connects, waits for `start`, serves its role, dies with its parent. */
import { constants, setPriority } from 'node:os'
import { GannetError } from '../core/errors.ts'
import { connect } from '../core/rpc.ts'
import type { RoleFactory } from './role-factory.ts'
import type { ChildRole } from './roles.ts'

const FACTORIES: { readonly [R in ChildRole]: () => Promise<RoleFactory<never>> } = {
  keeper: async () => (await import('./keeper-role.ts')).keeperRole,
  grabber: async () => (await import('./grabber-role.ts')).grabberRole,
  vision: async () => (await import('./vision-role.ts')).visionRole,
  workshop: async () => (await import('./workshop-role.ts')).workshopRole,
}

const isChildRole = (name: string | undefined): name is ChildRole => name !== undefined && Object.hasOwn(FACTORIES, name)

const role = process.argv[2]
if (!isChildRole(role) || !process.send) throw new GannetError('usage', 'this file is started by gannet itself')
process.title = `gannet ${role}`
// Decoding and inference take all the processor there is; who hands out the work goes first, and costs little.
if (role === 'vision' || role === 'workshop') setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
// Ctrl-C reaches the whole group, and so does what a service manager sends; the coordinator decides what it means.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit(0))

const host: { api: object; start(init: unknown): Promise<void>; stop(): Promise<void> } = {
  api: {},
  async start(init) {
    const factory = (await FACTORIES[role]()) as RoleFactory<unknown>
    const { api, close } = await factory.create(init, peer)
    host.api = api
    host.stop = async () => {
      await close()
      // The answer leaves first.
      setImmediate(() => process.disconnect())
    }
  },
  async stop() {
    setImmediate(() => process.disconnect())
  },
}

const peer = connect(
  {
    send(message) {
      if (process.connected) process.send?.(message, () => undefined)
    },
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.once('disconnect', () => listener('the coordinator is gone')),
  },
  host,
)
