/** `gannet dead`: tasks that failed for good; list them, let them try again, or drop them. */
import { resolve } from 'node:path'
import pc from 'picocolors'
import type { Command } from 'commander'
import { openDeadLetters, type OpenDeadLetters } from '../../app/dead-letters.ts'
import { DISPATCH_SETTINGS, folderSettings, resolveSettings } from '../../app/settings.ts'
import { GannetError } from '../../core/errors.ts'
import { addFlags, typedFlags } from '../flags.ts'
import { countOf, note, print, printJson } from '../output.ts'

const { redis, prefix } = DISPATCH_SETTINGS
const FLAGS = { ...folderSettings, redis, prefix }

interface Options {
  readonly data?: string
  readonly at?: string
  readonly json?: boolean
  readonly all?: boolean
}

const opened = async (command: Command, options: Options): Promise<OpenDeadLetters> => {
  if (options.at !== undefined) return openDeadLetters({ at: options.at })
  const { data: _, ...flags } = typedFlags(command, FLAGS)
  const settings = await resolveSettings(DISPATCH_SETTINGS, { flags })
  return openDeadLetters(settings.redis === null
    ? { data: resolve(options.data ?? folderSettings.data.schema.parse(undefined)) }
    : { fleet: settings, redis: settings.redis })
}

const withPlace = (command: Command): Command => addFlags(command, FLAGS).option('--at <url>', 'a task server or dispatcher that runs, which is asked')

const chosen = (which: readonly string[], options: Options): readonly string[] | 'all' => {
  if (options.all === true && which.length === 0) return 'all'
  if (options.all !== true && which.length > 0) return which
  throw new GannetError('usage', 'name tasks by their URLs or ids, or all of them with --all')
}

export const addDead = (program: Command): void => {
  const dead = program.command('dead').description('tasks that failed for good: of a data folder, of a task server that runs (--at), or of a fleet (--redis)')

  const list = dead.command('list').description('list them, with why they failed').option('--json', 'print a JSON line each')
  withPlace(list).action(async (options: Options) => {
    const letters = await opened(list, options)
    try {
      let found = 0
      for (let after: string | null = null; ; ) {
        const page: Awaited<ReturnType<OpenDeadLetters['page']>> = await letters.page(after)
        for (const { task, end, history } of page.items) {
          found++
          if (options.json) printJson({ id: task.id, kind: task.kind, url: task.url, reason: end?.reason ?? null, attempts: task.attempts, history, request: task.request })
          else print(`${pc.bold(end?.reason ?? 'failed')} ${task.url} ${pc.dim(`${task.kind} ${task.id}; failed before: ${history.join(', ') || 'never'}`)}`)
        }
        after = page.next
        if (after === null) break
      }
      if (found === 0) note('nothing has failed for good')
    } finally {
      await letters.close()
    }
  })

  const act = (name: 'retry' | 'drop', description: string, told: string): void => {
    const command = dead.command(name).description(description).argument('[urls or ids...]').option('--all', 'all of them').option('--json', 'print JSON')
    withPlace(command).action(async (which: string[], options: Options) => {
      const choice = chosen(which, options)
      const letters = await opened(command, options)
      try {
        const done = await letters[name](choice)
        if (options.json) printJson({ [name === 'retry' ? 'retried' : 'dropped']: done })
        else print(`${countOf(done, 'task')} ${told}`)
        if (done === 0) process.exitCode = 1
      } finally {
        await letters.close()
      }
    })
  }
  act('retry', 'let them try again, as if they had never failed', 'will be tried again')
  act('drop', 'list them no more; that they failed stays known', 'dropped')
}
