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
    .argument('<urls...>', 'addresses, or paths that begin with a slash')
    .option('--agent <name>', 'product token', 'gannet')
    .option('--json', 'print a JSON line each')
    .action(async (file: string, urls: string[], options: { agent: string; json?: boolean }) => {
      for (const url of urls) {
        // As no path can be had of it, it would count as the root, and an answer about that is no answer.
        if (!url.startsWith('/') && !/^https?:\/\//i.test(url) || !URL.canParse(url, 'http://host')) {
          throw new GannetError('usage', `the argument ${JSON.stringify(url)} is no address: write it with http:// or https://, or a path that begins with a slash`)
        }
      }
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
