/** `gannet search`: by picture, by id, by words, and by filters on any of them. */
import { resolve } from 'node:path'
import pc from 'picocolors'
import type { Command } from 'commander'
import { folderSettings, modelSettings } from '../../app/settings.ts'
import { openStore } from '../../app/store.ts'
import { GannetError } from '../../core/errors.ts'
import { addFlags, typedFlags } from '../flags.ts'
import { print, printJson } from '../output.ts'

interface Options {
  readonly data?: string
  readonly image?: string
  readonly text?: string
  readonly id?: string
  readonly top: string
  readonly threshold: string
  readonly label?: string
  readonly category?: string
  readonly host?: string
  readonly json?: boolean
}

export const addSearch = (program: Command): void => {
  const command = program
    .command('search')
    .description('find stored pictures by picture, words, id or filter')
    .option('--image <file>', 'pictures like this one')
    .option('--text <words>', 'pictures described by these words')
    .option('--id <id>', 'pictures like this stored one')
    .option('--top <n>', 'most hits', '10')
    .option('--threshold <score>', 'least likeness, -1 to 1; of no meaning for words', '0')
    .option('--label <name>', 'only pictures with this label')
    .option('--category <name>', 'only pictures of this category')
    .option('--host <host>', 'only pictures from this host')
    .option('--json', 'print JSON')
  addFlags(command, { ...folderSettings, ...modelSettings }).action(async (options: Options) => {
    const { image, text, id, label, category, host } = options
    if ([image, text, id, label, category, host].every((way) => way === undefined)) {
      throw new GannetError('usage', 'say what to search by: --image FILE, --text WORDS, --id ID, --label, --category or --host')
    }
    if (image !== undefined && id !== undefined) throw new GannetError('usage', 'search by --image or by --id, not both')
    const top = Number(options.top)
    const threshold = Number(options.threshold)
    if (!Number.isInteger(top) || top < 1) throw new GannetError('usage', `--top ${options.top}: write a whole number from 1`)
    if (!(threshold >= -1 && threshold <= 1)) throw new GannetError('usage', `--threshold ${options.threshold}: write a number from -1 to 1`)
    const { data = folderSettings.data.schema.parse(undefined), ...models } = typedFlags(command, { ...folderSettings, ...modelSettings }) as { data?: string }
    const store = await openStore(resolve(data), models)
    try {
      const answer = await store.search({
        top, threshold,
        ...(image === undefined ? {} : { image }), ...(text === undefined ? {} : { text }), ...(id === undefined ? {} : { id }),
        ...(label === undefined ? {} : { label }), ...(category === undefined ? {} : { category }), ...(host === undefined ? {} : { host }),
      })
      if (options.json) return printJson(answer)
      // Relevance of words compares within one answer only; their order says it all.
      const byLikeness = image !== undefined || id !== undefined
      for (const hit of answer.hits) {
        const words = [hit.alt ?? hit.caption ?? hit.title, hit.label, hit.category].filter(Boolean).join(' · ')
        print(`${byLikeness ? `${hit.score.toFixed(3)} ${(hit.level ?? '').padEnd(7)} ` : ''}${pc.bold(hit.id)} ${words}\n        ${pc.dim(hit.path ?? hit.url)}`)
      }
      print(pc.dim(`${answer.hits.length === 0 ? 'nothing found' : `${answer.hits.length} found`} in ${answer.tookMs} ms${answer.lag > 0 ? `; the index is ${answer.lag} steps behind` : ''}`))
    } finally {
      await store.close()
    }
  })
}
