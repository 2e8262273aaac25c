/** How much of the machine sees: the room's own keys. */
import { setting, shape } from '../core/config.ts'

export const visionSettings = {
  vision: setting(shape.limit(1, 64), { help: 'Vision processes; by default one a core, four at most.', value: 'n' }),
  decodeTime: setting(shape.count(10, 1, 86_400), {
    help: 'Seconds that decoding one picture may take; what takes longer is undecodable.', value: 's',
  }),
  batch: setting(shape.count(32, 1, 64), { help: 'Pictures shown to the models together.', value: 'n' }),
}
