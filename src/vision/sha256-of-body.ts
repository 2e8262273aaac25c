/** The name of a body that was never decoded: what a verdict about it is remembered under. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Body } from '../core/body.ts'
import { sha256Of, type Sha256 } from '../core/ids.ts'

/** @returns null when it was not hashed as it came and its file is gone: the verdict stands without its name */
export const sha256OfBody = async (body: Body): Promise<Sha256 | null> => {
  if (body.kind === 'inline') return sha256Of(body.bytes)
  if (body.sha256 !== undefined) return body.sha256
  const hash = createHash('sha256')
  return await pipeline(createReadStream(body.path), hash).then(
    () => hash.digest('hex') as Sha256,
    () => null,
  )
}
