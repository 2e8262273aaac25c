/** The smallest part of its threads in use, whatever its size: servers of unlike sizes fill up alike. */
import { foremost, type DispatchRule } from '../rule.ts'

export const leastLoaded: DispatchRule = {
  name: 'least-loaded',
  help: 'the largest part of its threads spare, then fastest',
  create: () => ({ servers }) =>
    foremost(servers, (a, b) => {
      // a.spare / a.max against b.spare / b.max, without the division.
      const difference = a.spareThreads * b.maxThreads - b.spareThreads * a.maxThreads
      return difference !== 0 ? difference > 0 : a.speed > b.speed
    }),
}
