/** All settings of all rooms as one schema, and the order in which their values are found. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { fromEnvironment, resolveConfig, setting, shape, type Fragment, type Layer, type Source, type ValuesOf } from '../core/config.ts'
import { GannetError } from '../core/errors.ts'
import { policySettings } from '../analyze/index.ts'
import { crawlSettings, walkSettings } from '../crawl/index.ts'
import { labelSettings } from '../labels/index.ts'
import { listSettings } from '../lists/index.ts'
import { fetchSettings } from '../fetch/fetch-options.ts'
import { modelSettings } from '../models/settings.ts'
import { dispatchSettings, nodeSettings } from '../node/index.ts'
import { fleetSettings } from '../schedule/index.ts'
import { visionSettings } from '../vision/settings.ts'

export { fetchSettings, modelSettings, policySettings, visionSettings }

export const folderSettings = {
  data: setting(shape.text('./gannet-data'), { help: 'Data folder: everything that is kept.', value: 'dir' }),
}

/** Of whoever raises the roles of a house. */
const HOUSE_SETTINGS = { ...folderSettings, ...walkSettings, ...fetchSettings, ...policySettings, ...modelSettings, ...labelSettings, ...visionSettings }

export const SETTINGS = { ...folderSettings, ...crawlSettings, ...listSettings, ...fetchSettings, ...policySettings, ...modelSettings, ...labelSettings, ...visionSettings }

export const NODE_SETTINGS = { ...fleetSettings, ...HOUSE_SETTINGS, ...nodeSettings }

/** The pace is the fleet's, and its dispatcher sets it; task servers with a Redis have none of their own. */
export const DISPATCH_SETTINGS = { ...dispatchSettings, ...fleetSettings, delay: walkSettings.delay, addressDelay: walkSettings.addressDelay }

export type HouseSettings = ValuesOf<typeof HOUSE_SETTINGS>
export type Settings = ValuesOf<typeof SETTINGS>
export type NodeSettings = ValuesOf<typeof NODE_SETTINGS>
export type DispatchSettings = ValuesOf<typeof DISPATCH_SETTINGS>
export type PartialSettings = { readonly [Key in keyof Settings]?: Settings[Key] | undefined }

const readConfigFile = async (path: string): Promise<Source> => {
  try {
    const lines = new LineCounter()
    const doc = parseDocument(await readFile(path, 'utf8'), { lineCounter: lines })
    const [broken] = doc.errors
    if (broken !== undefined) throw broken
    const values: unknown = doc.toJS() ?? {}
    const placeOf = (key: string): string => {
      const pair = isMap(doc.contents) ? doc.contents.items.find((one) => isScalar(one.key) && String(one.key.value) === key) : undefined
      const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined
      if (offset === undefined) return path
      const { line, col } = lines.linePos(offset)
      return `${path}:${line}:${col}`
    }
    if (typeof values === 'object' && !Array.isArray(values)) return { from: path, values: values as Layer, placeOf }
    throw new TypeError('it must hold keys and values')
  } catch (cause) {
    throw new GannetError('config-invalid', `the config file ${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

export interface GivenSettings {
  readonly flags?: Layer
  readonly configFile?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Defaults < file < environment < what the caller gives, of the settings in `schema`. @throws config-invalid */
export const resolveSettings = async <F extends Fragment>(schema: F, given: GivenSettings): Promise<ValuesOf<F>> => {
  const env = given.env ?? process.env
  const models: Layer = 'modelsDir' in schema && env['GANNET_MODELS'] ? { modelsDir: env['GANNET_MODELS'] } : {}
  const settings = resolveConfig(schema, [
    ...(given.configFile === undefined ? [] : [await readConfigFile(given.configFile)]),
    { from: 'environment', values: { ...models, ...fromEnvironment(schema, env) } },
    { from: 'flags', values: given.flags ?? {} },
  ])
  return Object.freeze('data' in settings ? { ...settings, data: resolve(String(settings.data)) } : settings)
}

/** The settings of a crawl. */
export const settingsFrom = (given: GivenSettings): Promise<Settings> => resolveSettings(SETTINGS, given)
