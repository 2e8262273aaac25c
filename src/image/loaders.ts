/**
 * The native decoder, configured once for the process. libvips would open anything it has a loader
 * for, and some of those (ImageMagick, PDF, its own memory-mapped format) are no business of a
 * crawler: every loader is blocked, then the ones wanted are let through. Ultra-HDR's stays
 * blocked, so that such files are read as the plain JPEGs they also are.
 */
import sharp from 'sharp'

// One thread a picture: the vision process has several pictures in flight, and a cache of
// operations never pays off on a stream of pictures that are each seen once.
sharp.concurrency(1)
sharp.cache(false)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif', 'Svg'].map((name) => `VipsForeignLoad${name}`),
})

export { sharp }

/** Whether HEIC can be read: the decoder as it comes has no HEVC, one that was built against the system's may. */
export const READS_HEIC = (sharp.format.heif.input.fileSuffix ?? []).includes('.heic')

export const READABLE = `jpeg, png, webp, gif, tiff, avif, ${READS_HEIC ? 'heic, ' : ''}bmp, ico, cur and svg`
