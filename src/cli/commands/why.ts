/** `gannet why`: what became of a picture or page, and the numbers behind it. */
import { resolve } from 'node:path'
import pc from 'picocolors'
import type { Command } from 'commander'
import { folderSettings } from '../../app/settings.ts'
import { openStore, type Why } from '../../app/store.ts'
import type { Json } from '../../core/json.ts'
import { explain } from '../../core/reasons.ts'
import { addFlags } from '../flags.ts'
import { note, print, printJson } from '../output.ts'

const isRecord = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A record of a list (a box, a label) on one line. */
const line = (record: { readonly [key: string]: Json }): string =>
  Object.entries(record).map(([name, inner]) => (name === 'name' ? String(inner) : `${name} ${typeof inner === 'string' ? inner : JSON.stringify(inner)}`)).join(', ')

const indent = (value: Json, depth = 1): string =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value)
        .filter(([, inner]) => inner !== null)
        .map(([name, inner]) => {
          if (Array.isArray(inner) && inner.some(isRecord)) {
            return [`${'  '.repeat(depth)}${name}`, ...inner.map((one) => `${'  '.repeat(depth + 1)}${isRecord(one) ? line(one) : JSON.stringify(one)}`)].join('\n')
          }
          const nested = isRecord(inner)
          return `${'  '.repeat(depth)}${name}${nested ? `\n${indent(inner as Json, depth + 1)}` : ` ${typeof inner === 'string' ? inner : JSON.stringify(inner)}`}`
        })
        .join('\n')
    : `${'  '.repeat(depth)}${JSON.stringify(value)}`

const tell = ({ verdicts, tasks }: Why): void => {
  for (const verdict of verdicts) {
    const reason = verdict.reason === null ? '' : ` ${pc.bold(verdict.reason)}: it ${explain(verdict.reason)}`
    print(`${verdict.outcome}${reason}${verdict.asset === null ? '' : ` ${pc.dim(verdict.asset)}`}`)
    print(`  ${verdict.url} ${pc.dim(verdict.at)}`)
    print(indent(verdict.evidence))
  }
  const judged = new Set(verdicts.map(({ task }) => task))
  for (const { task, state, end, history } of tasks) {
    if (judged.has(task.id) && state === 'ended') continue
    const reason = end?.reason ? ` ${pc.bold(end.reason)}: it ${explain(end.reason)}` : ''
    print(`${end ? end.outcome : state}${reason} ${pc.dim(task.kind)}\n  ${task.url}`)
    // A row of a list that could not be used says there what is wrong with it.
    const { problem } = isRecord(task.payload) ? task.payload : {}
    if (typeof problem === 'string') print(`  ${problem}`)
    if (history.length > 0) print(`  failed before: ${history.join(', ')}`)
  }
}

export const addWhy = (program: Command): void => {
  const command = program
    .command('why')
    .description('explain what became of a picture or page')
    .argument('<url|id>', 'URL of a picture, thumbnail or page, or an id')
    .option('--json', 'print JSON')
  addFlags(command, folderSettings).action(async (of: string, options: { data?: string; json?: boolean }) => {
    const store = await openStore(resolve(options.data ?? folderSettings.data.schema.parse(undefined)))
    try {
      const why = await store.why(of)
      if (options.json) printJson(why)
      else tell(why)
      if (why.verdicts.length === 0 && why.tasks.length === 0) {
        note(`nothing is known of ${of}: no request has named it, and no page that was read has shown it`)
        process.exitCode = 1
      }
    } finally {
      await store.close()
    }
  })
}
