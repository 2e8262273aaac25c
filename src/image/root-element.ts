/**
 * The name of a document's first element, past what XML and HTML let stand before it: declaration,
 * instructions, comments, DOCTYPE with entities. One pass, as it is asked of whatever a site sent.
 */
const NAME = /^[a-z][\w.-]{0,40}(?::[a-z][\w.-]{0,40})?/i
const SPACE = /\S/g

/** Position behind the next `end`; past the text where there is none. */
const past = (text: string, end: string, from: number): number => {
  const at = text.indexOf(end, from)
  return at < 0 ? text.length : at + end.length
}

/** Behind a DOCTYPE: at its `>`, where a subset in brackets may hold others. */
const pastDoctype = (text: string, from: number): number => {
  const close = past(text, '>', from)
  const open = text.indexOf('[', from)
  return open < 0 || open > close ? close : past(text, '>', past(text, ']', open))
}

/**
 * @param text the beginning of the document
 * @returns the name in lower case, without its prefix; `!doctype html` where that comes first; null where the
 *   text is no markup or its beginning ends before the root
 */
export const rootElement = (text: string): string | null => {
  let at = 0
  for (;;) {
    SPACE.lastIndex = at
    const next = SPACE.exec(text)
    if (next === null || text[next.index] !== '<') return null
    at = next.index
    if (text.startsWith('<!--', at)) at = past(text, '-->', at + 4)
    else if (text.startsWith('<?', at)) at = past(text, '?>', at)
    else if (text.startsWith('<!', at)) {
      const head = text.slice(at, at + 20).toLowerCase().replaceAll(/\s+/g, ' ')
      if (head.startsWith('<!doctype html')) return '!doctype html'
      if (!head.startsWith('<!doctype')) return null
      at = pastDoctype(text, at)
    } else {
      const [name] = NAME.exec(text.slice(at + 1, at + 100)) ?? []
      return name === undefined ? null : name.slice(name.indexOf(':') + 1).toLowerCase()
    }
  }
}
