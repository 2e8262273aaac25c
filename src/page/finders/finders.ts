/**
 * Where pictures are looked for, in this order: what an earlier finder claimed, a later one leaves
 * alone, and what it found first keeps its words. A new kind of place is a new line here.
 */
import type { Finder } from '../page.ts'
import { findImageLinks } from './image-link.ts'
import { findImgElements, findNoscriptPictures } from './img-elements.ts'
import { findMetaImages } from './meta-images.ts'

export const FINDERS: readonly Finder[] = [
  findImgElements,
  findNoscriptPictures,
  findImageLinks,
  findMetaImages,
]
