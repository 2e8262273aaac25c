/**
 * Manifests that a user put beside the weights. One that is wrong is told of and left out: the other packs serve on. JSON
 * that does not claim to be a manifest (a model's own configuration, a tokenizer) is nobody's mistake.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../core/errors.ts'
import { parseManifest } from './manifest-schema.ts'
import type { Manifest } from './pack.ts'

export interface WrongManifest {
  readonly path: string
  readonly why: string
}

/** Longer ones are no manifests; tokenizers have megabytes. */
const MAX_BYTES = 64 * 1024

const claims = (json: unknown): boolean => typeof json === 'object' && json !== null && 'file' in json && 'sha256' in json

/** @param known whose ids are taken @returns in the order of the files' names; nothing for a folder that is not there */
export const userManifests = async (
  modelsDir: string, known: readonly Manifest[],
): Promise<{ readonly manifests: readonly Manifest[]; readonly wrong: readonly WrongManifest[] }> => {
  const names = (await readdir(modelsDir).catch(() => [])).filter((name) => name.endsWith('.json')).sort((a, b) => (a < b ? -1 : 1))
  const manifests: Manifest[] = []
  const wrong: WrongManifest[] = []
  for (const name of names) {
    const path = join(modelsDir, name)
    try {
      const { size } = await stat(path)
      if (size > MAX_BYTES) continue
      const json = JSON.parse(await readFile(path, 'utf8')) as unknown
      if (!claims(json)) continue
      const manifest = parseManifest(json, path)
      if ([...known, ...manifests].some(({ id }) => id === manifest.id)) wrong.push({ path, why: `the id ${manifest.id} in ${path} is taken; give it another` })
      else manifests.push(manifest)
    } catch (error) {
      const why = error instanceof SyntaxError ? `${path} is no JSON: ${error.message}` : systemCode(error) ? `${path} cannot be read (${systemCode(error)})` : (error as Error).message
      wrong.push({ path, why })
    }
  }
  return { manifests, wrong }
}
