/**
 * Where pages keep addresses of pictures besides `src`, `srcset` and `href`: one table of the attributes that lazy
 * loaders, zooms, lightboxes, sliders, shops and content systems are known to use; a new library is a new word in
 * it. A `data-` attribute that is not in the table is understood by the words of its name, if they leave no doubt.
 */

export interface PictureAttribute {
  /**
   * `main`: shown in place of `src`; `full`: a larger file; `thumb`: a smaller one; `background`: shown behind the
   * element's content.
   */
  readonly means: 'main' | 'full' | 'thumb' | 'background'
  /** `set`: a srcset; `parts`: several of them, `[a.jpg, large], …` or `a.jpg 400w | b.jpg [tall]`; `css`: declarations. */
  readonly form: 'address' | 'set' | 'parts' | 'css'
  /** The name is used for other things too: the value must look like a picture's address. */
  readonly vague: boolean
  readonly density: number | null
}

type Means = PictureAttribute['means']

const table = (means: Means, names: string, rest: Partial<PictureAttribute> = {}) =>
  names.split(' ').map((name): [string, PictureAttribute] => [name, { means, form: 'address', vague: false, density: null, ...rest }])
const VAGUE = { vague: true } as const
const SET = { form: 'set' } as const

const TABLE: ReadonlyMap<string, PictureAttribute> = new Map([
  // lazysizes, lozad, vanilla-lazyload, yall, tuupola, jQuery Lazy, Unveil, Echo, bLazy, Layzr, Slick, Swiper, Owl
  ...table('main', 'data-src data-lazy-src data-original data-lazy data-echo data-normal data-lazyload data-lazyload-src data-b-src'),
  ...table('main', 'data-flickity-lazyload data-flickity-lazyload-src data-splide-lazy data-layzr data-lz-src data-lazyimg data-lazy-img'),
  // WP Rocket, a3, Smush, Jetpack, EWWW, LiteSpeed, Perfmatters, ShortPixel, Optimole, Envira, FooGallery, Avada
  ...table('main', 'data-lzl-src data-ll-src data-wpfc-original-src data-orig-src data-original-src data-ezsrc data-cfsrc data-pmsrc'),
  ...table('main', 'data-spai data-spai-src data-opt-src data-envira-src data-src-fg data-litespeed-src data-breeze data-brsrc data-eio'),
  ...table('main', 'data-delayed-url data-img-src data-img-url data-image-src data-image-url data-imgsrc data-actualsrc data-srcurl'),
  ...table('main', 'data-defer-src data-deferred data-async-src data-runner-src data-ks-lazyload data-lazyload-img source-data-lazy-img'),
  ...table('main', 'data-pagespeed-lazy-src data-pagespeed-high-res-src lazysrc lazy-src ci-src ix-src data-ix-src data-blink-src'),
  ...table('main', 'data-src-img data-u-src data-croporisrc real_src x-src image-src data-default-src data-standard data-uk-src data-aload xpreview'),
  ...table('main', 'data-url data-image data-img data-source data-file data-href data-link data-web data-rjs-src', VAGUE),
  ...table('main', 'file original source _src src2 lazyload load-src', VAGUE),
  // retina.js and its kin
  ...table('main', 'data-at2x data-2x data-retina data-rjs data-envira-retina', { vague: true, density: 2 }),
  ...table('main', 'data-src-2x data-src-retina data-src-hdpi', { density: 2 }),
  ...table('main', 'data-srcset data-lazy-srcset data-lazy-set data-src-set data-ll-srcset data-ezsrcset data-orig-srcset data-srcset-fg', SET),
  ...table('main', 'data-flickity-lazyload-srcset data-splide-lazy-srcset data-cfsrcset data-breeze-srcset data-litespeed-srcset', SET),
  ...table('main', 'data-original-set data-brsrcset data-wpfc-original-srcset data-responsive data-pmsrcset data-envira-srcset', SET),
  ...table('main', 'data-image-gallery-new-image-srcset data-image-srcset data-img-srcset', SET),
  ...table('main', 'data-interchange', { form: 'parts' }),
  // Elevate Zoom, Drift, Magnify, Cloud Zoom, PhotoSwipe, Fancybox, Magnific Popup, Spotlight, NanoGallery2, shops
  ...table('full', 'data-full-src data-full-url data-full-image data-fullsrc data-full-size-src data-full-size-image-url data-hi-res-src'),
  ...table('full', 'data-hires data-high-res-src data-highres data-old-hires data-zoom-src data-zoom-image data-zoom-img data-large-src'),
  ...table('full', 'data-large-file data-large-url data-orig-file data-magnify-src data-mfp-src data-pswp-src data-photoswipe-src'),
  ...table('full', 'data-lightbox-src data-fancybox-href data-fancybox-src data-big data-max-src data-large_image data-large-image'),
  ...table('full', 'data-image-large-src data-image-gallery-zoom-image-url data-big-photo data-rsbigimg data-zoomist-src data-src-zoom-image'),
  ...table('full', 'data-full-image-href data-download-href data-download-url data-full-img data-orig data-origin data-file-url data-ngsrc zoomfile xoriginal'),
  ...table('main', 'data-image-gallery-new-image-url data-image-medium-src data-medium-file data-medium-url data-medium'),
  ...table('full', 'data-full data-fullsize data-large data-zoom data-xlarge data-original-image data-pin-media data-zoom-target', VAGUE),
  ...table('full', 'data-bigimg data-big-src data-bigsrc data-remote data-popup data-lightbox data-enlarge data-master data-viewer', VAGUE),
  ...table('full', 'data-featherlight data-lity-target data-media data-fslightbox-src data-href-full', VAGUE),
  ...table('full', 'data-pswp-srcset data-full-srcset data-zoom-srcset', SET),
  // FlexSlider, Nivo, Camera, Fotorama, lightGallery, Fancybox, NextGEN, Elementor
  ...table('thumb', 'data-thumb data-thumbnail data-thumb-src data-thumb-url data-thumbnail-src data-thumbnail-url data-ngthumb', VAGUE),
  ...table('thumb', 'data-exthumbimage data-external-thumb-image data-small data-small-src data-small-file data-preview data-lowres data-lowsrc lowsrc', VAGUE),
  // lazysizes (bgset, unveilhooks), lozad, verlok, Swiper, Owl, WP Rocket, EWWW, parallax plug-ins, page builders
  ...table('background', 'data-bg data-background data-background-image data-bg-image data-bg-img data-bg-src data-bg-url data-setbg'),
  ...table('background', 'data-lazy-bg data-lazy-background data-background-src data-background-url data-back data-vbg data-bg-hidpi'),
  ...table('background', 'data-parallax-image data-image-parallax data-vc-parallax-image data-parallax-bg data-img-bg data-pmbg'),
  ...table('background', 'background data-cover data-poster data-bg-lazy data-cmsmasters-bg data-lazy-poster', VAGUE),
  ...table('background', 'data-bgset data-bg-set data-background-image-set data-bg-multi', { form: 'parts' }),
  ...table('background', 'data-style data-lazy-style data-bg-css data-ll-style', { form: 'css' }),
])

/** Words that a name is made of, hyphens and underscores parting them. */
const FULL_WORD = /(?:^|[-_])(?:full(?:size|src|img)?|large|larger|big|hires|highres|hi-?res|high-?res|zoom|original|orig|xl|xxl|max|fullscreen)(?:$|[-_])/
const THUMB_WORD = /(?:^|[-_])(?:thumb|thumbs|thumbnail|preview|small|mini|lowres|low-?res|tiny)(?:$|[-_])/
const BACKGROUND_WORD = /(?:^|[-_])(?:bg|background|bgimage|poster|cover)(?:$|[-_])/
const MAIN_WORD = /(?:^|[-_])(?:lazy|lazyload|lazysrc|defer|deferred|unveil)(?:$|[-_])/
/** Another picture (a second one that a shop shows under the pointer), or none of this one's. */
const OTHER_WORD = /(?:^|[-_])(?:hover|rollover|flip|second|secondary|alt|alternate|swap|next|prev|avatar|icon|logo|flag|placeholder|fallback|error|video|share|sharing)(?:$|[-_])/

const byWords = (words: string): PictureAttribute | null => {
  let means: Means | null = null
  if (OTHER_WORD.test(words)) return null
  if (THUMB_WORD.test(words)) means = 'thumb'
  else if (FULL_WORD.test(words)) means = 'full'
  else if (BACKGROUND_WORD.test(words)) means = 'background'
  else if (MAIN_WORD.test(words)) means = 'main'
  return means === null ? null : { means, form: words.endsWith('srcset') ? 'set' : 'address', vague: true, density: null }
}

/** Names met before; the web has some hundreds, a hostile page any number. */
const MAX_NAMES = 2000
const MAX_NAME = 60
const known = new Map<string, PictureAttribute | null>(TABLE)

/** What an attribute of this name (lower-cased) may hold; null when no picture. */
export const pictureAttribute = (name: string): PictureAttribute | null => {
  const found = known.get(name)
  if (found !== undefined) return found
  if (!name.startsWith('data-') || name.length > MAX_NAME) return null
  const attribute = byWords(name.slice(5))
  if (known.size < MAX_NAMES) known.set(name, attribute)
  return attribute
}

/** What holds words or code, and may hold a file's name among them. */
const WORDS = /^on[a-z]|(?:^|[-_])(?:class|style|alt|title|name|filename|id|label|caption|desc|description|text|copyright|credit|key|download|content)(?:$|[-_])/

/** Same for a name that means nothing, where nothing else says what is shown: `vague`; null for another picture's. */
export const looseAttribute = (name: string): PictureAttribute | null => {
  const named = pictureAttribute(name)
  if (named !== null) return named
  const words = name.slice(0, MAX_NAME)
  if (WORDS.test(words) || OTHER_WORD.test(words)) return null
  return byWords(words) ?? { means: 'main', form: 'address', vague: true, density: null }
}
