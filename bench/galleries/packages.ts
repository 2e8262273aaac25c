/** Packages brought from the registry once, for their demo pages; nothing of them is run. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const TIMEOUT_MS = 60_000

/** The folder of the unpacked package; null where the registry cannot be reached or has it no more. */
export const packageFolder = async (cache: string, name: string, version: string): Promise<string | null> => {
  const folder = path.join(cache, `${name.replace('/', '+')}-${version}`)
  if (existsSync(folder)) return folder
  const draft = `${folder}.draft`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  try {
    await run('npm', ['pack', '--silent', `${name}@${version}`, '--pack-destination', draft], { timeout: TIMEOUT_MS })
    const [archive = ''] = await readdir(draft)
    await run('tar', ['xzf', archive, '--strip-components=1'], { cwd: draft, timeout: TIMEOUT_MS })
  } catch {
    await rm(draft, { recursive: true, force: true })
    return null
  }
  await rename(draft, folder)
  return folder
}
