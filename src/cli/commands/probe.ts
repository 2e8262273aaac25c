/** `gannet probe`: one line a file, whatever the file is. */
import type { Command } from 'commander'
import pc from 'picocolors'
import { probeImages } from '../../app/probe.ts'
import { bytes, print, printJson } from '../output.ts'

export const addProbe = (program: Command): void => {
  program
    .command('probe')
    .description('tell what picture files are')
    .argument('<files...>')
    .option('--json', 'print a JSON line each')
    .action(async (files: string[], options: { json?: boolean }) => {
      for await (const probe of probeImages(files)) {
        if (options.json) printJson(probe)
        else if (probe.ok) {
          print(`${pc.green('ok')} ${probe.file} ${probe.format} ${probe.width} × ${probe.height}, ${bytes(probe.bytes ?? 0)}, sharpness ${probe.looks?.blur.toFixed(0)}, contrast ${probe.looks?.contrast.toFixed(0)}${probe.detail ? pc.yellow(` ${probe.detail}`) : ''}`)
        } else print(`${pc.red(probe.reason ?? 'failed')} ${probe.file}${probe.detail ? pc.dim(` ${probe.detail}`) : ''}`)
      }
    })
}
