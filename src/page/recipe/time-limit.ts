/**
 * Runs code that nothing else could stop. A recipe's selectors, XPath and regular expressions meet pages
 * written by strangers, and one of them can be made to take for ever; no check of a pattern finds every such
 * case without refusing good ones. V8 can interrupt all of it, backtracking included, but offers that only to
 * scripts: so the work is called from one. About 0.1 ms a call.
 */
import { createContext, Script, type Context } from 'node:vm'

interface Box {
  work: () => void
}

let box: (Box & Context) | null = null
const call = new Script('work()')

/**
 * @param ms how long `work` may take; at least 1 is given
 * @returns false when it took longer; what it had done by then stays done
 */
export const withinTime = (ms: number, work: () => void): boolean => {
  box ??= createContext({ work }) as Box & Context
  box.work = work
  try {
    call.runInContext(box, { timeout: Math.max(1, Math.round(ms)) })
    return true
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false
    throw error
  } finally {
    box.work = () => undefined
  }
}
