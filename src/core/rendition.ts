/**
 * A processed copy of a picture as it is asked for: plain values, which travel from the data interface to the vision
 * process that makes it. The order is always crop, then scale, then encode.
 */
export interface Crop {
  /** Of its top left corner, in pixels of the oriented original. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Rendition {
  readonly name: string
  /** Null for the whole picture. A crop that does not lie within the picture leaves this rendition unmade. */
  readonly crop: Crop | null
  /** Pixels; where one is null it follows from the other and the shape of the picture, where both are nothing is scaled. */
  readonly width: number | null
  readonly height: number | null
  /**
   * What both sides mean together. `inside`: no larger than either, and never larger than the picture was. `cover` and
   * `contain` are exactly of that size, enlarged where they must be: the one filled by the middle of the picture, the
   * other holding all of it on white, or on nothing where the format can say so. With one side alone all mean `inside`.
   */
  readonly fit: 'cover' | 'contain' | 'inside'
  readonly format: 'jpeg' | 'png' | 'webp' | 'avif'
  /** 1 to 100; null for the format's own default (jpeg and webp 80, avif 50). PNG loses nothing, and has none. */
  readonly quality: number | null
}

/** As it is made: what a policy keeps from being recognised in it is no part of what was asked for, nor of its key. */
export interface VeiledRendition extends Rendition {
  /** In pixels of the oriented original; what of them lies outside it is left out. */
  readonly veils?: readonly Crop[]
}

/** The same for two that ask for the same under one name. */
export const renditionKey = ({ name, crop, width, height, fit, format, quality }: Rendition): string =>
  JSON.stringify([name, crop && [crop.x, crop.y, crop.width, crop.height], width, height, fit, format, quality])
