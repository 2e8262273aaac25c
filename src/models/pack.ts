/**
 * A pack is a model with all that is needed to use it rightly: files with checksums, the recipe
 * of its input, the head that reads its output, labels and thresholds. Shipped manifests lie in
 * `packs/`; the weights are the user's (`--models-dir`, GANNET_MODELS).
 */
import type { Sha256, Space } from '../core/ids.ts'
import type { Box, Label, StoredVector } from '../store/asset.ts'

/** Of the weights and of what is computed with them. */
export type Precision = 'fp32' | 'int8'

/** In the order in which findings are told. Those from `faces` on are looked for only where something asks for them: they cost time. */
export const PACK_TASKS = ['detect', 'embed', 'classify', 'faces', 'text', 'unsafe'] as const
export type PackTask = (typeof PACK_TASKS)[number]

/** How a picture becomes the model's tensor, always float32 NCHW. */
export interface InputRecipe {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly colour: 'RGB' | 'BGR'
  /** Each channel: `(level × scale) − mean`, level 0 to 255; one value for all, or one each for red, green and blue. */
  readonly scale: PerChannel
  readonly mean: PerChannel
  /**
   * `letterbox`: fits inside, picture at the top left (or, `centred`, in the middle), the rest `pad`.
   * `crop`: the short side becomes `resizeShort`, then the centre is cut out.
   * `stretch`: the whole picture fills the input, whatever its shape.
   */
  readonly fit:
    | { readonly kind: 'letterbox'; readonly pad: number; readonly centred?: boolean }
    | { readonly kind: 'crop'; readonly resizeShort: number }
    | { readonly kind: 'stretch' }
  /** A second input, int64 [N, 2], of widths and heights that boxes are to be told in; it is given the size of the input. */
  readonly sizes?: string
  /**
   * Whether it is made from the picture at up to 1,024 pixels a side, as the authors' own preprocessing would, and not from the
   * working picture of 512, and in whole levels as Pillow resizes. Decoding and resizing cost about twice as much then.
   */
  readonly fine?: boolean
  /** Fixed batch axis of the file, or null when any batch will do. */
  readonly batch: number | null
}

export type PerChannel = number | readonly [number, number, number]

interface Suppressing {
  /** Intersection over union above which the weaker of two boxes of a class is dropped. */
  readonly nms: number
}
/** Raw output of the network, one row of `5 + classes` an anchor; boxes are told by cell and stride. */
export interface YoloxHead extends Suppressing {
  readonly kind: 'yolox'
  readonly output: string
  readonly strides: readonly number[]
}
/** Centre, size and objectness in pixels of the input, one row of `5 + classes` an anchor. */
export interface Yolov5Head extends Suppressing {
  readonly kind: 'yolov5'
  readonly output: string
}
/** Centre and size in pixels of the input, classes without objectness, one column of `4 + classes` an anchor: YOLOv8 to YOLO11. */
export interface Yolov8Head extends Suppressing {
  readonly kind: 'yolov8'
  readonly output: string
}
/** A set of boxes that needs no suppression: RT-DETR, D-FINE, DEIM, and RF-DETR with its class scores. */
export interface DetrHead {
  readonly kind: 'detr'
  /** Four values a box. */
  readonly boxes: string
  /** `corners`: left, top, right, bottom in pixels of the input; `centre`: centre and size as shares of it. */
  readonly form: 'corners' | 'centre'
  /** One score a box beside `classes`, or, without that, one logit a box and label. */
  readonly scores: string
  /** Class numbers, one a box. */
  readonly classes?: string
}
export type DetectHead = YoloxHead | Yolov5Head | Yolov8Head | DetrHead
export interface ClassifyHead {
  readonly kind: 'softmax'
  readonly output: string
  /** Outputs before the first label (a background class). */
  readonly offset: number
  /** Labels reported for a picture, at most. */
  readonly top: number
}
export interface EmbedHead {
  readonly kind: 'features'
  /** An output of the file, or any tensor inside its graph (`resnetv24_pool1_fwd` of ResNet50). */
  readonly output: string
  readonly dimension: number
}

/** Faces by cell and stride: the outputs `cls_8`, `obj_8`, `bbox_8` of each stride. */
export interface FacesHead extends Suppressing {
  readonly kind: 'yunet'
  readonly strides: readonly number[]
}
/** A map of how probably each pixel of the input lies within a line of text. */
export interface TextHead {
  readonly kind: 'probability-map'
  readonly output: string
  /** Probability from which a pixel counts. */
  readonly threshold: number
}

export interface Manifest {
  readonly id: string
  readonly title: string
  readonly tasks: readonly PackTask[]
  readonly file: string
  readonly sha256: Sha256
  readonly bytes: number
  readonly licence: string
  readonly source: string
  /** Where its file can be had: by its address, or as a file of a hub's repository. Absent where nobody offers it. */
  readonly from?: { readonly url: string } | { readonly hub: string; readonly path: string; readonly revision: string }
  /** Default fp32. */
  readonly precision?: Precision
  /** Id of the pack that it was made from. */
  readonly variantOf?: string
  readonly input: InputRecipe
  readonly detect?: DetectHead
  readonly classify?: ClassifyHead
  readonly embed?: EmbedHead
  readonly faces?: FacesHead
  readonly text?: TextHead
  readonly unsafe?: ClassifyHead
  /** Label set, by name: `coco-80`, `imagenet-1000` or `nsfwjs-5`. */
  readonly labels?: string
  readonly thresholds: {
    /** Cosine from which two pictures may be copies; proposed, then confirmed on pixels. */
    readonly copyAt?: number
    /** Cosine from which two pictures show the same thing. */
    readonly similarAt?: number
  }
}

/** A manifest whose weights were found and match their checksum. */
export interface Pack {
  readonly manifest: Manifest
  readonly path: string
  /** Present when the pack embeds. `pack` in it carries the head of the checksum: other weights, other space. */
  readonly space: Space | null
}

/** Which pack serves each task; null, or absent where nothing asks for it, means that the task is off. */
export interface PackChoice {
  readonly detect: Pack | null
  readonly embed: Pack | null
  readonly classify: Pack | null
  readonly faces?: Pack | null
  readonly text?: Pack | null
  readonly unsafe?: Pack | null
}

export const NO_PACKS: PackChoice = { detect: null, embed: null, classify: null }

/** What the models say of one picture. Boxes in pixels of the oriented original. */
export interface Sight {
  /** Faces and lines of text among them, by the names `face` and `text`. */
  readonly boxes: readonly Box[]
  readonly labels: readonly Label[]
  readonly vectors: readonly StoredVector[]
  /** Share of the picture that lines of text cover, 0 to 1; absent where no pack looked for them. */
  readonly textShare?: number
  /** Every class of the pack that looks for unsafe content, strongest first; absent where none looked. */
  readonly unsafe?: readonly Label[]
  /** Ids of the packs that looked, by task; absent where none did. Without it, an absent box is no evidence that nothing is there. */
  readonly by?: { readonly [Task in PackTask]?: string }
}
