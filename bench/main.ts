/**
 * `npm run bench -- NAME [--quick] [--json]`: measures the build in `dist/` and says whether it holds what it
 * promises. Results go to stdout, progress to stderr, and both forms of the record to `bench/results/`.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark, Result, Setting } from './bench.ts'
import { describeMachine } from './machine.ts'
import { saveResult, tableOf } from './report.ts'

const ROOT = path.resolve(import.meta.dirname, '..')

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  'fetch-store': async () => (await import('./fetch-store.ts')).fetchStore,
  models: async () => (await import('./models.ts')).models,
  kinds: async () => (await import('./kinds.ts')).kinds,
  parity: async () => (await import('./parity.ts')).parity,
  copies: async () => (await import('./copies.ts')).copies,
  'linear-head': async () => (await import('./linear-head.ts')).linearHead,
  memory: async () => (await import('./memory.ts')).memory,
  'fetch-path': async () => (await import('./fetch-path.ts')).fetchPath,
  hosts: async () => (await import('./hosts.ts')).hosts,
  html: async () => (await import('./html.ts')).html,
  lists: async () => (await import('./lists.ts')).lists,
  queue: async () => (await import('./queue.ts')).queue,
  'known-urls': async () => (await import('./known-urls.ts')).knownUrls,
  'dispatch-sim': async () => (await import('./dispatch-sim.ts')).dispatchSim,
  'demo-bytes': async () => (await import('./demo-bytes.ts')).demoBytes,
  galleries: async () => (await import('./galleries.ts')).galleries,
}

const USAGE = `npm run bench -- NAME [--quick] [--json] [--runs N] [--dist DIR]
  NAME      ${Object.keys(BENCHMARKS).join(', ')} or all
  --quick   small and twice: to see that it works, not for figures
  --runs    of each side; default 5
  --dist    the build to measure; default dist
`

/** Other flags are those of the programs it starts. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean' }, json: { type: 'boolean' }, runs: { type: 'string' }, dist: { type: 'string' }, help: { type: 'boolean' },
  },
})

const say = (text: string): void => void process.stderr.write(`${text}\n`)

const measure = async (name: string, load: () => Promise<Benchmark>): Promise<Result> => {
  const quick = values.quick ?? false
  const setting: Setting = { quick, runs: Number(values.runs ?? (quick ? 2 : 5)), dist: path.resolve(ROOT, values.dist ?? 'dist'), say }
  const machine = describeMachine()
  say(`== ${name}${quick ? ' (quick)' : ''}`)
  const { rows, notes } = await (await load())(setting)
  const result: Result = { name, machine, rows }
  const command = ['npm run bench --', name, ...(quick ? ['--quick'] : []), ...(values.runs ? ['--runs', values.runs] : [])].join(' ')
  await saveResult(path.join(ROOT, 'bench/results'), quick ? `${name}.quick` : name, result, command, notes)
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else process.stdout.write(`\n${name}\n${tableOf(rows)}\n${notes.map((note) => `- ${note}\n`).join('')}`)
  return result
}

const main = async (): Promise<number> => {
  const [name, ...more] = positionals
  const chosen = name === 'all' ? Object.entries(BENCHMARKS) : Object.entries(BENCHMARKS).filter(([known]) => known === name)
  if (values.help || chosen.length === 0 || more.length > 0) {
    process.stderr.write(USAGE)
    return values.help ? 0 : 2
  }
  if (!existsSync(path.resolve(ROOT, values.dist ?? 'dist', 'cli/main.js'))) {
    say('there is no build to measure: run npm run build first')
    return 1
  }
  const results: Result[] = []
  for (const [known, load] of chosen) results.push(await measure(known, load))
  return results.every(({ rows }) => rows.every(({ holds }) => holds !== false)) ? 0 : 1
}

process.exitCode = await main()
