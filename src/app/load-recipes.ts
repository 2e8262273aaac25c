/** Recipes as a user gives them, paths of YAML files or objects, to recipes that are known to be right. */
import { readFile, stat } from 'node:fs/promises'
import { GannetError } from '../core/errors.ts'
import { compileRecipe, parseRecipe, type Recipe } from '../page/index.ts'

/** Larger than any recipe that is read; a wrong path may lead to anything. */
const MAX_FILE = 4_000_000

/** Recipes, or paths of their YAML files; the first that matches a page reads it. */
export type RecipeChoice = string | Recipe | readonly (string | Recipe)[]

/** @throws GannetError recipe-invalid, with the line of each mistake; usage when the file cannot be read */
export const loadRecipe = async (path: string): Promise<Recipe> => {
  try {
    if ((await stat(path)).size > MAX_FILE) throw new GannetError('recipe-invalid', `${path}: is too large for a recipe; put the pages of its examples in files`)
    return parseRecipe((await readFile(path, 'utf8')).replace(/^\ufeff/, ''), path)
  } catch (cause) {
    if (GannetError.is(cause)) throw cause
    throw new GannetError('usage', `the recipe ${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

export const loadRecipes = async (choice: RecipeChoice | undefined): Promise<readonly Recipe[]> => {
  const choices: readonly (string | Recipe)[] = choice === undefined ? [] : typeof choice === 'string' || !Array.isArray(choice) ? [choice as string | Recipe] : (choice as readonly (string | Recipe)[])
  const recipes = await Promise.all(choices.map((one) => (typeof one === 'string' ? loadRecipe(one) : one)))
  // An object, too, is to fail here and not on the first page.
  for (const recipe of recipes) compileRecipe(recipe)
  return recipes
}
