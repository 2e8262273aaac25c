/** `gannet node`: a task server. */
import pc from 'picocolors'
import type { Command } from 'commander'
import { startNode, type NodeEvent } from '../../app/node.ts'
import { NODE_SETTINGS, resolveSettings } from '../../app/settings.ts'
import { whatIsOff } from '../findings-text.ts'
import { addFlags, environmentHelp, severalFiles, typedFlags } from '../flags.ts'
import { note } from '../output.ts'

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const tell = (event: NodeEvent): void => {
  if (event.type === 'node-ready') note(`task server ${pc.bold(event.name)} answers at ${event.url}; pictures are kept by ${event.store}`)
  else if (event.type === 'fleet-trouble') note(event.error === null ? pc.dim('the fleet answers again') : `${pc.yellow('waiting:')} ${words(event.error)}`)
  else if (event.type === 'drain-ordered') note('ordered to drain: finishing what is under way, giving the rest back')
  else if (event.type === 'role-restarted') note(pc.dim(`the ${event.role} process died (${event.why}) and was started again; nothing is lost`))
  else if (event.type === 'trap-found') note(pc.dim(`not followed any further: ${event.detail}`))
}

export const addNode = (program: Command): void => {
  const command = program
    .command('node')
    .description('a task server: takes requests over HTTP, works off what the dispatcher assigns to it')
    .option('--config <file>', 'a YAML or JSON file of settings')
    .option('--recipe <file>', 'a YAML file that requests may name as their recipe; may be given more than once', severalFiles)
  addFlags(command, NODE_SETTINGS)
    .addHelpText('after', environmentHelp())
    .action(async (options: { config?: string; recipe?: string[] }) => {
      const settings = await resolveSettings(NODE_SETTINGS, { flags: typedFlags(command, NODE_SETTINGS), configFile: options.config })
      const server = await startNode({ settings, recipe: options.recipe, tell })
      for (const line of whatIsOff(server.findings)) note(pc.dim(line))
      for (const line of server.warnings) note(pc.yellow(line))
      let asked = false
      const drain = (): void => {
        if (asked) process.exit(130)
        asked = true
        note('finishing what is under way, giving the rest back; a second signal stops at once, and nothing is lost either way')
        server.drain()
      }
      process.on('SIGINT', drain)
      process.on('SIGTERM', drain)
      await server.ended
    })
}
