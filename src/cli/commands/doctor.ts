/** `gannet doctor`: what is installed, reachable, on, off, and why. */
import type { Command } from 'commander'
import pc from 'picocolors'
import { diagnose } from '../../app/doctor.ts'
import { DISPATCH_SETTINGS, folderSettings, modelSettings, resolveSettings } from '../../app/settings.ts'
import { addFlags, typedFlags } from '../flags.ts'
import { print, printJson } from '../output.ts'

const MARKS = { ok: pc.green('ok   '), off: pc.yellow('off  '), wrong: pc.red('wrong') }

export const addDoctor = (program: Command): void => {
  const fragment = { ...folderSettings, ...modelSettings }
  const flags = { ...fragment, redis: DISPATCH_SETTINGS.redis }
  const command = program
    .command('doctor')
    .description('tell what is installed, on, off, and why')
    .option('--json', 'print a JSON array')
  addFlags(command, flags).action(async (options: { json?: boolean }) => {
    const { redis } = await resolveSettings({ redis: DISPATCH_SETTINGS.redis }, { flags: typedFlags(command, { redis: DISPATCH_SETTINGS.redis }) })
    const findings = await diagnose(typedFlags(command, fragment), redis)
    if (options.json) printJson(findings)
    else for (const { what, state, why, remedy } of findings) print(`${MARKS[state]} ${what.padEnd(9)} ${why}${remedy ? pc.dim(`; ${remedy}`) : ''}`)
    if (findings.some(({ state }) => state === 'wrong')) process.exitCode = 1
  })
}
