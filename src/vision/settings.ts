/** How much of the machine sees: the room's own keys. */
import { setting, shape } from '../core/config.ts'

export const visionSettings = {
  vision: setting(shape.limit(), { help: 'Vision processes; by default one a core, four at most.', value: 'n' }),
  batch: setting(shape.count(32), { help: 'Pictures shown to the models together.', value: 'n' }),
}
