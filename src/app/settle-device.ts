/** Where the models run, once it is known what there is: what is not there is replaced by the processor, and told. */
import { hasCuda, NO_PACKS, type Device } from '../models/index.ts'
import type { HouseSettings } from './settings.ts'
import { startRole } from './role-process.ts'
import type { DeviceApi, VisionInit } from './vision-role.ts'

export interface Settled {
  readonly device: Device
  /** Why it is not the one that was wanted; null where it is. */
  readonly why: string | null
  readonly remedy: string
}

const REMEDIES: Readonly<Partial<Record<Device, string>>> = {
  cuda: 'install CUDA 12 with cuDNN 9, and onnxruntime-node again with its install script allowed (docs/dependencies.md)',
}

const NO_MODELS: VisionInit = { choice: NO_PACKS, decodeSeconds: 1 }

/** In a vision process: a driver that is broken takes only that one along. */
const whyNot = async (device: Device): Promise<string | null> => {
  const child = await startRole('vision', NO_MODELS, {})
  try {
    return await child.peer.remote<DeviceApi>('api').tryDevice(device)
  } catch (error) {
    return (error as Error).message
  } finally {
    await child.stop()
  }
}

/** Nothing is tried where the processor is meant, or `auto` finds no CUDA installed: the others were never measured against it. */
export const settleDevice = async (wanted: HouseSettings['device']): Promise<Settled> => {
  const device: Device = wanted === 'auto' ? (hasCuda() ? 'cuda' : 'cpu') : wanted
  if (device === 'cpu') return { device, why: null, remedy: '' }
  const why = await whyNot(device)
  if (why === null) return { device, why, remedy: '' }
  return { device: 'cpu', why: `${device} cannot be used, and models run on the processor: ${why.split('\n')[0]}`, remedy: REMEDIES[device] ?? '' }
}
