#!/usr/bin/env node
/** The command line: a thin edge over `app`. */
import { Command, CommanderError } from 'commander'
import pc from 'picocolors'
import { ERRORS, GannetError, isDiskFull } from '../core/errors.ts'
import { addControl } from './commands/control.ts'
import { addCrawl } from './commands/crawl.ts'
import { addDead } from './commands/dead.ts'
import { addDispatch } from './commands/dispatch.ts'
import { addDoctor } from './commands/doctor.ts'
import { addExport } from './commands/export.ts'
import { addGuard } from './commands/guard.ts'
import { addInspect } from './commands/inspect.ts'
import { addLabels } from './commands/labels.ts'
import { addNode } from './commands/node.ts'
import { addModels } from './commands/models.ts'
import { addRejudge } from './commands/rejudge.ts'
import { addProbe } from './commands/probe.ts'
import { addRobots } from './commands/robots.ts'
import { addSearch } from './commands/search.ts'
import { addStats } from './commands/stats.ts'
import { addStatus } from './commands/status.ts'
import { addStore } from './commands/store.ts'
import { addWhy } from './commands/why.ts'
import { version } from './version.ts'

const program = new Command('gannet')
  .description('An image crawler that looks before it dives.')
  .version(version)
  .exitOverride()
  .showSuggestionAfterError()

for (const add of [addCrawl, addInspect, addProbe, addGuard, addRobots, addSearch, addWhy, addRejudge, addStats, addExport, addStore, addNode, addDispatch, addStatus, addControl, addDead, addModels, addLabels, addDoctor]) {
  add(program)
}
// A subcommand leaves through here too.
for (const command of program.commands) {
  command.exitOverride()
  for (const inner of command.commands) inner.exitOverride()
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else if (GannetError.is(error)) {
    process.stderr.write(`${pc.red('gannet:')} ${error.message}\n`)
    process.exitCode = ERRORS[error.code].exit
  } else if (isDiskFull(error)) {
    process.stderr.write(`${pc.red('gannet:')} no room left on the disk: free some, then run the same command again to resume\n`)
    process.exitCode = 1
  } else {
    process.stderr.write(`${pc.red('gannet:')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exitCode = 1
  }
}
