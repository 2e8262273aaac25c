/**
 * Licences as pages state them, to the address of the licence: as an address, or by the name that Creative
 * Commons gives theirs. A statement of rights that is neither ("All rights reserved") is kept in its own words.
 */
import type { Page } from './page.ts'
import { cleanWords } from './text-of.ts'

const ADDRESS = /^(?:https?:)?\/\//i
const COMMONS_NAME = /\bcc[\s-]{0,3}(by(?:[\s-]{0,3}(?:nc|nd|sa)){0,3})[\s-]{0,3}(\d\.\d)?\b/i
const ZERO = /\bcc[\s-]?(?:0|zero)\b/i
const COMMONS = /^(?:https?:)?\/\/(?:www\.)?creativecommons\.org\/(?:licen[cs]es|publicdomain)\//i
const MAX_STATEMENT = 200

/** Whether an address is that of a Creative Commons licence, which needs no `rel` to be understood. */
export const isCommonsLicence = (address: string): boolean => address.length < 300 && address.includes('creativecommons') && COMMONS.test(address.trim())

/** The licence that Creative Commons' short name in `text` stands for; version 4.0 where none is said. */
const byName = (text: string): string | null => {
  if (ZERO.test(text)) return 'https://creativecommons.org/publicdomain/zero/1.0/'
  const [, elements, version = '4.0'] = COMMONS_NAME.exec(text) ?? []
  if (elements === undefined) return null
  const parts = elements.toLowerCase().match(/by|nc|nd|sa/g) ?? []
  return `https://creativecommons.org/licenses/${parts.join('-')}/${version}/`
}

/** The licence's address, else the statement itself; null where nothing is stated. */
export const licenceIn = ({ resolve }: Pick<Page, 'resolve'>, stated: string | null | undefined): string | null => {
  const text = cleanWords(stated, 2000)
  if (text === null) return null
  if (ADDRESS.test(text) || (text.startsWith('/') && !text.includes(' '))) return resolve(text)
  return byName(text.slice(0, MAX_STATEMENT)) ?? cleanWords(text, MAX_STATEMENT)
}
