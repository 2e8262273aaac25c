/** The fields of one row of a table (RFC 4180), as cut-records.ts cuts it: quotes are balanced. */

/** @param row without its line break */
export const splitFields = (row: string, separator: string): readonly string[] => {
  if (!row.includes('"')) return row.split(separator)
  const fields: string[] = []
  for (let at = 0; ; ) {
    if (row[at] !== '"') {
      const end = row.indexOf(separator, at)
      fields.push(end < 0 ? row.slice(at) : row.slice(at, end))
      if (end < 0) return fields
      at = end + 1
      continue
    }
    let close = at + 1
    for (;;) {
      close = row.indexOf('"', close)
      if (close < 0 || row[close + 1] !== '"') break
      close += 2
    }
    const inner = close < 0 ? row.slice(at + 1) : row.slice(at + 1, close)
    fields.push(inner.includes('""') ? inner.replaceAll('""', '"') : inner)
    const next = close < 0 ? -1 : row.indexOf(separator, close)
    if (next < 0) return fields
    at = next + 1
  }
}
