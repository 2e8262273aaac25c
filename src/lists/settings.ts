/** Which columns of a list say what, and what its rows are. */
import { z } from 'zod'
import { setting, shape, type ValuesOf } from '../core/config.ts'

export const LIST_FORMATS = ['txt', 'csv', 'tsv', 'jsonl', 'parquet'] as const
export type ListFormat = (typeof LIST_FORMATS)[number]

export const listSettings = {
  listFormat: setting(z.enum(['auto', ...LIST_FORMATS]).default('auto'), {
    help: `Format of the list: ${LIST_FORMATS.join(', ')}; by default what its first bytes and its name say.`, value: 'format',
  }),
  listOf: setting(z.enum(['auto', 'images', 'pages']).default('auto'), {
    help: 'What the list names: images or pages; by default rows of a table are images, and lines of text are images where their URLs end like one.',
    value: 'kind',
  }),
  urlColumn: setting(shape.maybe(), { help: 'Column of the URLs; by default the first of url, image_url, link, src, contentUrl and their like.', value: 'name' }),
  textColumn: setting(shape.maybe(), { help: "Column of the captions.", value: 'name' }),
  categoryColumn: setting(shape.maybe(), { help: 'Column of the categories.', value: 'name' }),
  hashColumn: setting(shape.maybe(), { help: 'Column of MD5, SHA-1 or SHA-256 (hex or base64) that the pictures must match.', value: 'name' }),
  thumbnailColumn: setting(shape.maybe(), { help: 'Column of the URLs of thumbnails, which are looked at before the picture is fetched.', value: 'name' }),
  pageColumn: setting(shape.maybe(), { help: 'Column of the URLs of the pages that show the pictures.', value: 'name' }),
}

export type ListSettings = ValuesOf<typeof listSettings>
