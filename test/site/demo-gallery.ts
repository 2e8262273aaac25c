/**
 * The gallery of the demo, always the same: 500 candidates of which 140 are worth having. All of its junk can
 * be told by cheap looks and hashes, so that the demo says something true on a machine without any model.
 */
import { planGallery, type GalleryPlan } from './gallery.ts'
import type { MarkupStyle } from './markup.ts'

/** Each states the size of the full picture, so that a near duplicate is known to be no better copy. */
const STATING: readonly MarkupStyle[] = ['linked', 'srcset', 'picture', 'lazy', 'noscript', 'figure']

export const DEMO_PICTURES = 500
export const DEMO_WORTH = 140

export const demoGallery = (): GalleryPlan =>
  planGallery({
    seed: 20_260,
    pictures: DEMO_PICTURES,
    worth: DEMO_WORTH,
    junk: { banner: 90, blank: 70, blurry: 80, exact: 45, near: 45, icon: 30, tiny: 0 },
    picturesPerPage: 25,
    styles: STATING,
  })
