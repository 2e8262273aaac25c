/** The frame that pages share (head, navigation, footer) and the pictures in them, as content systems write these. */
import { pick, whole, type Random } from '../../test/site/random.ts'
import { classes, prose, script, slug, styleSheet, title, token } from './words.ts'

export const many = (count: number, one: (i: number) => string): string => Array.from({ length: count }, (_, i) => one(i)).join('')

export const HOST = 'https://www.example.org'
const CDN = 'https://images.example-cdn.net'

export const imageUrl = (random: Random, width: number): string => `${CDN}/media/${token(random)}/${slug(random)}-${width}x${Math.round(width * 0.667)}.jpg`

/** One picture in several sizes, lazily loaded or not. */
export const responsive = (random: Random, width: number): string => {
  const base = `${CDN}/uploads/${whole(random, 2015, 2026)}/${whole(random, 10, 12)}/${slug(random)}`
  const sources = [320, 640, 960, 1280].map((w) => `${base}-${w}x${Math.round(w * 0.667)}.jpg ${w}w`).join(', ')
  const lazy = random() < 0.5
  return `<img class="${classes(random, 'media')}" ${lazy ? `data-src="${base}-640x427.jpg" data-srcset="${sources}" src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="` : `src="${base}-640x427.jpg" srcset="${sources}" loading="lazy" decoding="async"`}` +
    ` sizes="(max-width: 700px) 100vw, ${width}px" width="${width}" height="${Math.round(width * 0.667)}" alt="${title(random)}">`
}

export const link = (random: Random, text: string): string => `<a class="${pick(random, ['link', 'nav-link', 'tag'])}" href="/${slug(random)}/${token(random)}">${text}</a>`

const icon = (random: Random): string =>
  `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M${whole(random, 1, 20)} ${whole(random, 1, 20)}c0-1.1.9-2 2-2h${whole(random, 1, 9)}v${whole(random, 1, 9)}l-3.5 4.2z"/></svg>`

const navigation = (random: Random, count: number): string =>
  `<nav class="${classes(random, 'site-nav')}" aria-label="Main"><ul>\n${many(count, () => `      <li class="menu-item menu-item-${whole(random, 1, 999)}">${link(random, `${icon(random)}<span>${title(random)}</span>`)}</li>\n`)}</ul></nav>`

export interface Frame {
  readonly title: string
  /** JSON-LD object; none when null. */
  readonly linkedData: object | null
  readonly styleBytes: number
  readonly scriptBytes: number
  readonly links: number
}

/** Where the body comes in. */
const BODY = '<!-- body -->'

/** A page without its body. */
const shell = (random: Random, frame: Frame): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${frame.title} | Example</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${prose(random, 24)}">
<meta property="og:title" content="${frame.title}">
<meta property="og:type" content="article">
<meta property="og:image" content="${imageUrl(random, 1200)}">
<meta property="og:url" content="${HOST}/${slug(random)}">
<meta name="twitter:card" content="summary_large_image">
<link rel="canonical" href="${HOST}/${slug(random)}">
<link rel="icon" href="/favicon.ico">
${many(4, () => `<link rel="stylesheet" href="/assets/css/${token(random)}.css">\n<link rel="preload" as="script" href="/assets/js/${token(random)}.js">\n`)}<style>${styleSheet(random, frame.styleBytes)}</style>
<script>${script(random, frame.scriptBytes / 2)}</script>
${frame.linkedData === null ? '' : `<script type="application/ld+json">${JSON.stringify(frame.linkedData)}</script>\n`}</head>
<body class="${classes(random, 'page')}">
<header class="${classes(random, 'site-header')}"><a class="logo" href="/"><img src="/assets/logo.svg" width="120" height="40" alt="Example"></a>
${navigation(random, frame.links)}</header>
<nav aria-label="breadcrumb" class="breadcrumb"><ol><li><a href="/">Home</a></li><li><a href="/${slug(random)}">${title(random)}</a></li><li>${frame.title}</li></ol></nav>
<main>
${BODY}
</main>
<footer class="${classes(random, 'site-footer')}">${many(4, () => `<div class="col"><h4>${title(random)}</h4><ul>${many(10, () => `<li>${link(random, title(random))}</li>`)}</ul></div>`)}<p><small>&copy; 2026 Example &middot; ${link(random, 'Privacy')}</small></p></footer>
<script>${script(random, frame.scriptBytes / 2)}</script>
${many(5, () => `<script src="/assets/js/${token(random)}.js" defer></script>\n`)}</body>
</html>
`

/** A whole page. @param body given the bytes that it has to fill; all but a few are ASCII */
export const framed = (random: Random, frame: Frame, bytes: number, body: (room: number) => string): string => {
  const [before = '', after = ''] = shell(random, frame).split(BODY)
  return `${before}${body(bytes - before.length - after.length)}${after}`
}
