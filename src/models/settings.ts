/** Which models see, and where their weights lie: the room's own keys. */
import { z } from 'zod'
import { setting, shape } from '../core/config.ts'
import { DEVICES } from './device.ts'

export const modelSettings = {
  modelsDir: setting(shape.maybe(), { help: 'Folder with the weights of packs (also GANNET_MODELS).', value: 'dir' }),
  model: setting(shape.list(), {
    help: 'Pack for a task: detect=ID, embed=ID, classify=ID, faces=ID, text=ID, unsafe=ID, or none; by default the best there is, of the last three where something asks for them (--faces, --max-text, --unsafe): each costs time with every picture.', value: 'task=ID', list: true,
  }),
  precision: setting(z.enum(['auto', 'fp32', 'int8']).default('auto'), {
    help: 'Which variant of a pack is preferred where there are several; auto: the packs in their order.', value: 'auto|fp32|int8',
  }),
  device: setting(z.enum(['auto', ...DEVICES]).default('auto'), {
    help: 'Where models run; one that is not there is replaced by the processor, with a line that says why. auto: CUDA where it is installed.', value: 'device',
  }),
}
