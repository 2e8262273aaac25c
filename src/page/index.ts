/** The page room: HTML to candidates and links. Pure; nothing here fetches or remembers. */
export type { Candidate, CandidateVia, Fields, PageReading, PageRelations } from './candidate.ts'
export { canonicalUrl } from './canonical-url.ts'
export { inspectHtml, readPage, type ReadPageOptions } from './read-page.ts'
export { checkExamples, type Difference, type ExampleResult } from './recipe/check-examples.ts'
export { parseRecipe } from './recipe/parse-recipe.ts'
export { compileRecipe, recipeFor } from './recipe/compile-recipe.ts'
export type { Recipe, RecipeExample, RecipeItem, RecipeTransform, RecipeValue, RecipeValueParts } from './recipe/recipe.ts'
export { selectSource, type SourceQuestion } from './select-source.ts'
