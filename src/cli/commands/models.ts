/** `gannet models`: which packs there are, and how good they are. */
import { join } from 'node:path'
import { createLogUpdate } from 'log-update'
import { Option, type Command } from 'commander'
import pc from 'picocolors'
import { benchPacks } from '../../app/bench-packs.ts'
import { evaluate, EVALUATED_TASKS, type EvaluatedTask, type Evaluation } from '../../app/evaluate.ts'
import { evaluateKind } from '../../app/evaluate-kind.ts'
import { listPacks, originOf, packNamed, pullPack } from '../../app/model-packs.ts'
import { quantizePack, type QuantizeReport } from '../../app/quantize-pack.ts'
import { folderSettings, modelSettings, resolveSettings } from '../../app/settings.ts'
import { GannetError } from '../../core/errors.ts'
import { addFlags, typedFlags, wholeNumber } from '../flags.ts'
import { bytes, count, note, print, printJson, table } from '../output.ts'
import { addTune } from './models-tune.ts'

const { modelsDir } = modelSettings

const folderOf = async (command: Command): Promise<string | null> =>
  (await resolveSettings({ modelsDir }, { flags: typedFlags(command, { modelsDir }) })).modelsDir

const NO_FOLDER = 'name the folder of weights with --models-dir or GANNET_MODELS'

const WHICH_PICTURES = '--pictures FOLDER, or stored ones of --data'

const quantizedText = ({ id, path, bytes: size, ms, layers, keptFloat, last, ranges, agreement, truth, losses }: QuantizeReport): string => {
  const { labels, cosine, boxes, pictures } = agreement
  const main = truth?.float.task === 'detect' ? 'ap50' : 'top1'
  return [
    `${pc.bold(id)}: ${path}`,
    table([
      ['', 'float32', 'int8', ''],
      ['size', bytes(size.float), bytes(size.int8), `${(size.float / size.int8).toFixed(1)} times smaller`],
      ['a picture', `${ms.float.toFixed(1)} ms`, `${ms.int8.toFixed(1)} ms`, `${(ms.float / ms.int8).toFixed(2)} times as fast, one thread, medians of runs in turn`],
      ...(truth ? [[main, share(truth.float.metrics[main] ?? Number.NaN), share(truth.int8.metrics[main] ?? Number.NaN), `on ${count(truth.int8.images)} pictures`]] : []),
    ]),
    `${layers} layers in int8${keptFloat.length > 0 ? `, ${keptFloat.length} in float32` : ''}, ranges by ${ranges}; against the pack on ${count(pictures)} other pictures: ` + [
      ...(labels === undefined ? [] : [`${share(labels)} the same first label`]),
      ...(cosine === undefined ? [] : [`cosine ${cosine.mean.toFixed(4)}, ${cosine.least.toFixed(3)} at worst`]),
      ...(boxes === undefined ? [] : [`F1 of boxes ${share(boxes)}`]),
    ].join(', '),
    ...(losses.length > 0 ? [pc.yellow(`it loses: ${losses.join('; ')}. Layers can stay in float32 with --keep-float, by name; its last ones (--keep-float last) are ${last.join(', ')}`)] : []),
  ].join('\n')
}

const share = (value: number): string => (Number.isNaN(value) ? 'none' : `${(100 * value).toFixed(1)} %`)

const textOf = ({ task, pack, images, undecodable, metrics, intervals, msPerImage }: Evaluation): string => [
  `${pc.bold(pack)} ${task}, ${count(images)} pictures${undecodable > 0 ? pc.yellow(`, ${count(undecodable)} of them undecodable`) : ''}, ${msPerImage.toFixed(1)} ms each`,
  table(Object.entries(metrics).map(([name, value]) => {
    const sure = intervals[name]
    return [name, share(value), sure ? pc.dim(`${share(sure.low)} to ${share(sure.high)}`) : '']
  })),
].join('\n')

export const addModels = (program: Command): void => {
  const models = program.command('models').description('packs of models: which there are, and how good they are')

  const list = models.command('list').description('the packs that are known, and whether their weights are here').option('--json', 'print a JSON array')
  addFlags(list, { modelsDir }).action(async (options: { json?: boolean }) => {
    const folder = await folderOf(list)
    const { packs, wrong } = await listPacks(folder)
    for (const { why } of wrong) note(pc.yellow(why))
    if (options.json) {
      return printJson(packs.map(({ pack: { id, title, tasks, file, sha256, bytes: size, licence, source }, state }) =>
        ({ id, title, tasks, file, sha256, bytes: size, licence, source, state })))
    }
    print(table(packs.map(({ pack: { id, tasks, bytes: size, licence, title, file }, state }) => [
      id, tasks.join(', '), state === 'here' ? pc.green(state) : pc.yellow(state), bytes(size), licence, title,
      pc.dim(folder === null ? file : join(folder, file)),
    ])))
  })

  const pulling = models.command('pull').description('bring the weights of packs into the folder of models, from their hub or a mirror of it (HF_ENDPOINT, HF_TOKEN)')
    .argument('<ids...>', 'as gannet models list names them').option('--json', 'print a JSON line each')
  addFlags(pulling, { modelsDir }).action(async (ids: string[], options: { json?: boolean }) => {
    const folder = await folderOf(pulling)
    if (folder === null) throw new GannetError('usage', NO_FOLDER)
    const packs = await Promise.all(ids.map((id) => packNamed(id, folder)))
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort(new GannetError('drained', 'stopped; what has come is kept, and the next pull goes on there')))
    const { HF_ENDPOINT: endpoint, HF_TOKEN: token } = process.env
    for (const pack of packs) {
      const origin = originOf(pack, endpoint)
      note(`${pack.id}: ${bytes(pack.bytes)}${origin === null ? '' : ` from ${origin}`}, licence ${pack.licence}`)
      const log = process.stderr.isTTY ? createLogUpdate(process.stderr) : null
      const pulled = await pullPack(pack, {
        modelsDir: folder, signal: stop.signal, ...(endpoint ? { endpoint } : {}), ...(token ? { token } : {}),
        onProgress: (at, of) => log?.(`${bytes(at)} of ${bytes(of)}`),
      }).finally(() => log?.clear())
      if (options.json) printJson({ id: pack.id, path: pulled.path, bytes: pulled.bytes })
      else print(pulled.bytes === 0 ? `${pack.id} was here already: ${pulled.path}` : `${pack.id}: ${pulled.path}`)
    }
  })

  const quantizing = models.command('quantize').description(`make an int8 variant of a pack, and tell its size, speed and loss; calibrated on ${WHICH_PICTURES}`)
    .argument('<id>', 'as gannet models list names it')
    .option('--pictures <folder>', 'folder of pictures like those that it will see')
    .option('--count <n>', 'pictures that ranges are measured on; as many others are compared on', '64')
    .option('--keep-float <names>', 'layers left in float32, separated by commas; last: those behind which there is no other')
    .option('--truth <folder>', 'measure both on pictures whose truth is known, as models eval does')
    .option('--json', 'print JSON')
  addFlags(quantizing, { modelsDir, data: folderSettings.data }).action(async (id: string, options: {
    pictures?: string; data?: string; count: string; keepFloat?: string; truth?: string; json?: boolean
  }) => {
    const folder = await folderOf(quantizing)
    if (folder === null) throw new GannetError('usage', NO_FOLDER)
    const wanted = Number(options.count)
    if (!Number.isInteger(wanted) || wanted < 16 || wanted > 512) throw new GannetError('usage', `--count ${options.count}: write a whole number from 16 to 512`)
    const report = await quantizePack({
      modelsDir: folder, id, count: wanted, pictures: options.pictures, data: options.data, truth: options.truth, say: note,
      keepFloat: (options.keepFloat ?? '').split(',').map((name) => name.trim()).filter((name) => name !== ''),
    })
    if (options.json) printJson(report)
    else print(quantizedText(report))
  })

  const benching = models.command('bench').description(`how fast packs are here, the bare runtime and the product side by side, on ${WHICH_PICTURES}`)
    .argument('[ids...]', 'as gannet models list names them; those that are here without any')
    .option('--pictures <folder>', 'folder of pictures')
    .option('--json', 'print a JSON line each')
  addFlags(benching, { modelsDir, data: folderSettings.data }).action(async (ids: string[], options: { pictures?: string; data?: string; json?: boolean }) => {
    const folder = await folderOf(benching)
    if (folder === null) throw new GannetError('usage', NO_FOLDER)
    const rows: (readonly string[])[] = [['', 'bare runtime', '', 'from files, through the product', '', '']]
    for await (const speed of benchPacks({ modelsDir: folder, ids, pictures: options.pictures, data: options.data, say: note })) {
      const { pack, bare, product, ratio } = speed
      if (options.json) printJson(speed)
      else rows.push([pack, `${bare.ms.toFixed(1)} ms`, `${bare.perSecond.toFixed(1)}/s`, `${product.ms.toFixed(1)} ms`, `${product.perSecond.toFixed(1)}/s`, ratio.toFixed(2)])
    }
    if (!options.json) print(table(rows))
  })

  addTune(models)

  const command = models.command('eval').description('measure a pack on a folder of pictures whose truth is known')
    .addOption(new Option('--task <task>', 'what it is measured at').choices([...EVALUATED_TASKS]).makeOptionMandatory())
    .requiredOption('--data <folder>', 'detect: images/, labels/ (YOLO) and classes.yaml; classify: a folder a class, or sorted files of a sample with one a class; copy: pictures; linear: a folder a class; kind: a folder a kind (photograph, product, icon …)')
    .option('--others <folders...>', 'copy: pictures that are no copies of those')
    .option('--alike <folder>', 'copy: folders of scenes whose pictures look alike and are no copies of one another')
    .option('--seed <number>', 'copy: of the copies that are made', '1')
    .option('--model <id>', 'the pack, for copies an embedder or none; the preferred one without')
    .option('--confidence <score>', 'detect: the score from which a box counts for the gate', '0.5')
    .option('--train-on <n>', 'linear: pictures of each class that a head learns from; the rest measures it', '30')
    .option('--seeds <n>', 'linear: splits, whose figures are averaged', '3')
    .option('--json', 'print JSON')
  addFlags(command, { modelsDir }).action(async (options: { task: EvaluatedTask; data: string; others?: string[]; alike?: string; seed: string; model?: string; confidence: string; trainOn: string; seeds: string; json?: boolean }) => {
    const folder = await folderOf(command)
    const needsWeights = options.task !== 'kind' && (options.task !== 'copy' || options.model !== 'none')
    if (folder === null && needsWeights) throw new GannetError('usage', NO_FOLDER)
    const confidence = Number(options.confidence)
    if (!(confidence > 0 && confidence <= 1)) throw new GannetError('usage', `--confidence ${options.confidence}: write a number above 0, up to 1`)
    const [trainOn, seeds] = [wholeNumber(options.trainOn, '--train-on'), wholeNumber(options.seeds, '--seeds')]
    const log = process.stderr.isTTY ? createLogUpdate(process.stderr) : null
    const onProgress = (done: number, of: number): void => log?.(`${count(done)} of ${count(of)} pictures`)
    const { task, data, model, others, alike } = options
    const found = await (task === 'kind' ? evaluateKind({ data, modelsDir: folder ?? undefined, onProgress }) : evaluate({
      task, data, modelsDir: folder ?? '', confidence, trainOn, seeds, seed: wholeNumber(options.seed, '--seed'), ...(others && { others }), ...(alike && { alike }),
      ...(model === undefined ? {} : { model }), onProgress,
    })).finally(() => log?.clear())
    if (options.json) printJson(found)
    else print(textOf(found))
  })
}
