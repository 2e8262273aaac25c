/** Pictures told one by one, each decoded in a vision process: a file that kills it is told as such. */
import type { Probe } from '../image/probe.ts'
import { NO_PACKS } from '../models/index.ts'
import { startRole, type RoleProcess } from './role-process.ts'
import { GannetError } from '../core/errors.ts'
import type { ProbeApi, VisionInit } from './vision-role.ts'

/** Seconds for one file, by the decoder's own clock. */
const DECODE_SECONDS = 6
const init: VisionInit = { choice: NO_PACKS, decodeSeconds: DECODE_SECONDS }
/** Deaths of the process over one file after which the file is to blame. */
const DEATHS = 2
/** A decoder that does not look at its clock is ended. */
const PATIENCE_MS = 7_000

const undecodable = (input: string | Uint8Array, detail: string): Probe => ({
  file: typeof input === 'string' ? input : null, ok: false, format: null, width: null, height: null, orientation: null,
  pages: null, bytes: typeof input === 'string' ? null : input.byteLength, sha256: null, pdq: null, pdqQuality: null,
  looks: null, credits: null, reason: 'undecodable', detail,
})

/** In order; one at a time, so that whom to blame is never in doubt. */
export async function* probeImages(inputs: Iterable<string | Uint8Array>): AsyncGenerator<Probe> {
  let standing: RoleProcess | null = null
  try {
    for (const input of inputs) {
      let told: Probe | null = null
      let why = ''
      let late = false
      for (let deaths = 0; told === null && deaths < DEATHS; deaths++) {
        standing ??= await startRole('vision', init, {})
        const child: RoleProcess = standing
        const timer = setTimeout(() => {
          late = true
          child.kill()
        }, PATIENCE_MS)
        try {
          told = await child.peer.remote<ProbeApi>('api').probe(input)
        } catch (error) {
          if (!GannetError.is(error, 'role-died')) throw error
          why = error.message
          standing = null
          // It had its time: another try would take as long.
          if (late) told = undecodable(input, `took longer than ${DECODE_SECONDS} s to decode`)
        } finally {
          clearTimeout(timer)
        }
      }
      yield told ?? undecodable(input, `decoding it ended the decoder: ${why}`)
    }
  } finally {
    await standing?.stop()
  }
}

/** @param input a path, or bytes */
export const probeImage = async (input: string | Uint8Array): Promise<Probe> => {
  for await (const probe of probeImages([input])) return probe
  throw new GannetError('internal', 'one input must give one answer')
}
