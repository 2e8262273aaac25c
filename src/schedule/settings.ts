/** Where the general queue is, and how it is handed out: the room's own keys. */
import { z } from 'zod'
import { setting, shape } from '../core/config.ts'
import { RULES } from './dispatch/rules/rules.ts'

const names = RULES.map(({ name }) => name) as [string, ...string[]]

export const fleetSettings = {
  redis: setting(shape.maybe(), {
    help: 'Redis that holds the general queue, redis://[USER:PASSWORD@]HOST[:PORT]; without one a task server is a fleet of its own.',
    value: 'url', secret: true,
  }),
  prefix: setting(
    z.string().regex(/^\{[\w.-]{1,60}\}:$/, 'write it as {NAME}: so that all keys of a fleet share one hash tag').default('{gannet}:'),
    { help: 'Begins every key in Redis: fleets of different prefixes may share a server.', value: '{name}:' },
  ),
  rule: setting(z.enum(names).default(names[0]), {
    help: `Whom a host's tasks go to: ${RULES.map(({ name, help }) => `${name} (${help})`).join('; ')}.`, value: names.join('|'),
  }),
}
