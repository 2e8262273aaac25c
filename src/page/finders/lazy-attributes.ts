/**
 * Where pages keep the real address while `src` holds a stand-in, and where galleries keep a larger
 * file for a closer look. One table of the attributes that lazy loaders, zooms, lightboxes and shop
 * themes are known to use; a new library is a new line.
 */
import type { Element } from 'domhandler'
import type { Page } from '../page.ts'
import { filePixels, renditionAt, renditionsOf } from '../page-address.ts'
import { looksLikeAddress, looksLikePicture } from '../picture-url.ts'
import type { Rendition } from '../rendition.ts'

interface LazyAttribute {
  /** `main`: shown in place of `src`; `full`: a larger file; `-set`: the value is a srcset. */
  readonly means: 'main' | 'full' | 'main-set' | 'full-set'
  /** The name is used for other things too: the value must look like a picture's address. */
  readonly vague?: true
  readonly density?: number
  /** Attributes with the file's size, in pixels. */
  readonly size?: readonly [width: string, height: string]
}

const table = (means: LazyAttribute['means'], names: string, rest: Omit<LazyAttribute, 'means'> = {}) =>
  names.split(' ').map((name): [string, LazyAttribute] => [name, { means, ...rest }])

const ATTRIBUTES: ReadonlyMap<string, LazyAttribute> = new Map([
  // lazysizes, lozad, vanilla-lazyload, jQuery Lazy, Unveil, Echo, bLazy, Layzr, WP Rocket, a3, Smush, Jetpack, EWWW
  ...table('main', 'data-src data-lazy-src data-original data-lazy data-echo data-normal data-lazyload data-lazyload-src'),
  ...table('main', 'data-lzl-src data-ll-src data-wpfc-original-src data-orig-src data-original-src data-ezsrc data-cfsrc'),
  ...table('main', 'data-delayed-url data-img-src data-img-url data-image-src data-imgsrc data-actualsrc data-srcurl'),
  ...table('main', 'data-defer-src data-deferred data-async-src data-flickity-lazyload data-splide-lazy data-runner-src'),
  ...table('main', 'data-pagespeed-lazy-src data-pagespeed-high-res-src data-brsrc data-breeze data-litespeed-src lazysrc lazy-src'),
  ...table('main', 'data-url data-image data-img data-source data-file data-href data-link', { vague: true }),
  ...table('main-set', 'data-srcset data-lazy-srcset data-lazy-set data-src-set data-ll-srcset data-ezsrcset data-orig-srcset'),
  ...table('main-set', 'data-flickity-lazyload-srcset data-splide-lazy-srcset data-cfsrcset data-breeze-srcset data-litespeed-srcset'),
  ...table('main-set', 'data-original-set data-brsrcset data-wpfc-original-srcset data-responsive'),
  // retina.js and its kin
  ...table('main', 'data-at2x data-2x data-src-2x data-src-retina data-retina data-src-hdpi data-rjs', { vague: true, density: 2 }),
  // zooms, lightboxes, shops and content systems
  ...table('full', 'data-full-src data-full-url data-full-image data-fullsrc data-full-size-src data-hi-res-src data-hires'),
  ...table('full', 'data-high-res-src data-highres data-old-hires data-zoom-src data-zoom-image data-large-src data-large-file'),
  ...table('full', 'data-orig-file data-magnify-src data-mfp-src data-pswp-src data-lightbox-src data-big data-max-src'),
  ...table('full', 'data-large_image', { size: ['data-large_image_width', 'data-large_image_height'] }),
  ...table('full', 'data-full data-fullsize data-large data-zoom data-xlarge data-original-image data-pin-media', { vague: true }),
  ...table('full', 'data-bigimg data-big-src data-bigsrc data-popup data-lightbox data-enlarge data-master', { vague: true }),
  ...table('full-set', 'data-pswp-srcset data-full-srcset data-zoom-srcset'),
])

/** `//x/pic_{width}x.jpg` with `data-widths="[180, 360, 720]"`, a shop theme's way. */
const fillTemplate = (page: Page, template: string, widths: string | undefined): Rendition[] => {
  const numbers = widths?.length !== undefined && widths.length < 1000 ? (widths.match(/\d{2,4}/g) ?? []) : []
  return numbers.flatMap((width) => {
    const url = template.replace(/\{width\}/gi, width)
    return renditionAt(page, url, { role: 'main', via: 'lazy', width: Number(width) }) ?? []
  })
}

/** The renditions an element's own attributes name besides `src` and `srcset`. */
export const lazyRenditions = (page: Page, element: Element): Rendition[] => {
  const { attribs } = element
  const renditions: Rendition[] = []
  for (const name in attribs) {
    const lazy = ATTRIBUTES.get(name)
    const value = lazy === undefined ? undefined : attribs[name]
    if (lazy === undefined || value === undefined || value === '') continue
    const role = lazy.means.startsWith('full') ? 'full' : 'main'
    if (lazy.means.endsWith('-set')) {
      renditions.push(...renditionsOf(page, value, { role, via: 'lazy' }))
    } else if (/\{width\}/i.test(value.slice(0, 2000))) {
      renditions.push(...fillTemplate(page, value, attribs['data-widths']))
    } else if (lazy.vague === true ? looksLikePicture(value) : looksLikeAddress(value)) {
      const width = filePixels(lazy.size && attribs[lazy.size[0]])
      const height = filePixels(lazy.size && attribs[lazy.size[1]])
      const rendition = renditionAt(page, value, { role, via: 'lazy', width, height, density: lazy.density ?? null })
      if (rendition !== null) renditions.push(rendition)
    }
  }
  return renditions
}
