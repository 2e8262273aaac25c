/**
 * Which model serves which task, and if none does, why and what would change that. Weights are
 * trusted by checksum alone: half a download loads as an obscure runtime error at best and as
 * wrong verdicts at worst. What the user named must be there and whole; what was merely looked
 * for may be absent, and is then reported as off.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { distance } from 'fastest-levenshtein'
import { GannetError, systemCode } from '../core/errors.ts'
import { NO_PACKS, PACK_TASKS, type Manifest, type Pack, type PackChoice, type PackTask, type Precision } from './pack.ts'
import { sha256OfFile } from './sha256-of-file.ts'
import { shippedPacks } from './shipped-packs.ts'
import { userManifests, type WrongManifest } from './user-manifests.ts'

export interface PackFinding {
  readonly task: PackTask
  readonly on: boolean
  readonly pack?: string
  readonly why: string
  /** What to do to change it; empty where there is nothing to do. */
  readonly remedy: string
}

export interface FindPacksOptions {
  /** Folder with the weights; without one every task is off. */
  readonly modelsDir?: string | undefined
  /** Pack id a task, or `none` to switch the task off; the best one there is where absent. */
  readonly want?: { readonly [Task in PackTask]?: string | undefined }
  /** Tasks beyond detect, embed and classify that something asks for; those that `want` names need not be repeated. */
  readonly asked?: readonly PackTask[]
  /** In order of preference. Default: the shipped ones, and then those that lie in the folder. */
  readonly manifests?: readonly Manifest[]
  /** Which of a pack's variants is preferred; the order of the packs alone decides by default. */
  readonly precision?: Precision | undefined
}

/** What is looked for unasked. */
const ALWAYS: readonly PackTask[] = ['detect', 'embed', 'classify']

/** Nothing else is looked for. @param id the best one there is where absent */
export const wantOnly = (task: PackTask, id: string | undefined): NonNullable<FindPacksOptions['want']> =>
  ({ ...Object.fromEntries(ALWAYS.map((each) => [each, 'none'])), [task]: id })

type Checked = { readonly ok: true; readonly pack: Pack } | {
  readonly ok: false
  readonly code: 'pack-missing' | 'pack-damaged'
  readonly why: string
  readonly remedy: string
}

/** The checksum is part of the space's name: vectors of other weights are not comparable. */
const packOf = (manifest: Manifest, path: string): Pack => ({
  manifest,
  path,
  space: manifest.embed
    ? { pack: `${manifest.id}@${manifest.sha256.slice(0, 8)}`, dimension: manifest.embed.dimension, metric: 'cosine' }
    : null,
})

/** Size first: a truncated file is told from its length without reading it. */
const check = async (manifest: Manifest, modelsDir: string): Promise<Checked> => {
  const path = join(modelsDir, manifest.file)
  const expected = `${manifest.bytes} bytes with SHA-256 ${manifest.sha256}`
  const damaged = (found: string): Checked => ({
    ok: false,
    code: 'pack-damaged',
    why: `${path} is not the file of ${manifest.id}: expected ${expected}, found ${found}`,
    remedy: `delete ${path} and get it again (${manifest.source})`,
  })
  try {
    const { size } = await stat(path)
    if (size !== manifest.bytes) return damaged(`${size} bytes`)
    const found = await sha256OfFile(path)
    return found === manifest.sha256 ? { ok: true, pack: packOf(manifest, path) } : damaged(`SHA-256 ${found}`)
  } catch (error) {
    const errno = systemCode(error)
    return {
      ok: false,
      code: 'pack-missing',
      why: errno === 'ENOENT' ? `${path} is not there` : `${path} cannot be read (${errno ?? String(error)})`,
      remedy: `put ${manifest.file} (${manifest.source}) into ${modelsDir}`,
    }
  }
}

const nearest = (id: string, known: readonly string[]): string | undefined =>
  known.toSorted((a, b) => distance(id, a) - distance(id, b))[0]

/** Those of the precision first, else in their order. */
const preferring = (manifests: readonly Manifest[], precision: Precision | undefined): readonly Manifest[] =>
  precision === undefined ? manifests : manifests.toSorted((a, b) => Number(precisionOf(b) === precision) - Number(precisionOf(a) === precision))

const precisionOf = ({ precision = 'fp32' }: Manifest): Precision => precision

const named = (id: string, task: PackTask, manifests: readonly Manifest[]): Manifest => {
  const able = manifests.filter((m) => m.tasks.includes(task))
  const found = able.find((m) => m.id === id)
  if (found) return found
  const ids = able.map((m) => m.id)
  throw new GannetError(
    'pack-unknown',
    manifests.some((m) => m.id === id)
      ? `the pack "${id}" does not ${task}; those that do: ${ids.join(', ')}`
      : `no pack is called "${id}"; did you mean "${nearest(id, ids) ?? 'none'}"? Known for ${task}: ${[...ids, 'none'].join(', ')}`,
  )
}

/** All that are known: the shipped ones, and then those in the folder. */
export const knownPacks = async (modelsDir: string | undefined): Promise<{ readonly manifests: readonly Manifest[]; readonly wrong: readonly WrongManifest[] }> => {
  if (modelsDir === undefined) return { manifests: shippedPacks, wrong: [] }
  const { manifests, wrong } = await userManifests(modelsDir, shippedPacks)
  return { manifests: [...shippedPacks, ...manifests], wrong }
}

/**
 * @returns the pack of each task, one finding for each that was looked for, in the order of `PACK_TASKS`, and what lies in the
 *   folder and is no manifest though it says so
 * @throws GannetError `pack-unknown`, `pack-missing` or `pack-damaged` for a pack that was named
 */
export const findPacks = async (
  options: FindPacksOptions,
): Promise<{ readonly choice: PackChoice; readonly findings: readonly PackFinding[]; readonly wrong: readonly WrongManifest[] }> => {
  const { modelsDir, want = {}, asked = [], precision } = options
  const { manifests, wrong } = options.manifests ? { manifests: options.manifests, wrong: [] } : await knownPacks(modelsDir)
  const checks = new Map<Manifest, Promise<Checked>>()
  const checkOnce = (manifest: Manifest, folder: string): Promise<Checked> => {
    const known = checks.get(manifest) ?? check(manifest, folder)
    checks.set(manifest, known)
    return known
  }

  const find = async (task: PackTask): Promise<{ pack: Pack | null; finding: PackFinding }> => {
    const off = (why: string, remedy: string) => ({ pack: null, finding: { task, on: false, why, remedy } })
    const id = want[task]
    if (id === 'none') return off('switched off', '')
    const demanded = id === undefined ? null : named(id, task, manifests)
    // Of a pack that was named, its variant may serve too; that it is absent is no failure while the pack itself is there.
    const variants = demanded ? manifests.filter((m) => m === demanded || (precision !== undefined && m.variantOf === demanded.id)) : manifests
    const able = preferring(variants.filter((m) => m.tasks.includes(task)), precision)
    if (modelsDir === undefined) {
      const remedy = `name the folder that holds ${able[0]?.file ?? 'its weights'} with --models-dir or GANNET_MODELS`
      if (demanded) throw new GannetError('pack-missing', `${demanded.id} needs its weights: ${remedy}`)
      return off('no folder of models was named', remedy)
    }
    const failures: Extract<Checked, { ok: false }>[] = []
    for (const manifest of able) {
      const checked = await checkOnce(manifest, modelsDir)
      if (!checked.ok) {
        if (manifest === demanded) throw new GannetError(checked.code, `${checked.why}; ${checked.remedy}`)
        failures.push(checked)
        continue
      }
      const damaged = failures.filter((f) => f.code === 'pack-damaged')
      return {
        pack: checked.pack,
        finding: {
          task,
          on: true,
          pack: manifest.id,
          why: [`served by ${checked.pack.path}`, ...damaged.map((f) => f.why)].join('; '),
          remedy: damaged.map((f) => f.remedy).join('; '),
        },
      }
    }
    // A damaged file says more than an absent one.
    const worst = failures.find((f) => f.code === 'pack-damaged') ?? failures[0]
    return off(worst?.why ?? `no pack can ${task}`, worst?.remedy ?? '')
  }

  const tasks = PACK_TASKS.filter((task) => ALWAYS.includes(task) || asked.includes(task) || want[task] !== undefined)
  const found = await Promise.all(tasks.map(find))
  const choice: PackChoice = { ...NO_PACKS, ...Object.fromEntries(found.map(({ finding, pack }) => [finding.task, pack])) }
  return { choice, findings: found.map((f) => f.finding), wrong }
}
