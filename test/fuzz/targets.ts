/** Every target, in the order in which they are tried: those that take the longest first. */
import type { Target } from './target.ts'
import { guards, patterns, urls } from './targets/addresses.ts'
import { answers, codings, headers } from './targets/answers.ts'
import { feeds } from './targets/feeds.ts'
import { lists } from './targets/lists.ts'
import { bytes, data, galleries, html } from './targets/pages.ts'
import { pictures } from './targets/pictures.ts'
import { recipes } from './targets/recipes.ts'
import { css, robots, srcsets, times } from './targets/small-texts.ts'

export const TARGETS: readonly Target[] = [
  html, answers, recipes, pictures, galleries, bytes, data, feeds, lists, srcsets, css, robots, times, urls, patterns, guards, headers, codings,
]
