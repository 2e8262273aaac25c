/** How a page shows a picture: the seven ways a crawler meets most. One function a way, and the page round them. */
import type { GalleryPlan, PlannedPage, PlannedPicture } from './gallery.ts'

export type MarkupStyle = 'plain' | 'linked' | 'srcset' | 'picture' | 'lazy' | 'noscript' | 'figure'

/** Turns a path on the site into what is written in the page: absolute where pictures live on another host. */
export type UrlOf = (path: string) => string

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** What lazy loaders put in `src` until the script has run. */
const DOT = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='

const attributes = (picture: PlannedPicture): string => {
  const { alt, title } = picture.words
  return ` alt="${escape(alt ?? '')}"${title === null ? '' : ` title="${escape(title)}"`}`
}

/** Full size stated as photo viewers want it on the link (PhotoSwipe's attributes). */
const link = (picture: PlannedPicture, url: UrlOf, inner: string): string =>
  `<a href="${url(picture.fullPath)}" data-pswp-width="${picture.full.width}" ` +
  `data-pswp-height="${picture.full.height}">${inner}</a>`

const srcset = ({ thumbPath, fullPath, thumb, full }: PlannedPicture, url: UrlOf): string =>
  `${url(thumbPath)} ${thumb.width}w, ${url(fullPath)} ${full.width}w`

const SIZES = '(max-width: 600px) 100vw, 400px'

const shown = ({ thumb }: PlannedPicture): string => ` width="${thumb.width}" height="${thumb.height}"`

const WAYS: Readonly<Record<MarkupStyle, (picture: PlannedPicture, url: UrlOf) => string>> = {
  plain: (p, url) => `<img src="${url(p.fullPath)}"${attributes(p)}>`,
  linked: (p, url) => link(p, url, `<img src="${url(p.thumbPath)}"${shown(p)}${attributes(p)}>`),
  srcset: (p, url) => `<img src="${url(p.thumbPath)}" srcset="${srcset(p, url)}" sizes="${SIZES}"${attributes(p)}>`,
  picture: (p, url) =>
    `<picture><source type="image/jpeg" srcset="${srcset(p, url)}" sizes="${SIZES}">` +
    `<img src="${url(p.thumbPath)}"${attributes(p)}></picture>`,
  lazy: (p, url) =>
    link(p, url, `<img class="lazyload" src="${DOT}" data-src="${url(p.thumbPath)}"${shown(p)}${attributes(p)}>`),
  noscript: (p, url) =>
    link(
      p,
      url,
      `<img class="lazyload" src="${DOT}" data-src="${url(p.thumbPath)}"${attributes(p)}>` +
        `<noscript><img src="${url(p.thumbPath)}"${attributes(p)}></noscript>`,
    ),
  figure: (p, url) => link(p, url, `<img src="${url(p.thumbPath)}" loading="lazy"${attributes(p)}>`),
}

export const markupOf = (picture: PlannedPicture, url: UrlOf): string => {
  const { caption, category } = picture.words
  const inner = WAYS[picture.style](picture, url)
  if (picture.style === 'figure' || caption !== null) {
    const line = caption === null ? '' : `<figcaption>${escape(caption)}</figcaption>`
    return `<figure class="card" data-category="${escape(category)}">${inner}${line}</figure>`
  }
  return `<div class="card" data-category="${escape(category)}">${inner}</div>`
}

const LOOK =
  'body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;background:#fafaf7}' +
  'main{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem}' +
  '.card{margin:0;background:#fff;border-radius:6px;overflow:hidden;box-shadow:0 1px 3px #0003}' +
  '.card img{width:100%;height:12rem;object-fit:cover;display:block}figcaption{padding:.5rem .75rem}'

/** Shows the lazy ones to a person; a crawler without a browser never runs it. */
const UNLAZY = "for(const i of document.querySelectorAll('img[data-src]'))i.src=i.dataset.src"

export const htmlPage = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>` +
  `<style>${LOOK}</style></head><body>${body}<script>${UNLAZY}</script></body></html>\n`

export const pageHtml = (plan: GalleryPlan, page: PlannedPage, byId: ReadonlyMap<string, PlannedPicture>, url: UrlOf): string => {
  const cards = page.pictures.map((id) => markupOf(byId.get(id) as PlannedPicture, url))
  const items = page.items.map((path) => `<li><a href="${path}">${path.slice('/item/'.length)}</a></li>`)
  const around = [
    page.previous === null ? '' : `<a rel="prev" href="${page.previous}">Previous</a>`,
    page.next === null ? '' : `<a rel="next" href="${page.next}">Next</a>`,
    page.kind === 'item' ? '<a href="/">Back to the gallery</a>' : '',
  ]
  const list = items.length > 0 ? `<ul>${items.join('')}</ul>` : ''
  const head = `<header><h1>${escape(page.title)}</h1><p>${plan.pictures.length} pictures</p></header>`
  return htmlPage(page.title, `${head}<main>${cards.join('\n')}</main>${list}<nav>${around.join(' ')}</nav>`)
}
