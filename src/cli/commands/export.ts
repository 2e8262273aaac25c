/** `gannet export`: what is stored, in the form that other programs read. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { folderSettings } from '../../app/settings.ts'
import { EXPORTERS, openStore } from '../../app/store.ts'
import { addFlags } from '../flags.ts'
import { note, print, printJson } from '../output.ts'

interface Options {
  readonly data?: string
  readonly format: string
  readonly out: string
  readonly label?: string
  readonly category?: string
  readonly host?: string
  readonly json?: boolean
}

export const addExport = (program: Command): void => {
  const command = program
    .command('export')
    .description(`write stored pictures out (${EXPORTERS.map(({ name, help }) => `${name}: ${help}`).join('; ')})`)
    .requiredOption('--format <name>', EXPORTERS.map(({ name }) => name).join(', '))
    .requiredOption('--out <dir>', 'a folder that is empty or not there yet')
    .option('--label <name>', 'only pictures with this label')
    .option('--category <name>', 'only pictures of this category')
    .option('--host <host>', 'only pictures from this host')
    .option('--json', 'print JSON')
  addFlags(command, folderSettings).action(async (options: Options) => {
    const { format, out, label, category, host } = options
    const store = await openStore(resolve(options.data ?? folderSettings.data.schema.parse(undefined)))
    try {
      let shownAt = Date.now()
      const result = await store.export({
        format, out: resolve(out),
        where: { ...(label === undefined ? {} : { label }), ...(category === undefined ? {} : { category }), ...(host === undefined ? {} : { host }) },
        onProgress(written) {
          if (Date.now() - shownAt < 1_000) return
          shownAt = Date.now()
          note(`${written} written`)
        },
      })
      if (options.json) printJson({ format, out: resolve(out), ...result })
      else print(`${result.written} pictures written to ${resolve(out)}`)
      if (result.missing.length > 0) {
        note(`${result.missing.length} have lost their bytes (first: ${result.missing[0]}): run gannet store check`)
        process.exitCode = 1
      }
    } finally {
      await store.close()
    }
  })
}
