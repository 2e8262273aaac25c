/** What can be set of a task server. */
import { setting, shape } from '../core/config.ts'

export const nodeSettings = {
  callbackSecret: setting(shape.maybe(), {
    help: 'signs reports to callbacks (HMAC-SHA256, Standard Webhooks); none: they are not signed', value: 'TEXT', secret: true,
  }),
}
