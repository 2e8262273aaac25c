/** `gannet inspect`: the candidates a page yields; no picture is fetched. */
import type { Command } from 'commander'
import pc from 'picocolors'
import { inspect } from '../../app/inspect.ts'
import { fetchSettings } from '../../app/settings.ts'
import { addFlags, typedFlags } from '../flags.ts'
import { note, print, printJson } from '../output.ts'

export const addInspect = (program: Command): void => {
  const command = program
    .command('inspect')
    .description('tell which pictures a page offers, without fetching one')
    .argument('<url|file>', 'a page, or an HTML file')
    .option('--url <url>', 'address of a file, for its relative links')
    .option('--json', 'print a JSON array')
  addFlags(command, fetchSettings).action(async (what: string, options: { url?: string; json?: boolean }) => {
    const reading = await inspect(what, { ...typedFlags(command, fetchSettings), ...(options.url ? { url: options.url } : {}) })
    if (options.json) return printJson(reading.candidates)
    for (const { fullUrl, thumbnailUrl, via, alt, title, caption, width, height } of reading.candidates) {
      const words = alt ?? caption ?? title
      print(`${pc.bold(fullUrl)} ${pc.dim(via)}${width === null ? '' : ` ${width}${height === null ? ' wide' : ` × ${height}`}`}`)
      if (thumbnailUrl !== fullUrl) print(`  thumbnail ${thumbnailUrl}`)
      if (words !== null) print(`  ${words}`)
    }
    for (const { url, reason } of reading.unusable) print(pc.dim(`${reason} ${url.slice(0, 100)}`))
    note(`${reading.candidates.length} pictures and ${reading.links.length} links${reading.cut === null ? '' : `; only the beginning was read (limit of ${reading.cut})`}`)
    if (!reading.optOut.images) note(`the page asks that its pictures are not taken: ${reading.optOut.directive ?? ''}`)
  })
}
