/** Every target, in the order in which they are tried. */
import type { Target } from './target.ts'
import { guards, patterns, urls } from './targets/addresses.ts'
import { answers, codings, headers } from './targets/answers.ts'
import { bytes, data, galleries, html } from './targets/pages.ts'
import { css, robots, srcsets, times } from './targets/small-texts.ts'

export const TARGETS: readonly Target[] = [html, answers, galleries, bytes, data, srcsets, css, robots, times, urls, patterns, guards, headers, codings]
