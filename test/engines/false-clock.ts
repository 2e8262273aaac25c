/** A clock on the wall that jumps when it is told to (libfaketime); the monotonic one goes on. For processes started with its `env`. */
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'

export interface FalseClock {
  readonly env: Readonly<Record<string, string>>
  /** @param seconds ahead of the true time; may be below 0 */
  jump(seconds: number): Promise<void>
  remove(): Promise<void>
}

const PLACES = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)

/** @param context null outside of tests: then it fails where the library is missing */
export const makeFalseClock = async (context: TestContext | null): Promise<FalseClock> => {
  const library = (await Promise.all(PLACES.map((place) => access(place).then(() => place, () => null)))).find((place) => place !== null)
  if (library === undefined) {
    if (context === null || (process.env.GANNET_REQUIRE_ENGINES ?? '').split(',').includes('faketime')) throw new Error('libfaketime is not installed')
    return context.skip('libfaketime is not installed')
  }
  const folder = await mkdtemp(join(tmpdir(), 'gannet-clock-'))
  const file = join(folder, 'offset')
  await writeFile(file, '+0')
  return {
    env: { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    jump: (seconds) => writeFile(file, `${seconds < 0 ? '' : '+'}${seconds}`),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
