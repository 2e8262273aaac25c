/** A picture that is drawn: its size in pixels and what stands in its SVG. */
import type { Dice } from './dice.ts'

export interface Drawn {
  readonly width: number
  readonly height: number
  readonly body: string
}

/** Of photographs, as data addresses: what adverts and pages show. At least one. */
export type PhotoSupply = (dice: Dice) => string

export type Drawing = (dice: Dice, photo: PhotoSupply) => Drawn
