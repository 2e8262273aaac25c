/** The recipes in the documentation do what it says: each is loaded, and its examples are run. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { checkExamples } from './check-examples.ts'
import { parseRecipe } from './parse-recipe.ts'

const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/recipes.md'), 'utf8')
const recipes = [...docs.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => text as string)

it('three are shown', () => expect(recipes).toHaveLength(3))

it.each(recipes.map((text) => [/name: (.*)/.exec(text)?.[1], text]))('%s', async (_name, text) => {
  const results = await checkExamples(parseRecipe(text as string, 'docs/recipes.md'), async () => '')
  expect(results.flatMap(({ differences, problems }) => [...differences, ...problems])).toEqual([])
  expect(results.length).toBeGreaterThan(0)
})
