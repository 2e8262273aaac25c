/** A process that dies at a chosen call of its stores: whatever it does after that fails, too. */
export interface Mortal {
  /** The same store, whose calls count. */
  <Store extends object>(store: Store): Store
}

/**
 * @param fatal the call that is its last, counted over all stores from 0
 * @param when before the store has done what it was asked for, or after
 * @param spared members that are passed on as they are
 */
export const diesAt = (fatal: number, when: 'before' | 'after', spared: readonly string[] = []): Mortal => {
  let calls = 0
  let dead = false
  return (store) =>
    new Proxy(store, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function' || spared.includes(String(name))) return member
        return async (...args: unknown[]) => {
          if (dead || (calls++ === fatal && when === 'before')) {
            dead = true
            throw new RangeError('dead')
          }
          const result: unknown = await member.apply(target, args)
          if (calls > fatal && when === 'after') {
            dead = true
            throw new RangeError('dead')
          }
          return result
        }
      },
    })
}
