/**
 * How a sketch lies in its bytes: 64 × 64 of luminance, then 16 × 16 of each of the two differences of colour about 128 (BT.601,
 * full range). As in a JPEG, finer in what eyes are finer in.
 */
export const SKETCH_SIDE = 64
export const SKETCH_COLOUR_SIDE = 16
export const SKETCH_CELLS = SKETCH_SIDE * SKETCH_SIDE
export const SKETCH_COLOURS = SKETCH_COLOUR_SIDE * SKETCH_COLOUR_SIDE
export const SKETCH_BYTES = SKETCH_CELLS + 2 * SKETCH_COLOURS
