/**
 * A network of two machines, really: a namespace of its own for the far one, a pair of virtual interfaces between, and an
 * address beside this machine's own that the far one can be cut off from. Needs `ip` and the right to make namespaces.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { TestContext } from 'vitest'
import { needEngine } from './redis.ts'

const run = promisify(execFile)

export interface Network {
  /** This machine's, as the far one sees it. */
  readonly here: string
  /** Another of this machine's: what `cut` makes unreachable. */
  readonly service: string
  readonly far: string
  /** All of them, `10.201.7.0/24`. */
  readonly range: string
  /** What a command is prefixed with to run on the far machine. */
  readonly onFar: readonly string[]
  /** From now on what the far machine sends to `service` is lost on the way, without a word. */
  cut(): Promise<void>
  mend(): Promise<void>
  remove(): Promise<void>
}

const ip = async (line: string): Promise<void> => void (await run('ip', line.split(' ')))

/** @param context null outside of tests: then it fails where it cannot be made */
export const makeNetwork = async (context: TestContext | null): Promise<Network> => {
  await needEngine('netns', 'ip', context)
  // Two runs at once do not meet.
  const nth = process.pid % 250
  const [name, near, farEnd] = [`gannet-${process.pid}`, `gn${process.pid}a`, `gn${process.pid}b`]
  const [here, far, service] = [`10.201.${nth}.1`, `10.201.${nth}.2`, `10.201.${nth}.9`]
  try {
    await ip(`netns add ${name}`)
  } catch (error) {
    if (context === null || (process.env.GANNET_REQUIRE_ENGINES ?? '').split(',').includes('netns')) throw error
    return context.skip('this user may not make network namespaces')
  }
  await ip(`link add ${near} type veth peer name ${farEnd} netns ${name}`)
  await ip(`addr add ${here}/30 dev ${near}`)
  await ip(`addr add ${service}/32 dev ${near}`)
  await ip(`link set ${near} up`)
  await ip(`-n ${name} addr add ${far}/30 dev ${farEnd}`)
  await ip(`-n ${name} link set ${farEnd} up`)
  await ip(`-n ${name} link set lo up`)
  await ip(`-n ${name} route add ${service}/32 via ${here}`)
  return {
    here, service, far, range: `10.201.${nth}.0/24`,
    onFar: ['ip', 'netns', 'exec', name],
    cut: () => ip(`-n ${name} route replace blackhole ${service}/32`),
    async mend() {
      await ip(`-n ${name} route replace ${service}/32 via ${here}`)
      await ip(`-n ${name} route del blackhole ${service}/32`).catch(() => undefined)
    },
    // The pair of interfaces goes with it.
    remove: () => ip(`netns del ${name}`),
  }
}
