/** A resizer's list of wishes in the spellings in use: `w_300,h_200`, `width=300`, `rs:fit:300:200`, `/resize/300x200`. */
import { noteSize, type Draft } from './draft.ts'

const WIDTH = /(?:^|[,/;&])(?:w|width|rw)[-_=:](\d{1,5})/
const HEIGHT = /(?:^|[,/;&])(?:h|height|rh)[-_=:](\d{1,5})/
const BOTH = /(?:^|[,/;&])(?:s|size|rs|resize|preview|scale_crop|smart_resize)[-_=:/](?:[a-z]{1,10}:)?(\d{0,5})[x:](\d{0,5})/
const FILLS =
  /(?:^|[,/;&])(?:c_(?:fill|crop|thumb|lfill|auto)|(?:fit|resizing_type|rt|rs|resize)[-_=:](?:crop|cover|fill|auto)|f_cover|c-maintain|cm-extract|fo-|scale_crop|crop\/)/
const MAX_LENGTH = 400

export const readWishes = (draft: Draft, wishes: string): void => {
  const text = wishes.slice(0, MAX_LENGTH)
  const both = BOTH.exec(text)
  noteSize(draft, WIDTH.exec(text)?.[1] ?? both?.[1], HEIGHT.exec(text)?.[1] ?? both?.[2], FILLS.test(text) ? 'crop' : 'within')
}
