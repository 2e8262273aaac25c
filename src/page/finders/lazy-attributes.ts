/**
 * Where pages keep the real address while `src` holds a stand-in, and where galleries keep a larger
 * file for a closer look. One table of the attributes that lazy loaders, zooms, lightboxes and shop
 * themes are known to use; a new library is a new line.
 */
import type { Element } from 'domhandler'
import type { Page } from '../page.ts'
import { addSrcset, filePixels, renditionAt, type Stated } from '../page-address.ts'
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

const WIDTH = /\{width\}/g

/** `//x/pic_{width}x.jpg` with `data-widths="[180, 360, 720]"`, a shop theme's way. */
const addTemplate = (into: Rendition[], page: Page, template: string, widths: string): void => {
  for (const width of widths.slice(0, 500).match(/\d{2,4}/g) ?? []) {
    const rendition = renditionAt(page, template.replace(WIDTH, width), 'main', 'lazy', { width: Number(width) })
    if (rendition !== null) into.push(rendition)
  }
}

const statedBy = ({ size, density }: LazyAttribute, attribs: Element['attribs'], viewportPx: number): Stated => ({
  density: density ?? null,
  width: size === undefined ? null : filePixels(attribs[size[0]]),
  height: size === undefined ? null : filePixels(attribs[size[1]]),
  viewportPx,
})

/** The renditions an element's own attributes name besides `src` and `srcset`, added to `into`. */
export const addLazy = (into: Rendition[], page: Page, { attribs }: Element, viewportPx = 0): void => {
  for (const name in attribs) {
    const lazy = ATTRIBUTES.get(name)
    if (lazy === undefined) continue
    const value = attribs[name] ?? ''
    const role = lazy.means === 'full' || lazy.means === 'full-set' ? 'full' : 'main'
    if (lazy.means === 'main-set' || lazy.means === 'full-set') {
      addSrcset(into, page, value, role, 'lazy', viewportPx)
    } else if (attribs['data-widths'] !== undefined && value.length < 2000 && value.includes('{width}')) {
      addTemplate(into, page, value, attribs['data-widths'])
    } else if (lazy.vague === true ? looksLikePicture(value) : looksLikeAddress(value)) {
      const rendition = renditionAt(page, value, role, 'lazy', statedBy(lazy, attribs, viewportPx))
      if (rendition !== null) into.push(rendition)
    }
  }
}
