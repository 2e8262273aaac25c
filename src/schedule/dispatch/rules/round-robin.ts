/** One after the other, in the order of their names; those without room are passed over. */
import { foremost, type DispatchRule } from '../rule.ts'

export const roundRobin: DispatchRule = {
  name: 'round-robin',
  help: 'one after the other',
  create() {
    let last = ''
    return ({ servers }) => {
      const next = servers.filter(({ name }) => name > last)
      const chosen = foremost(next.length > 0 ? next : servers, (a, b) => a.name < b.name)
      last = chosen.name
      return chosen
    }
  },
}
