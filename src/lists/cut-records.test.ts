import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCutter, MAX_RECORD, type Cut } from './cut-records.ts'
import { splitFields } from './split-fields.ts'

const cut = (chunks: readonly Buffer[], separator: string | null, start = 0): Cut[] => {
  const cutter = createCutter(start, separator)
  return [...chunks.flatMap((chunk) => [...cutter.push(chunk)]), ...cutter.end()]
}
const shown = (cuts: readonly Cut[]) => cuts.map(({ bytes, ...rest }) => ({ ...rest, text: bytes.toString() }))

/** Text of the characters that matter, cut anywhere. */
const mess = fc.record({
  text: fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\r\n', '""', '",', '"\n'), maxLength: 60 }),
  size: fc.integer({ min: 1, max: 9 }),
  separator: fc.constantFrom(',', null),
})

describe('records', () => {
  it('are the same however the bytes come, and lie end to end', () => {
    fc.assert(fc.property(mess, ({ text, size, separator }) => {
      const bytes = Buffer.from(text)
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size))
      const whole = cut([bytes], separator, 7)
      expect(shown(cut(chunks, separator, 7))).toEqual(shown(whole))
      let at = 7
      for (const { start, end } of whole) {
        expect(start).toBe(at)
        at = end
      }
      expect(at).toBe(7 + bytes.length)
      expect(whole.reduce((sum, { lines }) => sum + lines, 0)).toBeGreaterThanOrEqual(text.split('\n').length - 1)
    }), { numRuns: 2000 })
  })

  it('bring back every field that was written as RFC 4180 has it', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é') })
    fc.assert(fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
      const quoted = (text: string): string => (/["\r\n,]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
      const bytes = Buffer.from(rows.map((row) => `${row.map(quoted).join(',')}\n`).join(''))
      // Behind the last line break stands one more, empty.
      const found = cut([bytes], ',').filter(({ start }) => start < bytes.length)
      expect(found.map(({ problem }) => problem)).toEqual(rows.map(() => null))
      expect(found.map((one) => splitFields(one.bytes.toString(), ','))).toEqual(rows)
    }), { numRuns: 1000 })
  })

  it.each([null, ','])('of any bytes are cut in a time that grows as they do (separator %s)', { timeout: 120_000 }, (separator) => {
    const nasty = ['"a""\n', '"""\n', 'x,"\n', '"\n"x\n', '"'.repeat(50), ',"",""x,"']
    for (const unit of nasty) {
      const bytes = Buffer.alloc(2 * MAX_RECORD, unit)
      const cutter = createCutter(0, separator)
      const began = process.cpuUsage()
      for (let at = 0; at < bytes.length; at += 65_536) cutter.push(bytes.subarray(at, at + 65_536))
      cutter.end()
      // A tenth of a second; hours where every line is looked through to the end of the largest record.
      expect(process.cpuUsage(began).user / 1000).toBeLessThan(20_000)
    }
  })
})
