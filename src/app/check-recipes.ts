/** Runs the examples of recipes; the pages they name are files beside them. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { GannetError } from '../core/errors.ts'
import { checkExamples, type ExampleResult } from '../page/index.ts'
import { loadRecipe } from './load-recipes.ts'

export interface RecipeCheck {
  readonly file: string
  readonly recipe: string
  /** Every example holds, and there is one. */
  readonly ok: boolean
  readonly examples: readonly ExampleResult[]
}

/**
 * @param paths recipes' YAML files
 * @throws GannetError recipe-invalid; usage when a recipe or an example's page cannot be read
 */
export const checkRecipes = async (paths: readonly string[]): Promise<readonly RecipeCheck[]> => {
  const checks: RecipeCheck[] = []
  for (const file of paths) {
    const recipe = await loadRecipe(file)
    const examples = await checkExamples(recipe, (page) =>
      readFile(resolve(dirname(file), page)).catch((cause: Error) => {
        throw new GannetError('usage', `${file}: the page ${page} of its example cannot be read: ${cause.message}`, { cause })
      }))
    checks.push({ file, recipe: recipe.name, ok: examples.length > 0 && examples.every(({ ok }) => ok), examples })
  }
  return checks
}
