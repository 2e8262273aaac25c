/** The server that took the request while it has room (its pictures need not travel far), else the idlest. */
import { foremost, type DispatchRule } from '../rule.ts'
import { isIdler } from './idlest.ts'

export const localFirst: DispatchRule = {
  name: 'local-first',
  help: 'the server that took the request while it has room, else the idlest',
  byOrigin: true,
  create: () => ({ servers, origin }) =>
    servers.find(({ name }) => name === origin) ?? foremost(servers, isIdler),
}
