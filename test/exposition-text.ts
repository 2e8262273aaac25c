/** Reads Prometheus' text format 0.0.4: enough to hold what is said to it. */

const TYPE = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/
const HELP = /^# HELP (\S+) \S.*$/
const SAMPLE = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/

/** By name and labels as written. @throws where a line is none of the format, or a sample's metric was not announced with a type and a help */
export const samplesIn = (text: string): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  const types = new Map<string, string>()
  const helped = new Set<string>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, typed, type = ''] = TYPE.exec(line) ?? []
    if (typed !== undefined) types.set(typed, type)
    const [, about] = HELP.exec(line) ?? []
    if (about !== undefined) helped.add(about)
    if (line.startsWith('#')) continue
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
    const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')
    if (name === '' || !types.has(family) || !helped.has(family) || (Number.isNaN(Number(value)) && !/^nan$/i.test(value))) throw new Error(`not in the text format: ${line}`)
    if (found.has(name + labels)) throw new Error(`said twice: ${line}`)
    found.set(name + labels, Number(value))
  }
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  return found
}
