/** Which models see, and where their weights lie: the room's own keys. */
import { setting, shape } from '../core/config.ts'

export const modelSettings = {
  modelsDir: setting(shape.maybe(), { help: 'Folder with the weights of packs (also GANNET_MODELS).', value: 'dir' }),
  model: setting(shape.list(), {
    help: 'Pack for a task: detect=ID, embed=ID, classify=ID, or none; the best there is by default.', value: 'task=ID', list: true,
  }),
}
