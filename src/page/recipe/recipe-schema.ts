/**
 * The form of a recipe, checked whole before any page is read: selectors, XPath, patterns, date formats and
 * templates are tried out here, so that a mistake is told with its place in the file and not met as an empty page.
 */
import { z } from 'zod'
import { WORDS, type Recipe, type RecipeTransform, type RecipeValue } from './recipe.ts'
import { compileCss, compileXPath, partsOf } from './selector.ts'
import { DATE_NEEDS, dateReader } from './date-format.ts'
import { namesIn } from './template.ts'
import { compileTransform, NAMED_TRANSFORMS } from './transforms.ts'

const MAX_TEXT = 4000
const MAX_NAMES = 100
const MAX_STEPS = 20

const text = () => z.string().min(1).max(MAX_TEXT)
const say = (context: z.RefinementCtx, message: string, path: readonly (string | number)[] = []): void =>
  context.addIssue({ code: 'custom', message, path: [...path] })

/** Tries something out; what it throws becomes the issue. */
const attempt = (context: z.RefinementCtx, path: readonly string[], work: () => unknown): void => {
  try {
    work()
  } catch (error) {
    say(context, (error as Error).message, path)
  }
}

const checkSelector = (context: z.RefinementCtx, { css, xpath }: { css?: string | undefined; xpath?: string | undefined }, inPlace: boolean): void => {
  if (css !== undefined) attempt(context, inPlace ? [] : ['css'], () => compileCss(css))
  if (xpath !== undefined) attempt(context, inPlace ? [] : ['xpath'], () => compileXPath(xpath))
}

/** Text, or a sentence that says which. */
const needed = (what: string, max: number) => z.string(`${what} is needed`).min(1, `${what} is needed`).max(max)

const pattern = needed('a regular expression', 1000)
const flags = z.string().regex(/^[gimsu]{0,5}$/, 'flags are of g i m s u')

const FORMAT_NEEDED = 'a format like D MMMM YYYY, or { format, locale, zone },'
const date = z.strictObject({ format: needed('a format like D MMMM YYYY', 100), locale: text().max(35).optional(), zone: text().max(10).optional() })

const DECIMAL_NEEDED = 'what parts the decimals is needed: { decimal: "." } or { decimal: "," }'
const MAP_NEEDED = 'words and what each becomes are needed: { from: to }'
const GROUP = 'the number or the name of a group'

const transformPart = z.union([
  z.enum(NAMED_TRANSFORMS, `one of ${NAMED_TRANSFORMS.join(', ')} is needed, or one of regex, match, number, date, template, map with its value`),
  z.strictObject({ regex: z.tuple([pattern, z.string().max(MAX_TEXT), flags.optional()], 'a pattern and what replaces it are needed: [pattern, replacement]') }),
  z.strictObject({ match: pattern, group: z.union([z.int(`${GROUP} is needed`).min(0).max(99), needed(GROUP, 100)]).optional(), flags: flags.optional() }),
  z.strictObject({ number: z.strictObject({ decimal: z.enum(['.', ','], DECIMAL_NEEDED) }, DECIMAL_NEEDED) }),
  z.strictObject({ date: z.union([needed(FORMAT_NEEDED, 100), date]) }),
  z.strictObject({ template: needed('text with {names} in it', MAX_TEXT) }),
  z.strictObject({ map: z.record(z.string().max(200), z.union([z.string(MAP_NEEDED).max(MAX_TEXT), z.number()]), MAP_NEEDED) }),
])

const transform = transformPart.superRefine((value, context) => {
  if (typeof value === 'string') return
  if ('date' in value) {
    const read = dateReader((typeof value.date === 'string' ? { format: value.date } : value.date) as Parameters<typeof dateReader>[0])
    if (read === null) say(context, `${DATE_NEEDS}; a locale is written like de, a zone like +02:00`, ['date'])
  } else attempt(context, [Object.keys(value)[0] as string], () => compileTransform(value as RecipeTransform))
})

const transforms = z.union([z.array(transform).max(MAX_STEPS), transform])
const templatesOf = (given: unknown): string[] =>
  (Array.isArray(given) ? given : [given]).flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'template' in one && typeof one.template === 'string' ? [one.template] : [])

const valueObject = z
  .strictObject({
    css: text().optional(),
    xpath: text().optional(),
    attribute: text().max(100).optional(),
    all: z.boolean().optional(),
    join: z.string().max(100).optional(),
    from: z.enum(['item', 'page']).optional(),
    default: z.union([z.string().max(MAX_TEXT), z.number()]).optional(),
    transform: transforms.optional(),
  })
  .superRefine((value, context) => {
    checkSelector(context, value, false)
    const { css, xpath } = value
    if (css !== undefined && xpath !== undefined) say(context, 'css and xpath cannot both be given', ['xpath'])
    if (css !== undefined || xpath !== undefined) return
    const templates = templatesOf(value.transform)
    if (value.default === undefined && templates.length === 0) say(context, 'css, xpath, default or a template is needed')
    else if (value.default === undefined && namesIn(templates[0] ?? '').includes('value')) say(context, '{value} is what css or xpath finds, and neither is given', ['transform'])
  })

const shortValue = text().superRefine((short, context) => checkSelector(context, partsOf(short), true))
const oneValue = z.union([shortValue, valueObject])
const value = z.union([oneValue, z.array(oneValue).max(20)])

const NAME = /^[A-Za-z][\w-]{0,63}$/
const named = <Of extends z.ZodType>(of: Of) =>
  z.record(z.string().regex(NAME, 'a name has letters, digits, - and _, and begins with a letter'), of)
    .refine((record) => Object.keys(record).length <= MAX_NAMES, `at most ${MAX_NAMES} names are possible`)

const scalar = z.union([z.string(), z.number(), z.null()])
const exampleItem = z.strictObject({
  thumbnail: scalar.optional(),
  full: scalar.optional(),
  ...(Object.fromEntries(WORDS.map((word) => [word, scalar.optional()])) as Record<(typeof WORDS)[number], z.ZodOptional<typeof scalar>>),
  fields: z.record(z.string(), scalar).optional(),
})

const example = z
  .strictObject({
    name: text().max(200).optional(),
    url: z.url({ protocol: /^https?$/, error: 'an http(s) address is needed' }),
    html: z.string().optional(),
    file: text().optional(),
    items: z.array(exampleItem).max(10_000),
    next: z.union([z.string(), z.null()]).optional(),
    links: z.array(z.string()).optional(),
  })
  .refine(({ html, file }) => (html === undefined) !== (file === undefined), 'one of html and file is needed')

const values = Object.fromEntries(WORDS.map((word) => [word, value.optional()])) as Record<(typeof WORDS)[number], z.ZodOptional<typeof value>>

const itemSelector = z.union([
  text().superRefine((short, context) => {
    const parts = partsOf(short)
    if (parts.attribute !== undefined) say(context, 'an item is an element, not an attribute')
    else checkSelector(context, parts, true)
  }),
  z.strictObject({ css: text() }).superRefine((parts, context) => checkSelector(context, parts, false)),
  z.strictObject({ xpath: text() }).superRefine((parts, context) => checkSelector(context, parts, false)),
])

/** The parts of a value, whichever form it has. */
export const alternativesOf = (given: RecipeValue): readonly Exclude<RecipeValue, string | readonly unknown[]>[] =>
  (Array.isArray(given) ? (given as readonly (string | object)[]) : [given as string | object])
    .map((one) => (typeof one === 'string' ? partsOf(one) : one))

/** Every name of a recipe that a template may ask for, with its value. */
export const namedValues = (recipe: Recipe): ReadonlyMap<string, RecipeValue> => {
  const found = new Map<string, RecipeValue>(Object.entries({ ...recipe.let, ...recipe.fields }))
  for (const name of ['thumbnail', 'full', ...WORDS] as const) {
    const given = recipe[name]
    if (given !== undefined) found.set(name, given)
  }
  return found
}

/** Names that the templates of a value ask for. */
const needs = (given: RecipeValue): string[] =>
  alternativesOf(given).flatMap(({ transform: steps }) => templatesOf(steps).flatMap(namesIn)).filter((name) => name !== 'value' && name !== 'url')

/** Finds a name that comes back to itself; the number of names is bounded. */
const circleFrom = (start: string, all: ReadonlyMap<string, RecipeValue>): boolean => {
  const seen = new Set<string>()
  const open = [start]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const given = all.get(name)
    if (given === undefined) continue
    for (const needed of needs(given)) {
      if (needed === start) return true
      if (!seen.has(needed)) {
        seen.add(needed)
        open.push(needed)
      }
    }
  }
  return false
}

const checkNames = (recipe: Recipe, context: z.RefinementCtx): void => {
  if (recipe.thumbnail === undefined && recipe.full === undefined) say(context, 'thumbnail or full is needed: without either there is no picture')
  const taken = new Set<string>(['thumbnail', 'full', 'value', 'url', ...WORDS])
  for (const part of ['let', 'fields'] as const) {
    for (const name of Object.keys(recipe[part] ?? {})) {
      if (taken.has(name)) say(context, `${name} is already the name of something else`, [part, name])
      taken.add(name)
    }
  }
  const all = namedValues(recipe)
  const places: [path: readonly (string | number)[], given: RecipeValue][] = [...all].map(([name, given]) => [
    recipe.let?.[name] === given ? ['let', name] : recipe.fields?.[name] === given ? ['fields', name] : [name], given,
  ])
  if (recipe.next !== undefined) places.push([['next'], recipe.next])
  if (recipe.links !== undefined) places.push([['links'], recipe.links])
  for (const [path, given] of places) {
    const unknown = needs(given).find((name) => !all.has(name))
    if (unknown !== undefined) say(context, `the template asks for {${unknown}}, and nothing has that name; there are ${['value', 'url', ...all.keys()].join(', ')}`, path)
    else if (circleFrom(String(path.at(-1)), all) && path[0] !== 'next' && path[0] !== 'links') say(context, `${String(path.at(-1))} needs itself to be filled in`, path)
  }
}

export const recipeSchema = z
  .strictObject({
    name: text().max(200),
    match: z.union([text().max(1000), z.array(text().max(1000)).min(1).max(100)]).optional(),
    also: z.enum(['general']).optional(),
    item: itemSelector.optional(),
    let: named(value).optional(),
    thumbnail: value.optional(),
    full: value.optional(),
    ...values,
    fields: named(value).optional(),
    next: value.optional(),
    links: value.optional(),
    examples: z.array(example).max(1000).optional(),
  })
  .superRefine((recipe, context) => checkNames(recipe as Recipe, context))
