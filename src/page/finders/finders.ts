/**
 * Where pictures are looked for, in this order: what an earlier finder claimed, a later one leaves
 * alone, and what it found first keeps its words. A new kind of place is a new line here.
 */
import type { Finder } from '../page.ts'
import { findBackgrounds } from './backgrounds.ts'
import { findDataJson, findScriptJson } from './data-json.ts'
import { findEmbeddedPictures, findVideoPosters } from './embedded-pictures.ts'
import { findImageLinks } from './image-link.ts'
import { findImgElements, findNoscriptPictures } from './img-elements.ts'
import { findLinkedData } from './linked-data.ts'
import { findMetaImages } from './meta-images.ts'
import { findMicrodata } from './microdata.ts'
import { findPreloads } from './preloads.ts'
import { findSheetBackgrounds } from './sheet-backgrounds.ts'

export const FINDERS: readonly Finder[] = [
  findImgElements,
  findNoscriptPictures,
  findBackgrounds,
  findVideoPosters,
  findEmbeddedPictures,
  findDataJson,
  findScriptJson,
  findSheetBackgrounds,
  findImageLinks,
  findLinkedData,
  findMicrodata,
  findMetaImages,
  findPreloads,
]
