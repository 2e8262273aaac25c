/**
 * Patterns over addresses, as people write them: `https://shop.example/list/*`. `*` stands for anything within
 * one segment, `**` for anything at all. Matched by walking all possibilities at once, so that no address can
 * make it slow: pattern length × address length.
 */

const MAX_URL = 4096

type Step = { readonly any: 'segment' | 'all' } | { readonly any: null; readonly char: string }

const stepsOf = (pattern: string): Step[] => {
  const steps: Step[] = []
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] !== '*') steps.push({ any: null, char: pattern[at] as string })
    else if (pattern[at + 1] === '*') {
      steps.push({ any: 'all' })
      at++
    } else steps.push({ any: 'segment' })
  }
  return steps
}

const matches = (steps: readonly Step[], text: string): boolean => {
  let states = new Set<number>()
  const add = (into: Set<number>, from: number): void => {
    for (let at = from; !into.has(at); at++) {
      into.add(at)
      // What stands for anything also stands for nothing.
      if (at >= steps.length || steps[at]?.any === null) return
    }
  }
  add(states, 0)
  for (const char of text) {
    const next = new Set<number>()
    for (const at of states) {
      const step = steps[at]
      if (step === undefined) continue
      if (step.any === null) {
        if (step.char === char) add(next, at + 1)
      } else if (step.any === 'all' || (char !== '/' && char !== '?')) add(next, at)
    }
    if (next.size === 0) return false
    states = next
  }
  return states.has(steps.length)
}

const SCHEME = /^https?:\/\//i

/**
 * @param pattern without a scheme it is for http and https; without a path for the whole host; without `?` for any query
 * @returns whether a canonical URL is meant
 */
export const urlGlob = (pattern: string): ((url: string) => boolean) => {
  const hasScheme = SCHEME.test(pattern)
  const bare = hasScheme ? pattern : pattern.replace(/^\/\//, '')
  const hostEnd = bare.indexOf('/', hasScheme ? bare.indexOf('//') + 2 : 0)
  const host = (hostEnd === -1 ? bare : bare.slice(0, hostEnd)).toLowerCase()
  const steps = stepsOf(hostEnd === -1 ? `${host}/**` : host + bare.slice(hostEnd))
  const anyQuery = !pattern.includes('?')
  return (url) => {
    const whole = url.slice(0, MAX_URL)
    const query = anyQuery ? whole.indexOf('?') : -1
    const text = query === -1 ? whole : whole.slice(0, query)
    return matches(steps, hasScheme ? text : text.replace(SCHEME, ''))
  }
}
