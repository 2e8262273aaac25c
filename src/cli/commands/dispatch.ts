/** `gannet dispatch`: a dispatch server, which leads its fleet or stands by. */
import pc from 'picocolors'
import type { Command } from 'commander'
import { startDispatch } from '../../app/dispatch.ts'
import { DISPATCH_SETTINGS, resolveSettings } from '../../app/settings.ts'
import type { DispatchEvent } from '../../schedule/index.ts'
import { addFlags, environmentHelp, typedFlags } from '../flags.ts'
import { note } from '../output.ts'

const tell = (event: DispatchEvent): void => {
  switch (event.type) {
    case 'leading':
      return note(`leading the fleet (fence ${event.fence})`)
    case 'standing-by':
      return note(`standing by: ${event.leader.name} at ${event.leader.url} leads`)
    case 'node-joined':
      return note(`${event.node} at ${event.url} joined`)
    case 'node-left':
      return note(`${event.node} left; ${event.tasks} of its tasks went back into the queue`)
    case 'trouble':
      return note(`${pc.yellow('waiting:')} ${event.error instanceof Error ? event.error.message : String(event.error)}`)
    default:
      throw new TypeError(`unknown event ${JSON.stringify(event satisfies never)}`)
  }
}

export const addDispatch = (program: Command): void => {
  const command = program
    .command('dispatch')
    .description('a dispatch server: merges what task servers took into one queue and hands it to the idlest; a second one stands by')
    .option('--config <file>', 'a YAML or JSON file of settings')
  addFlags(command, DISPATCH_SETTINGS)
    .addHelpText('after', environmentHelp())
    .action(async (options: { config?: string }) => {
      const settings = await resolveSettings(DISPATCH_SETTINGS, { flags: typedFlags(command, DISPATCH_SETTINGS), configFile: options.config })
      const server = await startDispatch({ settings, tell })
      note(`dispatch server ${pc.bold(server.name)} answers at ${server.url}`)
      for (const line of server.warnings) note(pc.yellow(line))
      const stop = (): void => void server.stop()
      process.once('SIGINT', stop)
      process.once('SIGTERM', stop)
      await server.ended
    })
}
