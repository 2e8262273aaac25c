/**
 * What a picture is, as data: a plan holds recipes, the studio holds bytes. Equal recipes are equal bytes,
 * which is all there is to an exact duplicate.
 */
import type { SizeRange } from './encode.ts'

export interface Side {
  readonly width: number
  readonly height: number
}

/** A picture with a subject: drawn from a seed at its own size, or a real photograph from a folder. */
export type Subject =
  | { readonly kind: 'scene'; readonly seed: string; readonly size: Side }
  | { readonly kind: 'file'; readonly path: string }

/** `resized` and `reencoded` keep every pixel's place; `cropped` and `bordered` move them a little. */
export type NearWay = 'resized' | 'reencoded' | 'cropped' | 'bordered'
export const NEAR_WAYS: readonly NearWay[] = ['resized', 'reencoded', 'cropped', 'bordered']

export type Recipe =
  | Subject
  | { readonly kind: 'near'; readonly of: Subject; readonly how: NearWay }
  | { readonly kind: 'blurry'; readonly of: Subject }
  | { readonly kind: 'blank'; readonly seed: string }
  | { readonly kind: 'banner'; readonly seed: string }
  | { readonly kind: 'icon'; readonly seed: string }
  | { readonly kind: 'tiny' }

/** How one recipe is to be made: the pixels and bytes of both renditions. */
export interface Commission {
  readonly recipe: Recipe
  readonly full: Side
  /** The same as `full` where there is only one rendition. */
  readonly thumb: Side
  readonly fullBytes: SizeRange
  readonly thumbBytes: SizeRange
}
