/**
 * The fuzz run at any length: `npm run fuzz -- --seconds 600 --seed 1 --target html`. The same seed makes the same
 * inputs in the same order; how many of them a time has room for is printed, and `--count` stops there again.
 */
import { parseArgs } from 'node:util'
import { fuzz, told } from './fuzz.ts'
import { TARGETS } from './targets.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' }, count: { type: 'string' }, path: { type: 'string' },
    target: { type: 'string', multiple: true, default: [] }, lanes: { type: 'string', default: '2' },
  },
})
const unknown = values.target.filter((name) => TARGETS.every((target) => target.name !== name))
if (unknown.length > 0) {
  process.stderr.write(`no target ${unknown.join(', ')}; there are:\n${TARGETS.map(({ name, what }) => `  ${name.padEnd(10)} ${what}\n`).join('')}`)
  process.exit(2)
}
const targets = values.target.length === 0 ? TARGETS : TARGETS.filter(({ name }) => values.target.includes(name))
const start = Date.now()
const tried = await fuzz({
  targets, seed: Number(values.seed), seconds: Number(values.seconds), lanes: Number(values.lanes),
  ...(values.count !== undefined && { count: Number(values.count) }), ...(values.path !== undefined && { path: values.path }),
  onTried: ({ target, inputs, slowestMs, yields, failure }) => {
    const came = Object.entries(yields).map(([name, n]) => `${n.toLocaleString('en-US')} ${name}`).join(', ')
    process.stdout.write(`${target.padEnd(10)} ${inputs.toLocaleString('en-US').padStart(11)} inputs, slowest ${slowestMs.toFixed(0).padStart(5)} ms${came && `; ${came}`}${failure ? ' FAILED' : ''}\n`)
  },
})
const failures = tried.flatMap(({ failure }) => failure ?? [])
const inputs = tried.reduce((sum, one) => sum + one.inputs, 0)
process.stdout.write(`${inputs.toLocaleString('en-US')} inputs in ${Math.round((Date.now() - start) / 1000)} s from seed ${values.seed}: ${failures.length} failed\n`)
for (const failure of failures) process.stdout.write(`\n${told(failure)}\n`)
process.exitCode = failures.length > 0 ? 1 : 0
