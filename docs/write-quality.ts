/**
 * `npm run quality [-- --recorded]`: measures how good models and verdicts are, and writes quality.md from what came;
 * with `--recorded` from what was measured last. Takes half an hour.
 */
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'

const ROOT = path.resolve(import.meta.dirname, '..')

const PARTS: readonly { readonly bench: string; readonly title: string; readonly about: string }[] = [
  {
    bench: 'parity', title: 'Models against plain implementations',
    about: 'Detectors on photographs with known boxes, the gate (is the class there?), the classifier, and vectors: each beside the same model run as its authors run it.',
  },
  { bench: 'linear-head', title: 'Labels of one’s own', about: 'A linear head on stored vectors, 30 pictures a class. On a folder of yours: `gannet labels train` and `gannet models eval --task linear`.' },
  { bench: 'copies', title: 'Copies', about: 'Asked for by their originals, among ten thousand other pictures. On a folder of yours: `gannet models eval --task copy --data FOLDER`.' },
  { bench: 'kinds', title: 'Junk against what is worth keeping', about: 'Photographs and products against drawn banners, icons, screenshots, placeholders and illustrations. On folders of yours: `gannet models eval --task kind`.' },
]

const { values } = parseArgs({ options: { recorded: { type: 'boolean', default: false } } })
if (!values.recorded) {
  for (const { bench } of PARTS) execFileSync(process.execPath, ['--import', 'tsx', path.join(ROOT, 'bench/main.ts'), bench], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] })
}
const sections = await Promise.all(PARTS.map(async ({ bench, title, about }) => {
  const record = await readFile(path.join(ROOT, `bench/results/${bench}.md`), 'utf8')
  return [`## ${title}`, '', about, '', record.replace(/^# .*\n+/, '').trim(), ''].join('\n')
}))
await writeFile(path.join(ROOT, 'docs/quality.md'), [
  '# How good it is', '',
  'Written by `npm run quality` from what it measures; each part is a benchmark of its own (`npm run bench -- NAME`). What is worth',
  'knowing of how figures were chosen stands in [decision 0008](decisions/0008-sight.md). `MISSED` is what was meant and is not reached.', '',
  ...sections,
].join('\n'))
