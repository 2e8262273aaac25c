/** How commands about a fleet are told which one. */
import type { Command } from 'commander'
import { openFleetDesk, type FleetDesk } from '../app/fleet-desk.ts'
import { DISPATCH_SETTINGS, resolveSettings } from '../app/settings.ts'
import { addFlags, typedFlags } from './flags.ts'

const { redis, prefix } = DISPATCH_SETTINGS
const FLAGS = { redis, prefix }
/** Where a task server listens unless it is told otherwise. */
const DEFAULT_AT = 'http://127.0.0.1:7070'

export const addFleetFlags = (command: Command): Command =>
  addFlags(command, FLAGS).option('--at <url>', `without a Redis: a task server or dispatcher that is asked [${DEFAULT_AT}]`)

export const openDesk = async (command: Command): Promise<FleetDesk> => {
  const settings = await resolveSettings(DISPATCH_SETTINGS, { flags: typedFlags(command, FLAGS) })
  const at: unknown = command.getOptionValue('at')
  // Whoever names a member means that one, whatever the environment says.
  return openFleetDesk(typeof at === 'string' && command.getOptionValueSource('redis') !== 'cli' ? { ...settings, redis: null } : settings, typeof at === 'string' ? at : DEFAULT_AT)
}
