/** `gannet stats`: how much is stored, and how much waits. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { folderSettings } from '../../app/settings.ts'
import { openStore } from '../../app/store.ts'
import { addFlags } from '../flags.ts'
import { bytes, count, print, printJson, table } from '../output.ts'

export const addStats = (program: Command): void => {
  const command = program.command('stats').description('tell how much is stored').option('--json', 'print JSON')
  addFlags(command, folderSettings).action(async (options: { data?: string; json?: boolean }) => {
    const store = await openStore(resolve(options.data ?? folderSettings.data.schema.parse(undefined)))
    try {
      const stats = await store.stats()
      if (options.json) return printJson(stats)
      print(table([
        ['assets', count(stats.assets), bytes(stats.bytes)],
        ['linked to similar ones', count(stats.linked.similar), ''],
        ['replaced by better copies', count(stats.superseded), ''],
        ['verdicts', count(stats.verdicts), ''],
        ['waiting', `${count(stats.pending['page'] ?? 0)} pages`, `${count(stats.pending['image'] ?? 0)} pictures`],
        ...stats.index.map(({ space, vectors, bytes: size }) => [`vectors of ${space}`, count(vectors), bytes(size)]),
      ]))
    } finally {
      await store.close()
    }
  })
}
