/** `gannet status`: who is in a fleet and how idle, and what waits. */
import { setTimeout as pass } from 'node:timers/promises'
import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import type { Command } from 'commander'
import { mayPass } from '../../core/patient.ts'
import { addFleetFlags, openDesk } from '../fleet-flags.ts'
import { note, print, printJson } from '../output.ts'
import { statusText } from '../status-text.ts'

const LOOK_EVERY_MS = 2_000
/** One column is left free: a line that fills the last one wraps on some terminals. */
const width = (): number => Math.max(40, (process.stdout.columns ?? 81) - 1)

/** Until it is interrupted, through a fleet that is away for a while. */
const watch = async (look: () => Promise<string>, redraws: boolean): Promise<void> => {
  const log = redraws ? createLogUpdate(process.stdout) : print
  for (;;) {
    try {
      log(await look())
    } catch (error) {
      if (!mayPass(error)) throw error
      const words = `${pc.yellow('waiting:')} ${(error as Error).message}`
      if (redraws) log(words)
      else note(words)
    }
    await pass(LOOK_EVERY_MS)
  }
}

export const addStatus = (program: Command): void => {
  const command = program.command('status').description('tell who is in a fleet, how idle, what waits, and what is wrong')
    .option('--json', 'print JSON: {nodes, queues}, as GET /v1/nodes and GET /v1/queues answer, and {engine}: what is wrong with the Redis')
    .option('--watch', 'look again every two seconds')
  addFleetFlags(command).action(async (options: { json?: boolean; watch?: boolean }) => {
    const desk = await openDesk(command)
    try {
      const look = async (): Promise<string> => {
        const status = await desk.status()
        return options.json ? JSON.stringify(status) : statusText(status, width())
      }
      if (options.watch) await watch(look, process.stdout.isTTY && !options.json)
      else if (options.json) printJson(await desk.status())
      else print(await look())
    } finally {
      await desk.close()
    }
  })
}
