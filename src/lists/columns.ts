/** Which column of a list says what: by the names that were given, or by those that data sets use for URLs. */
import { closest } from 'fastest-levenshtein'
import { GannetError } from '../core/errors.ts'
import { kebab } from '../core/config.ts'
import type { ListSettings } from './settings.ts'

export type Role = 'url' | 'text' | 'category' | 'hash' | 'thumbnail' | 'page'

/** Values of a row's cells, by role; null where the cell is empty or absent. */
export type Cells = { readonly [role in Role]: string | null }

export const ROLES: readonly Role[] = ['url', 'text', 'category', 'hash', 'thumbnail', 'page']

/** Lower case, without `_`, `-` and spaces; the likelier first. */
const URL_NAMES = [
  'url', 'imageurl', 'imgurl', 'pictureurl', 'photourl', 'mediaurl', 'contenturl', 'fullurl', 'originalurl', 'downloadurl',
  'link', 'imagelink', 'src', 'imagesrc', 'href', 'uri', 'image', 'photo',
]

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_\s-]/g, '')

/** Column names by role, as the list has them. */
export type Columns = { readonly [role in Role]?: string }

const SHOWN = 40
const NAME_LENGTH = 60

const shown = (names: readonly string[]): string => {
  const some = names.slice(0, SHOWN).map((name) => (name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH)}…` : name))
  return `${some.join(', ')}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''}`
}

/** Whether a column of the URLs could be found among these, if none is named. */
export const guessUrlColumn = (names: readonly string[]): string | null => {
  for (const wanted of URL_NAMES) {
    const name = names.find((one) => plain(one) === wanted)
    if (name !== undefined) return name
  }
  return null
}

/**
 * @param names of the list's columns
 * @throws usage for a column that is not there, with the nearest and all there are
 */
export const chooseColumns = (list: string, names: readonly string[], settings: ListSettings): Columns => {
  const chosen: { [role in Role]?: string } = {}
  for (const role of ROLES) {
    const key = `${role}Column` as const
    const wanted = settings[key]
    if (wanted === null) continue
    if (!names.includes(wanted)) {
      const near = names.length === 0 ? '' : `; did you mean ${closest(wanted, names.map((name) => name.slice(0, NAME_LENGTH)))}?`
      throw new GannetError('usage', `--${kebab(key)} ${wanted}: the list ${list} has no such column${near} It has: ${shown(names)}`)
    }
    chosen[role] = wanted
  }
  if (chosen.url === undefined) {
    const guessed = guessUrlColumn(names)
    if (guessed === null) {
      throw new GannetError('usage', `the list ${list}: none of its columns is known to hold URLs; name it with --url-column. It has: ${shown(names)}`)
    }
    chosen.url = guessed
  }
  return chosen
}
