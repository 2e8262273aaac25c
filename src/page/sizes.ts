/** The `sizes` attribute ("parse a sizes attribute" of the HTML standard): how wide the picture will be shown. */
import { sourceSizePx } from './css-length.ts'
import { cssValues, splitAtCommas, trimSpace } from './css-tokens.ts'
import { mediaConditionHolds, type MediaContext } from './media-condition.ts'

/** Longest attribute read, in UTF-16 units; a longer one is as good as none. */
const MAX_LENGTH = 65_536

/**
 * Width the picture takes, in CSS pixels; 100vw when the attribute says nothing valid.
 * `auto` needs a layout, which there is none of here, so it is passed over.
 */
export const sourceSize = (sizes: string, context: MediaContext): number => {
  if (sizes.length <= MAX_LENGTH) {
    for (const part of splitAtCommas(cssValues(sizes))) {
      const values = trimSpace(part)
      const size = sourceSizePx(values.at(-1), context)
      if (size === null) continue
      const condition = values.slice(0, -1)
      if (condition.length === 0 || mediaConditionHolds(condition, context) === true) return size
    }
  }
  return context.width
}
