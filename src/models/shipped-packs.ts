/**
 * The packs gannet knows by heart, the preferred one of each task first. Only the manifests are
 * shipped; the weights are fetched by the user and recognised by their checksum.
 *
 * How mobilenetv2's thresholds were chosen, on plain L2-normalised features: of 499,500 pairs of
 * photographs of different ImageNet classes, 1.8e-5 reach .65 and none .75. Crops, frames, mirrors and overlays
 * stay above .65; .55 is for the half of a collage, whose median is .6: a proposal, of which the nearest six are
 * confirmed on pixels. At .8, 99.3 % of 719,400 Caltech-101 pairs that match show one class (2 % of such pairs are
 * found), at .75 96.6 % (5 %): precise and forgetful, as a link between two pictures should be.
 */
import deimv2Atto from './packs/deimv2-atto.json' with { type: 'json' }
import deimv2Femto from './packs/deimv2-femto.json' with { type: 'json' }
import mobilenetv2 from './packs/mobilenetv2.json' with { type: 'json' }
import ppocrDet from './packs/ppocr-det.json' with { type: 'json' }
import unsafeMobilenetv2 from './packs/unsafe-mobilenetv2.json' with { type: 'json' }
import yoloxNanoBatch from './packs/yolox-nano-batch.json' with { type: 'json' }
import yoloxNano from './packs/yolox-nano.json' with { type: 'json' }
import yunet from './packs/yunet.json' with { type: 'json' }
import { parseManifest } from './manifest-schema.ts'
import type { Manifest } from './pack.ts'

export const shippedPacks: readonly Manifest[] = Object.freeze([
  parseManifest(yoloxNanoBatch, 'packs/yolox-nano-batch.json'),
  parseManifest(yoloxNano, 'packs/yolox-nano.json'),
  parseManifest(deimv2Femto, 'packs/deimv2-femto.json'),
  parseManifest(deimv2Atto, 'packs/deimv2-atto.json'),
  parseManifest(mobilenetv2, 'packs/mobilenetv2.json'),
  parseManifest(yunet, 'packs/yunet.json'),
  parseManifest(ppocrDet, 'packs/ppocr-det.json'),
  parseManifest(unsafeMobilenetv2, 'packs/unsafe-mobilenetv2.json'),
])
