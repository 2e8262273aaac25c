/**
 * The words by which sites name their sizes, in order of what they promise. Their pixels differ from
 * site to site, so a word only orders files of one picture among themselves.
 */
const WORDS: readonly (readonly [rank: number, words: string])[] = [
  [1, 'icon icons mini micro pico tiny xs xsmall square sq avatar'],
  [2, 'thumb thumbs thumbnail thumbnails tn th t tmb minis'],
  [3, 'small sm s preview previews teaser compact low lowres lores'],
  [4, 'medium med md mid m normal web grande card'],
  // WordPress's copy of an upload that was too large.
  [4.8, 'scaled'],
  [6, 'large lg l big zoom zoomed display detail details'],
  [7, 'xl xlarge xxl huge hd hires highres x-large extra-large'],
  [8, 'full fullsize full-size original originals orig max raw o source master fullres'],
]

/** A file without such a word: more than a medium one, less than one called large. */
export const UNNAMED_RANK = 5

const RANKS: ReadonlyMap<string, number> = new Map(WORDS.flatMap(([rank, words]) => words.split(' ').map((word): [string, number] => [word, rank])))

/** Where the word stands among the names of sizes, from 1 to 8; null when it is none. @param word in lower case */
export const sizeRank = (word: string): number | null => RANKS.get(word) ?? null
