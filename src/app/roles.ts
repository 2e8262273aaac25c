/**
 * Where each role runs: the one table. The coordinator is the process that was started; the others
 * are children of it, restarted when they die. Moving a role is a change of its line here.
 */
export const ROLES = {
  /** Intake, scheduling, host grants. Its loop never blocks. */
  coordinator: { where: 'here' },
  /** The embedded stores and indexes: synchronous libraries. Owns the data folder. */
  keeper: { where: 'child' },
  /** Visits, and the parsing of pages. */
  grabber: { where: 'child' },
  /** Decoding and inference. As many as the setting `vision` says. */
  vision: { where: 'child' },
  /** Models made smaller, and measured. Only while a command does that. */
  workshop: { where: 'child' },
} as const satisfies Record<string, { readonly where: 'here' | 'child' }>

export type Role = keyof typeof ROLES
export type ChildRole = { [R in Role]: (typeof ROLES)[R]['where'] extends 'child' ? R : never }[Role]
