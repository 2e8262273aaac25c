/** A vision process for the crash test: the real one, but marked bodies end it as a hostile file would. */
import type { Body } from '../src/core/body.ts'
import { connect } from '../src/core/rpc.ts'
import type { PackChoice } from '../src/models/index.ts'
import { createVisionProcess, type VisionApi } from '../src/vision/index.ts'

const vision = createVisionProcess({ choice: JSON.parse(process.argv[2] ?? '{}') as PackChoice })

const says = (body: Body, word: string): boolean =>
  body.kind === 'inline' && Buffer.from(body.bytes.subarray(0, word.length)).equals(Buffer.from(word))

const api: VisionApi = {
  ...vision,
  look(items) {
    if (items.some(({ body }) => says(body, 'CRASH'))) process.kill(process.pid, 'SIGSEGV')
    return vision.look(items)
  },
  render(original, rendition) {
    if (says(original, 'CRASH')) process.kill(process.pid, 'SIGSEGV')
    return vision.render(original, rendition)
  },
}

connect({
  send: (message) => void process.send?.(message, () => undefined),
  onMessage: (listener) => void process.on('message', listener),
  onClose: (listener) => void process.on('disconnect', () => {
    listener('the parent has gone')
    process.exit()
  }),
}, api)
