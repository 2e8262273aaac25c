/** `gannet store check`: do rows, bytes and indexes agree? */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import pc from 'picocolors'
import { folderSettings } from '../../app/settings.ts'
import { openStore } from '../../app/store.ts'
import { addFlags } from '../flags.ts'
import { count, print, printJson } from '../output.ts'

export const addStore = (program: Command): void => {
  const store = program.command('store').description('look after the data folder')
  const command = store
    .command('check')
    .description('compare rows, bytes and indexes')
    .option('--deep', 'read every original and compare its checksum')
    .option('--repair', 'mend what can be mended: orphaned bytes, indexes that lag or disagree')
    .option('--json', 'print JSON')
  addFlags(command, folderSettings).action(async (options: { data?: string; deep?: boolean; repair?: boolean; json?: boolean }) => {
    const repair = options.repair ?? false
    // Its own for the time being: a picture on its way would look like bytes without a row.
    const opened = await openStore(resolve(options.data ?? folderSettings.data.schema.parse(undefined)), { own: true })
    try {
      const report = await opened.check({ repair, deep: options.deep ?? false })
      if (options.json) printJson(report)
      else {
        print(`${count(report.rows)} rows, ${count(report.blobs)} blobs`)
        for (const [kind, found] of Object.entries(report.found)) {
          if (found > 0) print(`${pc.red(kind)} ${found}${report.mended[kind as keyof typeof report.mended] > 0 ? `, mended ${report.mended[kind as keyof typeof report.mended]}` : ''}`)
        }
        for (const { kind, of } of report.examples.slice(0, 10)) print(pc.dim(`  ${kind} ${of}`))
        print(report.ok ? pc.green('everything agrees') : pc.red(repair ? 'originals that are lost or altered cannot be made again from here: crawl their URLs into another folder (gannet why ID names them)' : 'something disagrees: run again with --repair'))
      }
      if (!report.ok) process.exitCode = 1
    } finally {
      await opened.close()
    }
  })
}
