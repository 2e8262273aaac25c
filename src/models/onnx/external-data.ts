/**
 * Weights that lie beside the file. A file says where, and a hostile one may say `/etc/passwd`: nothing outside the
 * folder that the file itself lies in is touched, not by a link either.
 */
import { realpath } from 'node:fs/promises'
import { dirname, isAbsolute, resolve, sep } from 'node:path'
import { GannetError } from '../../core/errors.ts'
import { tensorsOf } from './graph-tensors.ts'
import { EXTERNAL, type Model } from './onnx-file.ts'

const liesIn = async (folder: string, location: string): Promise<boolean> => {
  if (location === '' || location.includes('\0') || isAbsolute(location) || /^[a-z]:/i.test(location) || location.includes('\\')) return false
  const path = resolve(folder, location)
  const real = await realpath(path).catch(() => path)
  return real.startsWith(`${await realpath(folder)}${sep}`)
}

/**
 * @returns whether any weights lie outside the file
 * @throws pack-damaged for such as would be read outside its folder
 */
export const checkExternalData = async (model: Model, path: string): Promise<boolean> => {
  const locations = new Map<string, string>()
  for (const { name, dataLocation, externalData } of tensorsOf(model)) {
    if (dataLocation !== EXTERNAL && externalData.length === 0) continue
    locations.set(externalData.find(({ key }) => key === 'location')?.value ?? '', name)
  }
  for (const [location, name] of locations) {
    if (await liesIn(dirname(resolve(path)), location)) continue
    throw new GannetError('pack-damaged', `${path} wants the values of "${name}" from "${location}", outside its folder: it is not to be trusted, and not loaded`)
  }
  return locations.size > 0
}
