/** `gannet models tune`: the flags of a crawl that part two folders of examples. */
import { createLogUpdate } from 'log-update'
import type { Command } from 'commander'
import pc from 'picocolors'
import { modelSettings, resolveSettings } from '../../app/settings.ts'
import { tune, type TuneReport, type TuneSide } from '../../app/tune.ts'
import { addFlags, typedFlags } from '../flags.ts'
import { count, countOf, note, print, printJson, table } from '../output.ts'

const { modelsDir, model, precision } = modelSettings
const WORST = 10

const share = (value: number): string => (Number.isNaN(value) ? 'none' : `${(100 * value).toFixed(1)} %`)

/** A shell's word. */
const quoted = (word: string): string => (/^[\w:.,=+/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

const sideText = (name: string, { folder, pictures, undecodable, repeated, lost }: TuneSide): string => `${name} ${folder}: ${countOf(pictures, 'picture')}` + [
  ...(lost > 0 ? [`${count(lost)} of them damaged, reserved or SVG, which no flag keeps`] : []),
  ...(undecodable > 0 ? [`${count(undecodable)} more undecodable`] : []), ...(repeated > 0 ? [`${count(repeated)} more the same as another`] : []),
].map((words) => `, ${words}`).join('')

const figuresText = ({ defaults, outOfFold, inFold }: TuneReport): string => table([
  ['', 'precision', '', 'recall', '', 'turned away of drop', ''],
  ...([['without flags', defaults], ['out of fold', outOfFold], ['in fold', inFold]] as const).map(([name, { precision: right, recall, turnedAway, intervals }]) => [
    name, ...([[right, intervals.precision], [recall, intervals.recall], [turnedAway, intervals.turnedAway]] as const)
      .flatMap(([value, { low, high }]) => [share(value), pc.dim(`${share(low)} to ${share(high)}`)]),
  ]),
])

const mistakesText = (mistakes: TuneReport['mistakes']): readonly string[] => mistakes.length === 0 ? [] : [
  `the worst of ${countOf(mistakes.length, 'mistake')}:`,
  table(mistakes.slice(0, WORST).map(({ file, is, by }) => [`  ${is}`, file, by === null ? 'whatever the flags' : pc.dim(`${is === 'kept' ? 'nearest' : 'by'} ${by.flag}, has ${Number(by.value.toPrecision(4))}`)])),
]

const textOf = (report: TuneReport): string => {
  const { keep, drop, partedBy, flags, mistakes } = report
  const sides = [sideText('keep', keep), sideText('drop', drop), figuresText(report)]
  if (partedBy === 'nothing') {
    return [...sides, pc.yellow('no flag parts them beyond chance: give more pictures, such as differ in what a policy sees (size, shape, light, sharpness, kind, and what models tell), or more models')].join('\n')
  }
  return [
    ...sides, ...mistakesText(mistakes),
    partedBy === 'defaults' ? 'a crawl parts them without any flags, and none gains beyond chance' : `${pc.bold('for gannet crawl:')} ${flags.map(quoted).join(' ')}`,
  ].join('\n')
}

export const addTune = (models: Command): void => {
  const command = models.command('tune')
    .description('find the flags of a crawl that part pictures to keep from pictures to drop; ends with 1 where none do')
    .requiredOption('--keep <folder>', 'pictures such as are to be kept')
    .requiredOption('--drop <folder>', 'pictures such as are to be dropped')
    .option('--json', 'print JSON: all mistakes')
  addFlags(command, { modelsDir, model, precision }).action(async ({ keep, drop, json }: { keep: string; drop: string; json?: boolean }) => {
    const keys = { modelsDir, model, precision }
    const settings = await resolveSettings(keys, { flags: typedFlags(command, keys) })
    const log = process.stderr.isTTY ? createLogUpdate(process.stderr) : null
    const report = await tune(
      { keep, drop, ...settings, onProgress: (done, of) => log?.(`${count(done)} of ${count(of)} pictures`) },
      ({ task, why, remedy }) => note(`off: ${task} (${why}${remedy === '' ? '' : `; ${remedy}`})`),
    ).finally(() => log?.clear())
    if (json) printJson(report)
    else print(textOf(report))
    // A script that copies the flags must not go on to crawl without any.
    if (report.partedBy === 'nothing') process.exitCode = 1
  })
}
