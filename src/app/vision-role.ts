/** Places the image and models rooms in a vision process. */
import { DECODE_LIMITS, probe, type Probe } from '../image/index.ts'
import type { DetectLimits, Device, PackChoice } from '../models/index.ts'
import { createVisionProcess } from '../vision/vision-process.ts'
import type { VisionApi } from '../vision/vision-api.ts'
import type { RoleFactory } from './role-factory.ts'

export interface VisionInit {
  readonly choice: PackChoice
  /** Longest time that decoding one picture may take, in seconds. */
  readonly decodeSeconds: number
  /** Where renditions lie on their way to their store; none where none are asked for. */
  readonly spoolDir?: string
  /** Boxes reported. */
  readonly boxes?: DetectLimits
  /** Where the models run: one that was tried. Default cpu. */
  readonly device?: Device
}

/** What the process serves besides: whole files told in one go. */
export interface ProbeApi {
  probe(input: string | Uint8Array): Promise<Probe>
}

/** And what can only be found out by loading the runtime. */
export interface DeviceApi {
  tryDevice(device: Device): Promise<string | null>
}

export const visionRole: RoleFactory<VisionInit> = {
  async create({ choice, decodeSeconds, spoolDir, boxes, device = 'cpu' }) {
    const decode = { ...DECODE_LIMITS, maxSeconds: decodeSeconds }
    // An exit would wait for the thread that is stuck; the pool hardly holds a kill against what was under way.
    const vision = createVisionProcess({ choice, decode, ...(spoolDir === undefined ? {} : { spoolDir }), eyes: { device, ...(boxes && { boxes }) }, onStuck: () => process.kill(process.pid, 'SIGKILL') })
    const api: VisionApi & ProbeApi & DeviceApi = {
      look: (items) => vision.look(items),
      infer: (tickets) => vision.infer(tickets),
      drop: (tickets) => vision.drop(tickets),
      render: (original, rendition) => vision.render(original, rendition),
      probe: (input) => probe(input, decode),
      // It reads files, which hardly anybody asks for.
      tryDevice: async (which) => (await import('../models/try-device.ts')).tryDevice(which),
    }
    return { api, close: async () => undefined }
  },
}
