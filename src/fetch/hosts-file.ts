/** The system's hosts file, read again when it changes: c-ares, which asks the name servers, does not look there by our order. */
import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'

/** How long an unchanged file is trusted unseen, in milliseconds. */
const LOOK_EVERY_MS = 5_000
/** Block lists run to a few megabytes; more is no hosts file. */
const MAX_BYTES = 32 * 1024 * 1024

export type HostsFile = (name: string) => readonly { readonly address: string; readonly family: 4 | 6 }[] | undefined

const systemPath = (): string =>
  process.platform === 'win32'
    ? join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts')
    : '/etc/hosts'

const parse = (text: string): Map<string, { address: string; family: 4 | 6 }[]> => {
  const names = new Map<string, { address: string; family: 4 | 6 }[]>()
  for (const line of text.split('\n')) {
    const [address, ...aliases] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/)
    const family = isIP(address ?? '')
    if (address === undefined || (family !== 4 && family !== 6)) continue
    for (const alias of aliases) {
      const name = alias.toLowerCase().replace(/\.$/, '')
      const known = names.get(name)
      if (known) known.push({ address, family })
      else names.set(name, [{ address, family }])
    }
  }
  return names
}

/** @param now milliseconds, for tests */
export const createHostsFile = (path = systemPath(), now: () => number = Date.now): HostsFile => {
  let names = new Map<string, { address: string; family: 4 | 6 }[]>()
  let version = ''
  let lookedAt = -Infinity
  const look = (): void => {
    lookedAt = now()
    // A machine without one has no names in it.
    const stat = statSync(path, { throwIfNoEntry: false })
    const seen = stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : ''
    if (seen === version) return
    version = seen
    names = stat && stat.size <= MAX_BYTES ? parse(readFileSync(path, 'utf8')) : new Map()
  }
  return (name) => {
    if (now() - lookedAt >= LOOK_EVERY_MS) {
      try {
        look()
      } catch {
        // One that may not be read is as good as none; the name servers are asked.
        names = new Map()
      }
    }
    return names.get(name)
  }
}
