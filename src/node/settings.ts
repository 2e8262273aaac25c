/** What can be set of a task server. */
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { setting, shape } from '../core/config.ts'

/** `HOST:PORT`, `[IPV6]:PORT`; port 0 takes any that is free. */
export const listenAddress = (fallback: string) =>
  z.string().regex(/^(?:[\w.-]+|\[[\da-fA-F:]+\]):\d{1,5}$/, 'write it as HOST:PORT').default(fallback)

const LISTEN_HELP = 'Where HTTP is answered; whoever reaches it may ask for anything, so keep it inside your network.'

export const nodeSettings = {
  listen: setting(listenAddress('127.0.0.1:7070'), { help: LISTEN_HELP, value: 'host:port' }),
  name: setting(
    z.string().regex(/^[\w.-]{1,60}$/, 'letters, digits, dots, hyphens and underscores are needed, 60 at most').nullable().default(null),
    { help: 'Name of this server in the fleet, unlike any other; by default host and port.', value: 'name' },
  ),
  processes: setting(shape.count(Math.max(1, Math.min(8, Math.floor(availableParallelism() / 2))), 0, 64), { help: 'Grabber processes; 0 on a server that only sees: it makes renditions, and looks at pictures for others.', value: 'n' }),
  vision: setting(shape.limit(0, 64), {
    help: 'Vision processes; by default one a core, four at most. 0 on a server that only grabs: others of its fleet look at its pictures, and make renditions.', value: 'n',
  }),
  threads: setting(shape.count(25, 1, 1000), { help: 'Visits that a grabber process makes at a time.', value: 'n' }),
  callbackSecret: setting(shape.maybe(), {
    help: 'Signs reports to callbacks (HMAC-SHA256, Standard Webhooks); none: they are not signed.', value: 'text', secret: true,
  }),
}

export const dispatchSettings = {
  listen: setting(listenAddress('127.0.0.1:7090'), { help: LISTEN_HELP, value: 'host:port' }),
  name: nodeSettings.name,
}
