/** The packs that gannet knows, as whoever keeps a folder of models sees them. */
import { GannetError } from '../core/errors.ts'
import { findPacks, knownPacks, pullPack, sourceUrl, wantOnly, type Manifest, type Pack, type PackTask, type WrongManifest } from '../models/index.ts'

export type PackState = 'here' | 'absent' | 'damaged'

/** Whether its weights lie in the folder, and are the right ones. */
const stateOf = async ({ id, tasks }: Manifest, modelsDir: string | null): Promise<PackState> => {
  const [task] = tasks
  if (modelsDir === null || task === undefined) return 'absent'
  try {
    await findPacks({ modelsDir, want: wantOnly(task, id) })
    return 'here'
  } catch (error) {
    if (GannetError.is(error, 'pack-missing')) return 'absent'
    if (GannetError.is(error, 'pack-damaged')) return 'damaged'
    throw error
  }
}

/** In order of preference. @param modelsDir null: none is looked for */
export const listPacks = async (modelsDir: string | null): Promise<{
  readonly packs: readonly { readonly pack: Manifest; readonly state: PackState }[]
  readonly wrong: readonly WrongManifest[]
}> => {
  const { manifests, wrong } = await knownPacks(modelsDir ?? undefined)
  return { packs: await Promise.all(manifests.map(async (pack) => ({ pack, state: await stateOf(pack, modelsDir) }))), wrong }
}

/** @throws pack-unknown */
export const packNamed = async (id: string, modelsDir: string): Promise<Manifest> => {
  const { manifests } = await knownPacks(modelsDir)
  const pack = manifests.find((one) => one.id === id)
  if (pack) return pack
  throw new GannetError('pack-unknown', `no pack is called "${id}"; known are ${manifests.map((one) => one.id).join(', ')}`)
}

/** A pack whose weights are here and whole. @throws pack-unknown, pack-missing, pack-damaged */
export const packToWorkOn = async (id: string, modelsDir: string): Promise<Pack> => {
  const { tasks: [task] } = await packNamed(id, modelsDir)
  const { choice } = await findPacks({ modelsDir, want: wantOnly(task as PackTask, id) })
  const pack = choice[task as PackTask]
  if (pack) return pack
  throw new GannetError('internal', `${id} was named and is neither here nor missed`)
}

/** Where its file comes from; null where nobody offers it. */
export const originOf = (pack: Manifest, endpoint?: string): string | null => (pack.from === undefined ? null : sourceUrl(pack, endpoint))

export { pullPack }
