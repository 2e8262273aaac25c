/**
 * Demo pages that authors of galleries, lightboxes, zooms, sliders and loaders ship in their packages, and what each
 * shows. Pages whose pictures only a script names, in code and not in data, are left out, and so are copies of a page.
 */
import type { PageRules } from './truth.ts'

export interface DemoPackage {
  readonly name: string
  readonly version: string
  /** By path inside the package. */
  readonly pages: Readonly<Record<string, PageRules>>
}

const pair = (each: string, thumbnail: string, full: string): { each: string; thumbnail: string; full: string } => ({ each, thumbnail, full })
const linked = (each: string): PageRules => ({ pairs: [pair(each, 'img@src', '@href')] })
const SRC: PageRules = { singles: ['img[src]@src'] }

const GALLERIA = {
  ...pair('#galleria > a, .galleria > a', 'img@src | img@srcset:max', '@data-srcset:max || img@data-big:max || @href'), also: '@href | img@data-big | @data-srcset:min | @data-srcset:max',
}
const galleria = (...themes: readonly string[]): Record<string, PageRules> =>
  Object.fromEntries(themes.flatMap((theme) => ['demo', 'demo-retina', 'demo-cdn'].map((page) => [`dist/themes/${theme}/${page}.html`, { pairs: [GALLERIA] }])))

export const DEMO_PACKAGES: readonly DemoPackage[] = [
  { name: 'blazy', version: '1.8.2', pages: { 'example/index.html': {
    pairs: [
      pair('img[src*="-low."]', '@src', '@data-src'), pair('div.wrapper > img[data-srcset]', '@data-srcset:min', '@data-srcset:max'),
      pair('picture', 'img@data-src | source:nth-of-type(2)@data-srcset', 'source:nth-of-type(1)@data-srcset'),
    ],
    singles: ['img[src^="data:"][data-src]@data-src', 'div[data-src]@data-src'],
    loose: [{ each: 'div.wrapper > img[data-srcset]', files: '@data-srcset:min | @data-srcset:max | @data-src' }],
  } } },
  { name: 'featherlight', version: '1.7.14', pages: { 'gallery.html': linked('a.thumbnail') } },
  { name: 'flexslider', version: '2.7.2', pages: { 'demo/index.html': SRC, 'demo/carousel-min-max.html': SRC, 'demo/thumbnail-controlnav.html': SRC, 'demo/thumbnail-slider.html': SRC } },
  { name: 'uikit', version: '3.25.25', pages: {
    'tests/lightbox.html': SRC, 'tests/slideshow.html': SRC, 'tests/slider.html': SRC, 'tests/thumbnav.html': SRC, 'tests/transition.html': SRC,
    'tests/image.html': {
      pairs: [pair('div > img[srcset]', '@srcset:min', '@srcset:max'), pair('div > img[data-srcset]:not([data-srcset*="1522201949034"])', '@data-srcset:min', '@data-srcset:max'), pair('div[data-srcset]', '@data-srcset:min', '@data-srcset:max')],
      loose: [{ each: 'div', files: 'img[data-srcset*="1522201949034"]@data-srcset:min | img[data-srcset*="1522201949034"]@data-srcset:max | img[data-src*="1522201949034"]@data-src' }, { each: 'picture', files: 'source@srcset:min | source@srcset:max | source@data-srcset:min | source@data-srcset:max | img@src | img@data-src | img@srcset:min | img@srcset:max | img@data-srcset:min | img@data-srcset:max' }],
    },
  } },
  { name: 'chocolat', version: '1.1.3', pages: {
    'demo/index.html': { pairs: [pair('a.chocolat-image:has(img)', '@data-srcset:min || img@src', '@href')], singles: ['a.chocolat-image:not(:has(img))@href'] },
    'test/index.html': { pairs: [pair('a.chocolat-image:has(img)', '@data-srcset:min || img@src', '@href')], singles: ['a.chocolat-image:not(:has(img))@href'] },
  } },
  { name: 'zooming', version: '2.1.1', pages: {
    'index.html': { pairs: [pair('img[data-original]', '@src', '@data-original'), pair('a[href$=".jpg"]', 'img@src', '@href')] },
    'examples/grid/index.html': SRC, 'examples/image-size/index.html': SRC,
  } },
  { name: 'fancybox', version: '2.1.5', pages: { 'demo/index.html': linked('p > a:has(img)') } },
  { name: 'galleria', version: '1.6.1', pages: { ...galleria('classic', 'miniml', 'fullscreen', 'azur', 'twelve', 'folio'),
    // Its addresses say that what is shown is 100 pixels wide, too few for a thumbnail.
    'dist/themes/fullscreen/demo.html': { pairs: [{ ...GALLERIA, thumbnail: '@href' }] }, 'dist/plugins/history/demo.html': { pairs: [GALLERIA] } } },
  { name: 'ekko-lightbox', version: '5.3.0', pages: Object.fromEntries(['examples/index.html', 'examples/bs3.html'].map((page) => [page, {
    pairs: [pair('a[href*="unsplash.it"]:has(img)', 'img@src', '@href'), pair('img[data-remote*="unsplash.it"]', '@src', '@data-remote')],
    singles: ['div[data-remote*="unsplash.it"]@data-remote', 'a[href*="you"] > img@src', 'a[href*="vimeo"] > img@src'],
  }])) },
  { name: 'xzoom', version: '1.0.15', pages: { 'example/index.html': {
    pairs: [pair('img[xoriginal]', '@src', '@xoriginal'), pair('.xzoom-thumbs > a', 'img@src', '@href')], singles: ['img[src$="logo.png"]@src'],
  } } },
  { name: 'magnific-popup', version: '1.2.0', pages: { 'website/_includes/examples.html': linked('.grid-of-images a:has(img)') } },
  { name: 'photoswipe', version: '4.1.3', pages: { 'website/index.html': { pairs: [pair('.demo-gallery > a', 'img@src', '@href')], singles: ['.col-img@src', 'img[src^="test/"]@src'] } } },
  { name: 'lightense-images', version: '1.0.17', pages: { 'demo.html': { pairs: [pair('img[data-original]', '@src', '@data-original')], singles: ['img:not([data-original])@src'] } } },
  { name: 'bootstrap-lightbox', version: '0.4.1', pages: { 'docs/index.html': { pairs: [pair('a[href="#demoLightbox"]:has(img)', 'img@src', '/#demoLightbox img@src')] } } },
  { name: 'simplelightbox', version: '2.14.3', pages: { 'demo/index.html': linked('.small-demo a'), 'demo/onlyImages.html': linked('.gallery a') } },
  { name: 'owl.carousel', version: '2.3.4', pages: {
    'docs/index.html': SRC,
    'docs/demos/lazyLoad.html': {
      pairs: [pair('img[data-src-retina]', '@data-src', '@data-src-retina'), pair('picture', 'img@data-src | source:nth-of-type(2)@data-srcset', 'source:nth-of-type(1)@data-srcset')],
      singles: ['.owl-carousel > img:not([data-src-retina])@data-src'],
    },
  } },
  { name: 'sequencejs', version: '2.0.0', pages: { 'index.html': {
    pairs: [pair('img.seq-phone, img.seq-swipe', '@srcset:min', '@srcset:max')], singles: ['.product img@src'],
    loose: [{ each: 'img[srcset]', files: '@srcset:min | @srcset:max' }, { each: 'object', files: '@data | img@src' }],
  } } },
  { name: 'nivo-slider', version: '3.2.0', pages: { 'demo/demo.html': SRC } },
  { name: 'lightgallery', version: '1.10.0', pages: {
    'demo/index.html': { pairs: [pair('#lightgallery > li', 'img@src | @data-responsive:min', '@data-src')] },
    'test/lightgallery.html': { pairs: [pair('#lightgallery > li', 'img@src', '@data-src')] },
  } },
  { name: 'jquery-zoom', version: '1.7.22', pages: { 'demo.html': SRC } },
  { name: 'flickity', version: '3.0.0', pages: {
    'sandbox/adaptive-height.html': SRC, 'sandbox/media.html': SRC,
    'sandbox/lazyload.html': {
      pairs: [
        pair('img[data-flickity-lazyload-srcset]', '@data-flickity-lazyload-srcset:min', '@data-flickity-lazyload-srcset:max'),
        pair('picture', 'img@data-flickity-lazyload-src', 'source:nth-of-type(1)@data-flickity-lazyload-srcset'),
      ],
      singles: ['img[data-flickity-lazyload]@data-flickity-lazyload'],
    },
  } },
  { name: 'lightbox2', version: '2.12.0', pages: { 'examples/index.html': linked('a[data-lightbox]') } },
  { name: 'swipebox', version: '1.4.6', pages: { 'index.html': SRC } },
  { name: 'slick-carousel', version: '2.0.0', pages: { 'index.html': {
    pairs: [pair('img[data-srcset]', '@data-lazy | @data-srcset:min', '@data-srcset:max')], singles: ['img[src]@src'],
  } } },
  { name: 'lightslider', version: '1.1.6', pages: { 'demo/index.html': { pairs: [pair('li[data-thumb]', '@data-thumb', 'img@src')] } } },
  { name: 'fluidbox', version: '2.0.5', pages: { 'demo/index.html': {
    pairs: [pair('section.demo a:has(img), figure a:has(img)', 'img@src', '@href')],
    loose: [{ each: 'picture', files: 'source:nth-of-type(1)@srcset | source:nth-of-type(2)@srcset | source:nth-of-type(3)@srcset | img@src' }],
  } } },
  { name: 'jquery-unveil', version: '1.3.2', pages: { 'index.html': { pairs: [pair('img[data-src-retina]', '@data-src', '@data-src-retina')] } } },
  { name: 'intense-images', version: '1.0.0', pages: { 'demo/index.html': { singles: ['[data-image]@data-image'] } } },
  { name: 'magnificent', version: '2.2.4', pages: {
    'examples/demo/index-data.html': { pairs: [pair('[data-mag-thumb]', 'img@src', '/[data-mag-zoom] img@src')] },
    'examples/demo/index.html': { pairs: [pair('[mag-thumb]', 'img@src', '/[mag-zoom] img@src')] },
  } },
  { name: 'simple-lightbox', version: '2.1.0', pages: { 'index.html': linked('.imageGallery1 a'), 'demo/examples/thumbsGallery.html': linked('.imageGallery1 a') } },
  { name: 'desoslide', version: '2.2.0', pages: { 'index.html': SRC, 'tests/index.html': { ...linked('li > a[href]:has(img)'), loose: [{ each: 'li > a:not([href])', files: 'img@src' }] } } },
  { name: 'jquery-colorbox', version: '1.6.4', pages: { 'example1/index.html': { singles: ['a[href$=".jpg"]@href'] } } },
  { name: 'bxslider', version: '4.2.17', pages: { 'dist/index.html': SRC } },
  { name: 'masonry-gallery', version: '0.1.2', pages: { 'index.html': SRC } },
  { name: 'photo-grid', version: '1.0.0', pages: { 'index.html': SRC } },
  { name: 'nanogallery', version: '5.10.3', pages: { 'demonstration.html': { pairs: [pair('a[data-ngthumb]', '@data-ngthumb', '@href')] } } },
  { name: 'wookmark', version: '2.2.0', pages: { 'example-amd/index.html': linked('#container li > a'), 'example-lightbox/index.html': linked('#container li > a'), 'example-flexible/index.html': SRC } },
  { name: 'jssor-slider', version: '28.0.0', pages: { 'skin/thumbnail-051.html': { pairs: [pair('[data-u="slides"] > div', 'img[data-u="thumb"]@src', 'img[data-u="image"]@src')] } } },
  { name: 'startbootstrap-creative', version: '7.0.7', pages: { 'dist/index.html': linked('a.portfolio-box') } },
  { name: 'startbootstrap-agency', version: '7.0.12', pages: { 'dist/index.html': { singles: ['.portfolio-item img@src', '.team-member img@src'] } } },
  { name: 'startbootstrap-portfolio-item', version: '4.1.1', pages: { 'index.html': SRC } },
  { name: 'fancybox-plus', version: '1.3.8', pages: { 'demo/index.html': { ...linked('p > a:has(img)'), singles: ['li > a[href$=".jpg"]@href'] } } },
  { name: 'mini-lightbox', version: '3.1.0', pages: { 'example/index.html': { pairs: [pair('img[data-image-opened]', '@src', '@data-image-opened')], singles: ['#first-image@src'] } } },
  { name: 'modaal', version: '0.4.4', pages: { 'index.html': linked('a.modaal-image:has(img)') } },
  { name: 'lightbox.js', version: '1.0.2', pages: { 'test/html/demo.html': { singles: ['#gallery img@src'] } } },
  { name: 'freewall', version: '1.0.8', pages: { 'example/pinterest-layout.html': SRC } },
]
