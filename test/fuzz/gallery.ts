/**
 * Galleries as people make them, every address of theirs known: whatever is done to the page afterwards, no picture
 * may come of it that it did not name.
 */
import { array, constantFrom, integer, record, tuple, type Arbitrary } from 'fast-check'
import { canonicalUrl } from '../../src/page/index.ts'

export const HOME = 'https://h.example/dir/page.html'

export interface GalleryPage {
  readonly html: string
  /** Every address that stands on it, canonical. */
  readonly addresses: ReadonlySet<string>
  /** Pairs that belong together. */
  readonly pairs: readonly (readonly [thumbnail: string, full: string])[]
}

interface Item {
  readonly way: number
  readonly caption: string
  readonly date: string
}

const WAYS = 9

const markup = (n: number, { way, caption, date }: Item): { readonly html: string; readonly urls: readonly string[] } => {
  const thumb = `/pics/${n}-small.jpg`
  const full = `/pics/${n}-large.jpg`
  const urls = [thumb, full]
  const about = `<p>${caption}</p><time datetime="${date}">${date}</time>`
  switch (way) {
    case 0: return { html: `<a href="${full}"><img src="${thumb}" alt="${caption}"></a>${about}`, urls }
    case 1: return { html: `<img src="${thumb}" srcset="${thumb} 200w, ${full} 1600w" sizes="50vw" alt="${caption}">`, urls }
    case 2: return { html: `<picture><source srcset="${full} 2x, ${thumb} 1x" type="image/jpeg"><img src="${thumb}"></picture>${about}`, urls }
    case 3: return { html: `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="${thumb}" data-full="${full}"><noscript><img src="${thumb}"></noscript>`, urls }
    case 4: return { html: `<figure><a href="${full}"><img src="${thumb}"></a><figcaption>${caption}</figcaption></figure>`, urls }
    case 5: return { html: `<div class="tile" style="background-image:url('${thumb}')" data-image="${full}" title="${caption}"></div>`, urls }
    case 6: return { html: `<script type="application/ld+json">{"@type":"ImageObject","contentUrl":"${full}","thumbnailUrl":"${thumb}","caption":"x"}</script>`, urls }
    case 7: return { html: `<div itemscope itemtype="https://schema.org/ImageObject"><link itemprop="contentUrl" href="${full}"><img itemprop="thumbnailUrl" src="${thumb}"></div>`, urls }
    default: return { html: `<div data-gallery='[{"thumb":"${thumb}","full":"${full}","w":1600}]'><img src="${thumb}"></div>`, urls }
  }
}

export const gallery: Arbitrary<GalleryPage> = tuple(
  array(
    record({ way: integer({ min: 0, max: WAYS - 1 }), caption: constantFrom('A fox', 'Ein Haus', 'Mug, red', 'photo'), date: constantFrom('2024-05-01', '1 May 2024', '') }),
    { minLength: 1, maxLength: 12 },
  ),
  constantFrom('', '<base href="/other/">', '<base href="https://cdn.example/x/">'), constantFrom('ul', 'div', 'table', 'section'),
).map(([items, base, list]) => {
  const made = items.map((item, n) => markup(n, item))
  const bases = [HOME, canonicalUrl(/href="([^"]*)"/.exec(base)?.[1] ?? '', HOME) ?? HOME]
  const at = (url: string): string[] => bases.flatMap((from) => canonicalUrl(url, from) ?? [])
  return {
    html: `<!doctype html><html lang="en"><head><title>Gallery</title>${base}</head><body><h1>Pictures</h1><${list}>${made.map(({ html }) => (list === 'ul' ? `<li>${html}</li>` : list === 'table' ? `<tr><td>${html}</td></tr>` : `<article>${html}</article>`)).join('\n')}</${list}></body></html>`,
    addresses: new Set(made.flatMap(({ urls }) => urls.flatMap(at))),
    pairs: made.flatMap(({ urls }) => {
      const found = urls.map((url) => canonicalUrl(url, bases[1]))
      return found[0] && found[1] ? [[found[0], found[1]] as const] : []
    }),
  }
})
