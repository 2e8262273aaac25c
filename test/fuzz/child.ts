/** A child of the fuzz run: tries the targets it is told, and leaves a mark before each input in case it does not come back. */
import { openSync, writeSync } from 'node:fs'
import { runTarget } from './run-target.ts'
import { TARGETS } from './targets.ts'

export interface Order {
  readonly target: string
  readonly seed: number
  readonly seconds: number
  readonly count: number
  readonly path?: string
}

const marks = openSync(process.argv[2] as string, 'w')

process.on('message', (order: Order) => {
  const target = TARGETS.find(({ name }) => name === order.target)
  if (!target) return process.exit(2)
  const onInput = (seed: number, index: number): void => void writeSync(marks, `${seed} ${index}`.padEnd(40), 0)
  void runTarget(target, { ...order, onInput }).then((tried) => process.send?.(tried))
})
