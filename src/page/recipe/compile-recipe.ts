/** A recipe, ready to read pages: which it is for, and how each of its values is found. Compiled once an object. */
import { checkForm } from './check-form.ts'
import { WORDS, type Recipe, type RecipeValue, type RecipeWord } from './recipe.ts'
import { namedValues } from './recipe-schema.ts'
import { compileCss, compileXPath, partsOf, type Select } from './selector.ts'
import { urlGlob } from './url-glob.ts'
import { compileValue, type CompiledValue, type Kind } from './values.ts'

export interface CompiledRecipe {
  readonly name: string
  /** Whether gannet's own finders look as well. */
  readonly alsoGeneral: boolean
  /** A page without an address (a file) may be any page. */
  matches(url: string | null): boolean
  /** Null: the page is one item. */
  readonly items: Select | null
  /** Those of `let`, of the pictures, of the words and the fields, by name. */
  readonly values: ReadonlyMap<string, CompiledValue>
  readonly fields: readonly string[]
  readonly next: CompiledValue | null
  readonly links: CompiledValue | null
}

const KINDS: Readonly<Record<RecipeWord, Kind>> = {
  title: 'words', alt: 'words', caption: 'words', category: 'words', creator: 'words', licence: 'words',
  time: 'time', width: 'number', height: 'number',
}
const kindOf = (name: string): Kind =>
  name === 'thumbnail' || name === 'full' ? 'address' : (WORDS as readonly string[]).includes(name) ? KINDS[name as RecipeWord] : 'field'

const compileItem = (item: NonNullable<Recipe['item']>): Select => {
  const { css, xpath } = typeof item === 'string' ? partsOf(item) : { css: undefined, xpath: undefined, ...item }
  return xpath === undefined ? compileCss(css ?? '') : compileXPath(xpath)
}

const compile = (recipe: Recipe): CompiledRecipe => {
  const patterns = recipe.match === undefined ? null : [recipe.match].flat().map(urlGlob)
  const maybe = (given: RecipeValue | undefined, all: boolean): CompiledValue | null =>
    given === undefined ? null : compileValue(given, 'address', all)
  return {
    name: recipe.name,
    alsoGeneral: recipe.also === 'general',
    matches: (url) => url === null || patterns === null || patterns.some((matches) => matches(url)),
    items: recipe.item === undefined ? null : compileItem(recipe.item),
    values: new Map([...namedValues(recipe)].map(([name, given]) => [name, compileValue(given, kindOf(name))])),
    fields: Object.keys(recipe.fields ?? {}),
    next: maybe(recipe.next, false),
    links: maybe(recipe.links, true),
  }
}

const compiled = new WeakMap<Recipe, CompiledRecipe>()

/**
 * @param recipe not to be changed afterwards: it is compiled once
 * @throws GannetError recipe-invalid, naming the key
 */
export const compileRecipe = (recipe: Recipe): CompiledRecipe => {
  const known = compiled.get(recipe)
  if (known !== undefined) return known
  const fresh = compile(checkForm(recipe, () => ({ words: `recipe ${typeof recipe.name === 'string' ? recipe.name.slice(0, 100) : ''}`.trim(), offset: 0 })))
  compiled.set(recipe, fresh)
  return fresh
}

/** The first of the recipes that is for this page; null when none is. */
export const recipeFor = (given: Recipe | readonly Recipe[] | undefined, url: string | null): CompiledRecipe | null => {
  if (given === undefined) return null
  const recipes = Array.isArray(given) ? (given as readonly Recipe[]) : [given as Recipe]
  return recipes.map(compileRecipe).find((recipe) => recipe.matches(url)) ?? null
}
