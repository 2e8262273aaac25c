/** `gannet guard`: may this address be fetched, and why not? */
import type { Command } from 'commander'
import pc from 'picocolors'
import { fetchSettings } from '../../app/settings.ts'
import { guardUrl } from '../../index.ts'
import { addFlags } from '../flags.ts'
import { print, printJson } from '../output.ts'

export const addGuard = (program: Command): void => {
  const { allowAddress } = fetchSettings
  const command = program
    .command('guard')
    .description('tell whether addresses may be fetched')
    .argument('<urls...>')
    .option('--json', 'print a JSON line each')
  addFlags(command, { allowAddress }).action(async (urls: string[], options: { json?: boolean; allowAddress?: string[] }) => {
    const allow = options.allowAddress ?? []
    for (const url of urls) {
      const { allowed, reason = null, detail = null } = await guardUrl(url, { allow })
      if (options.json) printJson({ url, allowed, reason })
      else print(`${allowed ? pc.green('allowed') : pc.red(reason ?? 'refused')} ${url}${detail ? pc.dim(` ${detail}`) : ''}`)
    }
  })
}
