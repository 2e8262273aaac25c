/** Frames of an animated PNG (APNG), which the native decoder takes for the still picture that it also is. */

const SIGNATURE = 8
/** Chunks that may stand before the picture's data; real files have a dozen. */
const MAX_CHUNKS = 1_000
const ACTL = 0x6163_544c
const IDAT = 0x4944_4154

/** @param bytes of a PNG @returns 1 for a still picture */
export const pngFrames = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = SIGNATURE
  for (let n = 0; n < MAX_CHUNKS && at + 12 <= bytes.length; n++) {
    const name = view.getUint32(at + 4)
    // The control chunk is void behind the data.
    if (name === IDAT) return 1
    if (name === ACTL) return Math.max(1, view.getUint32(at + 8))
    at += 12 + view.getUint32(at)
  }
  return 1
}
