/** Flags are made from the settings' schema: one place to document, nothing to keep in step. */
import { Option, type Command } from 'commander'
import { GannetError } from '../core/errors.ts'
import { environmentName, kebab, type Fragment, type Layer } from '../core/config.ts'

const isSwitch = (info: Fragment[string]['info']): boolean => info.value === undefined

/** Adds a flag for each of the settings. */
export const addFlags = (command: Command, fragment: Fragment): Command => {
  for (const [key, { schema, info }] of Object.entries(fragment)) {
    const fallback = schema.parse(undefined)
    const name = isSwitch(info) && fallback === true ? `--no-${kebab(key)}` : `--${kebab(key)}`
    const words = isSwitch(info) && fallback === true ? `Switch off: ${info.help}` : info.help
    const shown = fallback === null || typeof fallback === 'boolean' || (Array.isArray(fallback) && fallback.length === 0)
      ? '' : ` [${String(fallback)}]`
    const option = new Option(info.value === undefined ? name : `${name} <${info.value}>`, words + shown)
    if (info.list) option.argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), ...value.split(',')])
    command.addOption(option)
  }
  return command
}

/** The flags that were typed, by key; what was not typed is left to the layers below. */
export const typedFlags = (command: Command, fragment: Fragment): Layer =>
  Object.fromEntries(
    Object.keys(fragment).flatMap((key) =>
      command.getOptionValueSource(key) === 'cli' ? [[key, command.getOptionValue(key) as unknown]] : []),
  )

export const environmentHelp = (): string =>
  `\nEvery flag can be set in a file (--config) or the environment, ${environmentName('maxImages')} for --${kebab('maxImages')}.`

/** An option of a file that may be given more than once; a comma may be part of a name. */
export const severalFiles = (file: string, before: readonly string[] | undefined): string[] => [...(before ?? []), file]

/** @param flag names it in the error @throws usage for what is no whole number from 1 */
export const wholeNumber = (text: string, flag: string): number => {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new GannetError('usage', `${flag} ${text}: write a whole number from 1`)
}
