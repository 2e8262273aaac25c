/** Results go to stdout, progress to stderr; a reader who stops reading ends the program quietly. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

export const print = (text: string): void => void process.stdout.write(`${text}\n`)
export const printJson = (value: unknown): void => print(JSON.stringify(value))
export const note = (text: string): void => void process.stderr.write(`${text}\n`)

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

/** Decimal units, three digits. */
export const bytes = (count: number): string => {
  let value = count
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

export const count = (n: number): string => n.toLocaleString('en-US')

/** `1 page`, `2 pages`. */
export const countOf = (n: number, thing: string): string => `${count(n)} ${thing}${n === 1 ? '' : 's'}`

export const duration = (seconds: number): string => {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Columns padded to their widest cell; numbers to the right. */
export const table = (rows: readonly (readonly (string | number)[])[]): string => {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, String(cell).length)))
  return rows
    .map((row) => row.map((cell, at) => (typeof cell === 'number' ? String(cell).padStart(widths[at] ?? 0) : String(cell).padEnd(widths[at] ?? 0))).join('  ').trimEnd())
    .join('\n')
}
