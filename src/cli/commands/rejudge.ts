/** `gannet rejudge`: a new policy over what a folder already knows, without fetching anything again. */
import pc from 'picocolors'
import type { Command } from 'commander'
import { rejudgeFolder, type Rejudged } from '../../app/rejudge.ts'
import { folderSettings, policySettings, settingsFrom } from '../../app/settings.ts'
import { addFlags, environmentHelp, typedFlags } from '../flags.ts'
import { count, countOf, print, printJson } from '../output.ts'

const FLAGS = { ...folderSettings, ...policySettings }

const rows = (title: string, counts: Readonly<Record<string, number>>): readonly string[] => {
  const sum = Object.values(counts).reduce((a, b) => a + b, 0)
  if (sum === 0) return []
  return [`${pc.bold(count(sum))} ${title}`, ...Object.entries(counts).sort((a, b) => b[1] - a[1]).map(([name, n]) => `  ${count(n)} ${name}`)]
}

const textOf = ({ verdicts, unchanged, wouldKeep, wouldReject, unjudged, applied, examples }: Rejudged): string => [
  `${countOf(verdicts, 'verdict')}, ${count(unchanged)} as before`,
  ...rows('were turned away and would be kept, by what no longer holds', wouldKeep),
  ...rows('were kept and would be turned away', wouldReject),
  ...rows('stay as they are: their evidence lacks', unjudged),
  ...examples.map(({ url, from, to }) => pc.dim(`  ${from} → ${to} ${url}`)),
  applied === null ? 'nothing was changed; --apply does it' : `${countOf(applied.queued, 'picture')} queued for the next crawl, ${count(applied.takenBack)} taken back`,
].join('\n')

export const addRejudge = (program: Command): void => {
  const command = program
    .command('rejudge')
    .description('apply another policy to the evidence of what was kept and rejected, without fetching again')
    .option('--config <file>', 'YAML file with settings')
    .option('--apply', 'queue again what would be kept, and take back what would not')
    .option('--json', 'print JSON')
    .addHelpText('after', environmentHelp())
  addFlags(command, FLAGS).action(async (options: { config?: string; apply?: boolean; json?: boolean }) => {
    const settings = await settingsFrom({ flags: typedFlags(command, FLAGS), configFile: options.config })
    const found = await rejudgeFolder(settings, options.apply ?? false)
    if (options.json) printJson(found)
    else print(textOf(found))
  })
}
