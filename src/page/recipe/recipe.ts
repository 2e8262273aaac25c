/**
 * A recipe tells how one site's pages are read, where the general finders would guess: which elements are
 * items, and where in each the pictures and their words stand. It is plain data, so that it can be a YAML
 * file or an object, can be checked before it is used, and can be handed to another process.
 */

/**
 * Where a value stands. Short: `h2` (CSS selector, the element's text), `a@href` (an attribute), `@href` (of the
 * item itself), `:scope` (the item's own text), `.//h2` or `xpath: count(.//li)` (XPath 3.1). A list is tried in
 * order until one gives something.
 */
export type RecipeValue = string | RecipeValueParts | readonly (string | RecipeValueParts)[]

export interface RecipeValueParts {
  /** CSS selector; searched inside the item, `:scope` is the item. One of `css` and `xpath`, or neither for a constant. */
  readonly css?: string
  /** XPath 3.1; the context is the item, names are lower-case and without namespace. */
  readonly xpath?: string
  /** Attribute to read; without one the text, or for an address what the element is for (`src`, `href`, …). */
  readonly attribute?: string
  /** All matches, not only the first (default false; true for `links`). */
  readonly all?: boolean
  /** What stands between them (default `, `). */
  readonly join?: string
  /** Where to look: in the item (default), or in the whole page. */
  readonly from?: 'item' | 'page'
  /** Taken when nothing is found; alone it is a constant. */
  readonly default?: string | number
  /** Done to each match, in order. What a step cannot read counts as not found. */
  readonly transform?: RecipeTransform | readonly RecipeTransform[]
}

export type RecipeTransform =
  | 'trim' | 'lower' | 'upper'
  /** `1,234.50 €` to 1234.5. */
  | 'number'
  /** Any form that gannet reads by itself, to ISO 8601. */
  | 'date'
  /** Resolved against the page's address. */
  | 'url'
  /** Replaces every match: pattern, replacement (`$1`), and flags of JavaScript. */
  | { readonly regex: readonly [pattern: string, replacement: string, flags?: string] }
  /** Keeps the match or one group of it (default 1 if there is one, else the whole). */
  | { readonly match: string; readonly group?: number | string; readonly flags?: string }
  /** `decimal: ','` reads `1.234,50`. */
  | { readonly number: { readonly decimal: '.' | ',' } }
  | { readonly date: string | RecipeDate }
  /** `https://h/{value}/{sku}.jpg`: `{value}`, `{url}` (the page's), and any other name of the recipe. */
  | { readonly template: string }
  /** One of many words to another; what is not listed counts as not found. */
  | { readonly map: Readonly<Record<string, string | number>> }

export interface RecipeDate {
  /** Of `YYYY YY MMMM MMM MM M DD D HH H mm ss A Z`; other letters stand for themselves. */
  readonly format: string
  /** Whose month names are meant (BCP 47, default `en`). */
  readonly locale?: string
  /** Zone of a time that names none, as `+02:00` (default UTC). */
  readonly zone?: string
}

/** The parts of an item, under the names that a template and an example use. */
export const WORDS = ['title', 'alt', 'caption', 'category', 'time', 'licence', 'creator', 'width', 'height'] as const
export type RecipeWord = (typeof WORDS)[number]

export type RecipeItem = { readonly [Name in 'thumbnail' | 'full' | RecipeWord]?: string | number | null } & {
  readonly fields?: Readonly<Record<string, string | number | null>>
}

/** A page and what the recipe is to make of it. */
export interface RecipeExample {
  readonly name?: string
  /** Address the page is read under; also what relative addresses below are resolved by. */
  readonly url: string
  readonly html?: string
  /** Path of an HTML file, relative to the recipe. */
  readonly file?: string
  /** Every item in the page's order; only the names given are compared, null means not known. */
  readonly items: readonly RecipeItem[]
  readonly next?: string | null
  /** Every link, in any order. */
  readonly links?: readonly string[]
}

export interface Recipe extends Readonly<Partial<Record<RecipeWord | 'thumbnail' | 'full' | 'next', RecipeValue>>> {
  readonly name: string
  /** Addresses of the pages it is for: `https://shop.example/list/**`. Default: every page. */
  readonly match?: string | readonly string[]
  /** `general`: gannet's own finders look as well, after the recipe. */
  readonly also?: 'general'
  /** Each element is one picture with its words. Without it the page is one item. */
  readonly item?: string | { readonly css: string } | { readonly xpath: string }
  /** Values that only templates use. */
  readonly let?: Readonly<Record<string, RecipeValue>>
  readonly fields?: Readonly<Record<string, RecipeValue>>
  /** Links to follow (default: all of the page's); an empty list follows none but `next`. */
  readonly links?: RecipeValue
  readonly examples?: readonly RecipeExample[]
}
