/** Certificates that nobody should trust, made by openssl for one test file; null where there is no openssl. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

export interface Certificate {
  readonly key: Buffer
  readonly cert: Buffer
}

const run = promisify(execFile)

/**
 * @param names of hosts, or addresses as `IP:127.0.0.1`
 * @param days that it is valid from now; a negative number has ended
 */
export const makeCertificate = async (names: readonly string[], days = 2): Promise<Certificate | null> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'gannet-certificate-'))
  const at = (name: string): string => path.join(folder, name)
  const alternatives = names.map((name) => (name.startsWith('IP:') ? name : `DNS:${name}`)).join(',')
  try {
    await run('openssl', ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=test',
      '-addext', `subjectAltName=${alternatives}`, '-keyout', at('key'), '-out', at('request')])
    await run('openssl', ['x509', '-req', '-in', at('request'), '-copy_extensions', 'copy', '-signkey', at('key'), '-days', String(days), '-out', at('cert')])
    return { key: await readFile(at('key')), cert: await readFile(at('cert')) }
  } catch {
    return null
  } finally {
    await rm(folder, { recursive: true })
  }
}
