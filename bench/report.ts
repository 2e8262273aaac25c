/** Results for people and for the record: a table, and `results/NAME.json` and `.md`. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Result, Row } from './bench.ts'

const cells = ({ what, value, unit, against, ratio, target, holds }: Row): readonly string[] => [
  what, String(value), unit, against === null ? '' : String(against), ratio === null ? '' : String(ratio), target ?? '',
  holds === null ? '' : holds ? 'holds' : 'MISSED',
]
const HEADS = ['what', 'value', 'unit', 'against', 'ratio', 'target', '']

export const tableOf = (rows: readonly Row[]): string => {
  const lines = [HEADS, ...rows.map(cells)]
  const widths = HEADS.map((_, i) => Math.max(...lines.map((line) => (line[i] as string).length)))
  return lines.map((line) => line.map((cell, i) => cell.padEnd(widths[i] as number)).join('  ').trimEnd()).join('\n')
}

const markdownOf = (result: Result, command: string, date: string, notes: readonly string[]): string => {
  const { name, machine, rows } = result
  const line = (parts: readonly string[]): string => `| ${parts.map((part) => part.replaceAll('|', '\\|')).join(' | ')} |`
  return [
    `# ${name}`, '',
    `\`${command}\`, ${date}`, '',
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGb} GB of memory, Node ${machine.node}, ${machine.system}; load before: ${machine.loadBefore}.`, '',
    line(HEADS), line(HEADS.map(() => '---')), ...rows.map((row) => line(cells(row))), '',
    ...notes.map((note) => `- ${note}`), '',
  ].join('\n')
}

/** Written whatever the figures say. @param file without its ending */
export const saveResult = async (dir: string, file: string, result: Result, command: string, notes: readonly string[]): Promise<void> => {
  await mkdir(dir, { recursive: true })
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC'
  const { name, ...rest } = result
  await writeFile(path.join(dir, `${file}.json`), `${JSON.stringify({ name, command, date, ...rest, notes }, null, 2)}\n`)
  await writeFile(path.join(dir, `${file}.md`), markdownOf(result, command, date, notes))
}
