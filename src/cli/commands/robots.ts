/** `gannet robots`: may this agent fetch these URLs under that robots.txt (RFC 9309)? */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import pc from 'picocolors'
import { GannetError } from '../../core/errors.ts'
import { robotsAllows } from '../../index.ts'
import { print, printJson } from '../output.ts'

export const addRobots = (program: Command): void => {
  program
    .command('robots')
    .description('tell whether a robots.txt lets an agent fetch URLs')
    .argument('<file>', 'a robots.txt')
    .argument('<urls...>')
    .option('--agent <name>', 'product token', 'gannet')
    .option('--json', 'print a JSON line each')
    .action(async (file: string, urls: string[], options: { agent: string; json?: boolean }) => {
      const text = await readFile(file, 'utf8').catch((cause: Error) => {
        throw new GannetError('usage', `${file} cannot be read: ${cause.message}`, { cause })
      })
      for (const url of urls) {
        const allowed = robotsAllows(text, url, options.agent)
        if (options.json) printJson({ url, allowed })
        else print(`${allowed ? pc.green('allowed') : pc.red('denied')} ${url}`)
      }
    })
}
