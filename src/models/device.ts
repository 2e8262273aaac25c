/**
 * Where models run. The runtime's package brings the processor everywhere and, by platform, one or two accelerators; CUDA
 * only when its install script was allowed.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Names of the runtime's execution providers. */
export const DEVICES = ['cpu', 'cuda', 'coreml', 'dml', 'webgpu'] as const
export type Device = (typeof DEVICES)[number]

const CUDA = process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so'

/** Told from the files of the package, so that nobody need load it to know. */
export const hasCuda = (): boolean => {
  try {
    const entry = createRequire(import.meta.url).resolve('onnxruntime-node')
    return existsSync(join(dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch, CUDA))
  } catch {
    // A package that is not there is told of by whoever needs it.
    return false
  }
}
