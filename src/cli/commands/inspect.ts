/** `gannet inspect`: the pictures a page offers; no picture is fetched. `--check` runs a recipe's examples. */
import type { Command } from 'commander'
import { checkRecipes } from '../../app/check-recipes.ts'
import { inspect } from '../../app/inspect.ts'
import { fetchSettings } from '../../app/settings.ts'
import { GannetError } from '../../core/errors.ts'
import { addFlags, severalFiles, typedFlags } from '../flags.ts'
import { checkText, CUT, inspectText } from '../inspect-text.ts'
import { harmless } from '../columns.ts'
import { note, print, printJson } from '../output.ts'

interface Options {
  readonly url?: string
  readonly recipe?: readonly string[]
  readonly check?: boolean
  readonly json?: boolean
}

const LEAST_COLUMNS = 60
/** One column is left free: a line that fills the last one wraps on some terminals. */
const terminalWidth = (): number | null => (process.stdout.isTTY ? Math.max(LEAST_COLUMNS, process.stdout.columns - 1) : null)

const check = async (what: string | undefined, { recipe = [], json }: Options): Promise<void> => {
  const files = [...(what === undefined ? [] : [what]), ...recipe]
  if (files.length === 0) throw new GannetError('usage', 'nothing to check: name a recipe, gannet inspect --check FILE.yaml')
  const checks = await checkRecipes(files)
  if (json) printJson(checks)
  else print(checkText(checks))
  if (!checks.every(({ ok }) => ok)) process.exitCode = 1
}

export const addInspect = (program: Command): void => {
  const command = program
    .command('inspect')
    .description('tell which pictures a page offers, without fetching one')
    .argument('[url|file]', 'a page, or an HTML file')
    .option('--url <url>', 'address of a file, for its relative links; by default what the file itself names')
    .option('--recipe <file>', 'a YAML file that says how the page is read; more than one: the first that matches', severalFiles)
    .option('--check', 'run the examples of the recipe, and tell what differs')
    .option('--json', 'print a JSON array')
  addFlags(command, fetchSettings).action(async (what: string | undefined, options: Options) => {
    if (options.check) return check(what, options)
    if (what === undefined || what.trim() === '') throw new GannetError('usage', 'nothing to inspect: name a page or an HTML file')
    if (/\.ya?ml$/i.test(what) && !/^https?:/i.test(what)) throw new GannetError('usage', `${what} looks like a recipe: gannet inspect --check ${what} runs its examples`)
    const { url, recipe } = options
    const page = await inspect(what, { ...typedFlags(command, fetchSettings), ...(url && { url }), ...(recipe && { recipe }) })
    if (options.json) {
      const { candidates, cut, hints, problems } = page
      // The list has room for nothing but candidates: of a page that was cut short each says so, and the rest is said beside it.
      printJson(cut === null ? candidates : candidates.map((one) => ({ ...one, cut })))
      if (cut !== null) note(CUT[cut])
      for (const words of [...hints, ...problems]) note(harmless(words))
    }
    else print(inspectText(page, terminalWidth()))
    if (recipe !== undefined && page.recipe === null) note(`no recipe matches ${page.url}: the page was read without one`)
  })
}
