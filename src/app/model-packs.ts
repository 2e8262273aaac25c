/** The packs that gannet knows, as whoever keeps a folder of models sees them. */
import { GannetError } from '../core/errors.ts'
import { findPacks, pullPack, shippedPacks, sourceUrl, type Manifest } from '../models/index.ts'

export type PackState = 'here' | 'absent' | 'damaged'

/** Whether its weights lie in the folder, and are the right ones. */
const stateOf = async ({ id, tasks }: Manifest, modelsDir: string | null): Promise<PackState> => {
  const [task] = tasks
  if (modelsDir === null || task === undefined) return 'absent'
  try {
    await findPacks({ modelsDir, want: { detect: 'none', embed: 'none', classify: 'none', [task]: id } })
    return 'here'
  } catch (error) {
    if (GannetError.is(error, 'pack-missing')) return 'absent'
    if (GannetError.is(error, 'pack-damaged')) return 'damaged'
    throw error
  }
}

/** In order of preference. @param modelsDir null: none is looked for */
export const listPacks = (modelsDir: string | null): Promise<readonly { readonly pack: Manifest; readonly state: PackState }[]> =>
  Promise.all(shippedPacks.map(async (pack) => ({ pack, state: await stateOf(pack, modelsDir) })))

/** @throws pack-unknown */
export const packNamed = (id: string): Manifest => {
  const pack = shippedPacks.find((one) => one.id === id)
  if (pack) return pack
  throw new GannetError('pack-unknown', `no pack is called "${id}"; known are ${shippedPacks.map((one) => one.id).join(', ')}`)
}

/** Where its file comes from; null where nobody offers it. */
export const originOf = (pack: Manifest, endpoint?: string): string | null => (pack.from === undefined ? null : sourceUrl(pack, endpoint))

export { pullPack }
