/** HTML by a grammar of the constructs that gannet's finders read, nested and broken in any way. */
import { array, constantFrom, dictionary, integer, letrec, oneof, tuple, type Arbitrary } from 'fast-check'
import { address, mostly, srcset, time, words } from './pieces.ts'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

const jsonName = mostly(
  constantFrom(
    '@type', '@id', '@graph', '@context', '@list', '@value', 'image', 'url', 'contentUrl', 'thumbnailUrl', 'thumbnail', 'logo', 'author', 'name', 'caption', 'license', 'acquireLicensePage', 'datePublished', 'uploadDate', 'offers', 'price',
    'priceCurrency', 'sku', 'gtin13', 'brand', 'width', 'height', 'itemListElement', 'item', 'position', 'articleSection', 'associatedMedia', 'primaryImageOfPage', 'creator', 'src', 'srcset', 'full', 'large', 'medium', 'thumb', 'images', 'gallery', 'sizes',
  ),
  constantFrom('__proto__', 'constructor', 'toString', '', 'http://schema.org/image', 'schema:name', '\u0000'),
)
const jsonWord = oneof(
  address, words, time,
  constantFrom('Product', 'ImageObject', 'ItemList', 'BreadcrumbList', 'ListItem', 'Article', 'Recipe', 'Offer', 'https://schema.org/Product', '800', '800px', 'https://schema.org', 'USD', '19.99'),
)
export const json: Arbitrary<Json> = letrec<{ value: Json }>((tie) => ({
  value: oneof(
    { maxDepth: 5, withCrossShrink: true },
    jsonWord as Arbitrary<Json>, integer() as Arbitrary<Json>, constantFrom<Json>(null, true, 1e308, 0, -1),
    array(tie('value'), { maxLength: 4 }), dictionary(jsonName, tie('value'), { maxKeys: 6 }),
    dictionary(jsonName, jsonWord, { maxKeys: 6 }).map((item): Json => ({ '@type': 'Product', ...item })),
  ),
})).value

/** As JSON, or as what is written for JSON. */
export const jsonText = tuple(json, integer({ min: 0, max: 14 })).map(([value, way]) => {
  const text = JSON.stringify(value) ?? ''
  switch (way) {
    case 0: return `<!-- ${text} -->`
    case 1: return `${text},`
    case 2: return text.replaceAll('"', "'")
    case 3: return text.replaceAll('"', '&quot;')
    case 4: return text.replaceAll(/"([a-z]+)":/g, '$1:')
    case 5: return text.slice(0, -1)
    case 6: return `/* x */ var gallery = ${text};`
    case 7: return text.replaceAll('/', '\\/')
    case 8: return '['.repeat(500) + text
    default: return text
  }
})

const style = oneof(
  address.map((url) => `background-image:url(${url})`), address.map((url) => `background:#fff url("${url}") no-repeat`),
  tuple(address, address).map(([a, b]) => `background-image:image-set(url('${a}') 1x, "${b}" 2x)`), address.map((url) => `--bg:url(${url});content:url( ${url}`),
  constantFrom('background:url(', 'display:none', '/* ', '\\', 'a:b;;;c', `background:${'('.repeat(200)}`, 'width:100px;height:50%'),
)
const sheet = array(tuple(constantFrom('.a', '#b', '.hero', 'a > b', '@media (min-width: 1px)', '@import "x"', '', '.\\'), style, constantFrom('}', '', '}}', '{')), { maxLength: 4 })
  .map((rules) => rules.map(([selector, body, end]) => `${selector} { ${body} ${end}`).join('\n'))

const holder = constantFrom('src', 'href', 'data-src', 'data-original', 'data-full', 'data-lazy', 'data-image', 'data-zoom-image', 'data-large_image', 'data-bg', 'data-thumb', 'poster', 'content', 'data', 'xlink:href', 'data-href', 'background', 'action', 'cite')
const setHolder = constantFrom('srcset', 'data-srcset', 'imagesrcset', 'data-lazy-srcset', 'sizes', 'data-src-retina')
const named = constantFrom<readonly [string, string]>(
  ['width', '100'], ['width', '99999999999'], ['height', '-5'], ['height', '50%'], ['rel', 'next'], ['rel', 'license'], ['rel', 'canonical'], ['rel', 'alternate'], ['rel', 'preload'], ['rel', 'image_src'], ['as', 'image'], ['rel', 'nofollow'],
  ['type', 'application/ld+json'], ['type', 'image/webp'], ['type', 'application/rss+xml'], ['media', '(min-width: 600px)'], ['media', 'print'], ['name', 'robots'], ['name', 'twitter:image'], ['property', 'og:image'], ['property', 'og:image:width'],
  ['property', 'article:published_time'], ['content', 'noai'], ['content', '0; url=/next'], ['http-equiv', 'refresh'], ['hreflang', 'de'], ['itemscope', ''], ['itemtype', 'https://schema.org/Product'], ['itemprop', 'image'], ['itemprop', 'name'],
  ['itemprop', 'price'], ['itemref', 'd'], ['id', 'd'], ['class', 'gallery-item lazy'], ['class', 'caption'], ['class', 'breadcrumb'], ['class', 'hero'], ['class', 'hidden d-none'], ['aria-describedby', 'd d d'], ['loading', 'lazy'], ['hidden', ''], ['lang', 'fr'],
  ['__proto__', 'x'], ['constructor', 'x'], ['data-width', '1600'], ['data-size', '1600x1067'], ['data-pswp-width', '2400'], ['data-widths', '[180, 360]'], ['data-sizes', 'auto'], ['download', ''], ['role', 'presentation'], ['aria-label', 'x'], ['usemap', '#m'],
)
type Attribute = readonly [name: string, value: string]
const attribute: Arbitrary<Attribute> = oneof(
  { weight: 5, arbitrary: tuple(holder, address) }, { weight: 2, arbitrary: tuple(setHolder, srcset) }, { weight: 6, arbitrary: named }, { weight: 1, arbitrary: tuple(constantFrom('style', 'data-style'), style) },
  { weight: 2, arbitrary: tuple(constantFrom('alt', 'title', 'content', 'data-caption', 'data-sub-html', 'aria-label'), words) }, { weight: 1, arbitrary: tuple(constantFrom('datetime', 'content', 'title'), time) },
  { weight: 1, arbitrary: tuple(constantFrom('data-product', 'data-gallery', 'data-images', 'data-json', 'data-options', 'content'), jsonText) }, { weight: 1, arbitrary: tuple(words, words) },
)
const tag = constantFrom(
  'img', 'img', 'img', 'a', 'a', 'picture', 'source', 'source', 'noscript', 'figure', 'figcaption', 'div', 'div', 'p', 'ul', 'li', 'article', 'section', 'h1', 'h2', 'time', 'meta', 'link', 'base', 'title', 'nav', 'header', 'footer', 'form', 'input', 'svg', 'image',
  'use', 'table', 'tr', 'td', 'template', 'textarea', 'amp-img', 'br', 'head', 'body', 'html', 'x-y', 'area', 'map', 'select', 'option', 'button', 'video', 'audio', 'object', 'embed', 'iframe', 'frameset', 'math', 'plaintext', 'font', 'b', 'span', 'details', 'summary', 'dl', 'dd',
)
const quoted = ([name, value]: Attribute, way: number): string =>
  way === 0 ? `${name}=${value.split(/\s/)[0]}` : way === 1 ? `${name}='${value}'` : way === 2 ? name : way === 3 ? ` ${name} = "${value}` : `${name}="${value.replaceAll('"', '&quot;')}"`

const stray = constantFrom(
  'words ', '\n', '&amp;&#0;&#xD800;&nosuch', '<!-- c -->', '<!--', '-->', '<![CDATA[x]]>', '</p>', '</div', '</a></a>', '<', '<img', '\0', '\u2028', '<!doctype html>', '<a href="', '<?xml version="1.0"?>', '</body></html>', '<script>', '</script>', '<style>', '<!--[if IE]>',
  '<title>', '</table>', '<svg><title>', '</svg>', '<br/>', '</br>', '<p><table><p>',
)

const { node } = letrec<{ node: string; element: string }>((tie) => ({
  node: oneof(
    { maxDepth: 7, withCrossShrink: true },
    { weight: 2, arbitrary: stray }, { weight: 2, arbitrary: words }, { weight: 1, arbitrary: time },
    { weight: 1, arbitrary: jsonText.map((text) => `<script type="application/ld+json">${text}</script>`) },
    { weight: 1, arbitrary: jsonText.map((text) => `<script>window.__DATA__ = ${text}</script>`) },
    { weight: 1, arbitrary: sheet.map((text) => `<style>${text}</style>`) },
    { weight: 9, arbitrary: tie('element') },
  ),
  element: tuple(tag, array(tuple(attribute, integer({ min: 0, max: 30 })), { maxLength: 6 }), array(tie('node'), { maxLength: 5 }), integer({ min: 0, max: 9 })).map(
    ([name, attributes, children, end]) =>
      `<${name}${attributes.map(([one, way]) => ` ${quoted(one, way)}`).join('')}${end === 8 ? '/' : ''}>${children.join('')}${end < 7 ? `</${name}>` : ''}`,
  ),
}))

export const page = array(node, { minLength: 1, maxLength: 14 }).map((nodes) => nodes.join(''))

/** Shapes that are dear where anything is worse than linear: one thing, very often. */
export const pile = tuple(
  constantFrom(
    '<div>', '<a href=x>', '<img src=a.jpg>', '<b>', '<table>', '<svg>', '<figure><figcaption>', '<picture><source srcset=a.jpg>', '<li itemscope itemprop=image>', '<p title=', '<!--', '&amp', '<template>', '</p>', '<form>', '<a><p>', '<meta name=robots content=noai>',
    '<link rel=next href=a>', '<h1>', '<div id=d itemref=d itemscope>', '<style>a{', '<script type=application/ld+json>[', '<base href=a/>', '<noscript><img src=a.jpg>', '<select><option>', '<time>1', '<i style="background:url(a.jpg)">', '<nav class=breadcrumb><a>', ' a', 'a,', '<font><p>',
  ),
  constantFrom('', '<img src=a.jpg alt=b>', 'x', '</a>', '</div>'), integer({ min: 1, max: 20_000 }),
).map(([one, end, times]) => one.repeat(times).slice(0, 150_000) + end)
