/** `gannet labels`: heads that know the user's own classes, trained, applied, and corrected by people. */
import { resolve } from 'node:path'
import { createLogUpdate } from 'log-update'
import type { Command } from 'commander'
import pc from 'picocolors'
import { applyLabels, setLabel, trainLabels, type Training } from '../../app/labels.ts'
import { folderSettings, modelSettings, resolveSettings, visionSettings } from '../../app/settings.ts'
import { GannetError } from '../../core/errors.ts'
import { addFlags, typedFlags, wholeNumber } from '../flags.ts'
import { count, countOf, note, print, printJson, table } from '../output.ts'

const share = (value: number): string => `${(100 * value).toFixed(1)} %`
const WORST = 10

type HoldOut = Parameters<typeof trainLabels>[0]['holdOut']

const holdOutOf = (options: { readonly holdOut?: string; readonly trainOn?: string }): HoldOut => {
  const { holdOut, trainOn } = options
  if (holdOut !== undefined && trainOn !== undefined) throw new GannetError('usage', '--hold-out says how many are kept back, --train-on how many are not: give one of them')
  if (trainOn !== undefined) return { allBut: wholeNumber(trainOn, '--train-on') }
  const value = Number(holdOut ?? '0.2')
  if (value > 0 && value < 1) return { share: value }
  if (Number.isSafeInteger(value) && value >= 1) return { number: value }
  throw new GannetError('usage', `--hold-out ${holdOut}: write a share above 0 and below 1, or a whole number of pictures a class`)
}

const textOf = ({ id, out, labels, pictures, left, contradictory, heldOut }: Training): string => {
  const lines: string[] = []
  if (heldOut) {
    const { metrics, intervals, classes, confusions } = heldOut
    lines.push(
      `${countOf(heldOut.pictures, 'picture')} held out, from a head that learned from ${count(heldOut.training)}:`,
      table([
        ['right', share(metrics.top1), pc.dim(`${share(intervals.top1.low)} to ${share(intervals.top1.high)}`)],
        ['mean of the classes', share(metrics.perClass), pc.dim(`${share(intervals.perClass.low)} to ${share(intervals.perClass.high)}`)],
        ['among the first five', share(metrics.top5), ''],
      ]),
    )
    const sizes = new Map(classes.map(({ name, pictures: of }) => [name, of]))
    if (confusions.length > 0) {
      lines.push(`taken for another, the worst of ${countOf(confusions.length, 'pair')}:`, table(confusions.slice(0, WORST).map(({ truth, said, pictures: wrong }) =>
        [`  ${truth}`, 'for', said ?? 'nothing', `${count(wrong)} of ${count(sizes.get(truth) ?? 0)}`])))
    }
    const unmeasured = Object.keys(labels).filter((name) => !sizes.has(name))
    if (unmeasured.length > 0) lines.push(pc.yellow(`too small to be measured: ${unmeasured.slice(0, WORST).join(', ')}${unmeasured.length > WORST ? ` and ${unmeasured.length - WORST} more` : ''}`))
  } else lines.push(pc.yellow('nothing could be held out: how good it is, is not known; give each class three pictures at least'))
  const away = [
    [left.undecodable, 'could not be decoded'], [left.unusable, 'had no usable vector'], [left.repeated, 'were there already under the same label'],
    [left.otherSpace, 'have vectors of another embedder'],
  ] as const
  for (const [pictures_, why] of away) if (pictures_ > 0) lines.push(pc.yellow(`${countOf(pictures_, 'picture')} ${why}`))
  if (contradictory > 0) lines.push(pc.yellow(`${countOf(contradictory, 'picture')} under more than one label`))
  lines.push(`${pc.bold(id)}: ${count(Object.keys(labels).length)} classes from ${countOf(pictures, 'picture')}, written to ${out}`)
  return lines.join('\n')
}

const STEPS = { embedding: 'looking at pictures', measuring: 'measuring on what is held out', training: 'training on all' }

export const addLabels = (program: Command): void => {
  const labels = program.command('labels').description("labels of the user's own: heads trained on pictures of them, put on what is stored, corrected by people")
  const dataOf = (options: { data?: string }): string => resolve(options.data ?? folderSettings.data.schema.parse(undefined))

  const train = labels.command('train')
    .description('train a head on a folder of classes (a folder each), or on the pictures of a data folder that people have labelled (--data)')
    .argument('[folder]', 'with a folder of pictures for each class')
    .requiredOption('--out <file>', 'where the head is written; its name signs its labels')
    .option('--hold-out <n>', 'a share of each class, or a number, kept back to measure with [0.2]')
    .option('--train-on <n>', 'keep back all but so many of each class')
    .option('--seed <n>', 'draws which are kept back', '1')
    .option('--json', 'print JSON: all confusions, all classes')
  addFlags(train, { ...folderSettings, ...modelSettings, decodeTime: visionSettings.decodeTime }).action(async (
    folder: string | undefined, options: { data?: string; out: string; holdOut?: string; trainOn?: string; seed: string; json?: boolean },
  ) => {
    if (folder !== undefined && options.data !== undefined) throw new GannetError('usage', 'train on a folder of classes or on a data folder (--data), not on both')
    const keys = { ...modelSettings, decodeTime: visionSettings.decodeTime }
    const { decodeTime, ...packs } = await resolveSettings(keys, { flags: typedFlags(train, keys) })
    const holdOut = holdOutOf(options)
    const seed = wholeNumber(options.seed, '--seed')
    const log = process.stderr.isTTY ? createLogUpdate(process.stderr) : null
    let said: string | null = null
    const training = await trainLabels({
      from: folder === undefined ? { data: dataOf(options) } : { folder: resolve(folder), ...packs, decodeSeconds: decodeTime },
      out: options.out, holdOut, seed,
      onProgress({ step, done }) {
        log?.(`${STEPS[step]}: ${Math.round(100 * done)} %`)
        if (log === null && said !== step) note(STEPS[(said = step)])
      },
    }).finally(() => log?.clear())
    if (options.json) printJson(training)
    else print(textOf(training))
  })

  const apply = labels.command('apply').description('label what is stored by a head, from stored vectors; what people have labelled stays')
    .argument('<head>', 'a file that gannet labels train has written')
    .option('--min-score <p>', 'least probability of a label that is set', '0.5')
    .option('--json', 'print JSON')
  addFlags(apply, folderSettings).action(async (head: string, options: { data?: string; minScore: string; json?: boolean }) => {
    const least = Number(options.minScore)
    if (!(least > 0 && least <= 1)) throw new GannetError('usage', `--min-score ${options.minScore}: write a number above 0, up to 1`)
    const log = process.stderr.isTTY ? createLogUpdate(process.stderr) : null
    const applied = await applyLabels({ head, data: dataOf(options), least, onProgress: (done) => log?.(`${countOf(done, 'picture')} looked at`) }).finally(() => log?.clear())
    if (options.json) return printJson(applied)
    const rows = Object.entries(applied.labelled).sort(([, a], [, b]) => b - a)
    if (rows.length > 0) print(table(rows.map(([name, pictures]) => [name, pictures])))
    print(`${countOf(applied.assets, 'picture')} by ${pc.bold(applied.id)}; ${count(applied.unsure)} of no probable class, ${count(applied.persons)} labelled by people, ${count(applied.withoutVector)} without its vectors`)
  })

  const set = labels.command('set').description('say what a stored picture shows; models do not change it afterwards, and gannet labels train --data learns from it')
    .argument('<id>', 'of a stored picture').argument('<name>', 'of the label').option('--json', 'print JSON')
  addFlags(set, folderSettings).action(async (id: string, name: string, options: { data?: string; json?: boolean }) => {
    await setLabel({ id, name, data: dataOf(options) })
    if (options.json) printJson({ id, label: name.trim(), by: 'person' })
    else print(`${pc.bold(id)} is ${name.trim()}`)
  })
}
