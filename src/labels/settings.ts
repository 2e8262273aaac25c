/** Which head labels what is crawled: the room's own key. */
import { setting, shape } from '../core/config.ts'

export const labelSettings = {
  labelHead: setting(shape.maybe(), { help: "Linear head (gannet labels train) whose labels join the classifier's.", value: 'file' }),
}
