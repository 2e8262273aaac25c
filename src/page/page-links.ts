/** Where to go from here: the links of a page that may be followed. */
import type { Page } from './page.ts'
import { relsOf } from './page-relations.ts'

/** More links than any page for people has. */
const MAX_LINKS = 100_000

/**
 * Canonical URLs in order of appearance, each once, without `rel=nofollow`, files offered for `download`, and those
 * that `isPicture` knows as a picture of the page. `ugc` and `sponsored` say who wrote a link, not that it must not be
 * followed. `<link rel=next>` counts as a link.
 */
export const pageLinks = (page: Page, isPicture: (url: string) => boolean, goOn: () => boolean): string[] => {
  const found = new Set<string>()
  const next = page.landmarks['head-link'].filter((link) => relsOf(link).includes('next'))
  for (const link of [...next, ...page.landmarks.link]) {
    if (found.size >= MAX_LINKS || !goOn()) break
    const href = link.attribs['href']?.trim()
    if (href === undefined || href.startsWith('#') || link.attribs['download'] !== undefined) continue
    if (link.attribs['rel'] !== undefined && relsOf(link).includes('nofollow')) continue
    const url = page.resolve(href)
    if (url !== null && !isPicture(url)) found.add(url)
  }
  return [...found]
}
