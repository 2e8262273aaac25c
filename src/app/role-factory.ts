/** The shape of a role's file: what the entry of a child process calls once it is told to start. */
import type { Peer } from '../core/rpc.ts'

/** What a role's file offers: its interface, and how to close it. */
export interface RoleFactory<Init> {
  create(init: Init, parent: Peer): Promise<{ readonly api: object; close(): Promise<void> }>
}
