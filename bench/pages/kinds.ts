/**
 * Five kinds of pages, each filled with its own matter to the same size. What is in which measure was set by how
 * such sites are built (an article is prose with a few figures, a shop's list is cards, a forum is small markup,
 * an application ships its data twice), not by what a reader of pages finds easy.
 */
import { pick, whole, type Random } from '../../test/site/random.ts'
import { framed, HOST, imageUrl, link, many, responsive } from './parts.ts'
import { classes, prose, slug, title, token } from './words.ts'

/** Text of a page of about `bytes` bytes. */
export type PageKind = (random: Random, bytes: number) => string

/** Pieces until the page is as long as it should be. */
const fill = (bytes: number, piece: (i: number) => string): string => {
  const pieces: string[] = []
  for (let length = 0, i = 0; length < bytes; i++) {
    const next = piece(i)
    pieces.push(next)
    length += next.length
  }
  return pieces.join('')
}

const when = (random: Random): string => `2025-${whole(random, 10, 12)}-${whole(random, 10, 28)}T${whole(random, 10, 23)}:${whole(random, 10, 59)}:00+01:00`

const article: PageKind = (random, bytes) => {
  const name = title(random)
  const linkedData = {
    '@context': 'https://schema.org', '@type': 'NewsArticle', headline: name, datePublished: when(random), dateModified: when(random),
    author: { '@type': 'Person', name: title(random) }, image: [imageUrl(random, 1200), imageUrl(random, 1600)],
    publisher: { '@type': 'Organization', name: 'Example', logo: { '@type': 'ImageObject', url: `${HOST}/assets/logo.png` } }, articleBody: prose(random, 900),
  }
  const paragraph = (): string => `<p>${prose(random, whole(random, 30, 90), 40)} ${link(random, title(random))} ${prose(random, whole(random, 10, 40))} <em>${title(random)}</em></p>\n`
  const figure = (): string => `<figure class="${classes(random, 'figure')}">${responsive(random, 960)}<figcaption>${prose(random, 14)} <span class="credit">Photo: ${title(random)}</span></figcaption></figure>\n`
  const teaser = (): string => `<article class="${classes(random, 'teaser')}"><a href="/${slug(random)}"><div class="teaser__media">${responsive(random, 320)}</div><h3 class="teaser__title">${title(random)}</h3></a><p>${prose(random, 18)}</p><time datetime="${when(random)}">2 days ago</time></article>\n`
  const comment = (): string => `<li class="comment" id="comment-${token(random)}"><div class="comment-author vcard"><b class="fn">${title(random)}</b> <a href="#c"><time datetime="${when(random)}">${title(random)}</time></a></div><div class="comment-content"><p>${prose(random, whole(random, 10, 60))}</p></div></li>\n`
  const story = many(10, () => many(4, paragraph) + figure())
  const teasers = many(16, teaser)
  return framed(random, { title: name, linkedData, styleBytes: 14_000, scriptBytes: 36_000, links: 60 }, bytes, (room) =>
    `<article class="story"><h1>${name}</h1><p class="byline">By ${title(random)} <time datetime="${when(random)}">today</time></p>\n${story}</article>
<aside>${teasers}</aside>\n<ol class="comments">${fill(room - story.length - teasers.length, comment)}</ol>`)
}

const shop: PageKind = (random, bytes) => {
  const name = title(random)
  const products = Array.from({ length: 48 }, (_, i) => ({ name: title(random), price: whole(random, 5, 900), sku: token(random), url: `${HOST}/p/${slug(random)}`, image: imageUrl(random, 640), position: i + 1 }))
  const linkedData = {
    '@context': 'https://schema.org', '@type': 'ItemList', name,
    itemListElement: products.map(({ name: product, price, sku, url, image, position }) => ({
      '@type': 'ListItem', position,
      item: { '@type': 'Product', name: product, sku, url, image, offers: { '@type': 'Offer', price, priceCurrency: 'EUR', availability: 'https://schema.org/InStock' } },
    })),
  }
  const card = ({ name: product, price, sku, url, image }: (typeof products)[number]): string => `<li class="${classes(random, 'product-card')}" data-sku="${sku}" data-track='{"id":"${sku}","list":"category","price":${price}}'>
  <a class="product-card__media" href="${url}"><img class="product-card__image" src="${image}" srcset="${image.replace('-640x', '-320x')} 320w, ${image} 640w, ${image.replace('-640x', '-1280x')} 1280w" sizes="(min-width: 1024px) 25vw, 50vw" alt="${product}" loading="lazy" width="320" height="213"><span class="badge">New</span></a>
  <div class="product-card__body"><h3><a href="${url}">${product}</a></h3><p class="desc">${prose(random, 16)}</p><div class="rating" aria-label="4 of 5"><span class="star"></span><span class="star"></span><span class="star"></span><span class="star"></span></div>
  <span class="price"><span class="currency">€</span>${price}.00</span><ul class="swatches">${many(4, () => `<li><button type="button" class="swatch" style="background-color:#${token(random).slice(0, 6)}" aria-label="${title(random)}"></button></li>`)}</ul>
  <form action="/cart" method="post"><input type="hidden" name="sku" value="${sku}"><button class="btn btn--primary" type="submit">Add to basket</button></form></div></li>\n`
  const cards = products.map(card).join('')
  const filter = (): string => `<li class="facet"><label for="f-${token(random)}"><input type="checkbox" name="f" value="${slug(random)}"> ${title(random)} <span class="count">(${whole(random, 1, 999)})</span></label></li>\n`
  return framed(random, { title: name, linkedData, styleBytes: 12_000, scriptBytes: 30_000, links: 80 }, bytes, (room) =>
    `<h1>${name}</h1><ul class="grid">${cards}</ul>\n<aside class="filters"><ul>${fill(room - cards.length, filter)}</ul></aside>`)
}

const gallery: PageKind = (random, bytes) => {
  const name = title(random)
  const picture = (i: number): string => {
    const base = `https://images.example-cdn.net/albums/${token(random)}/${slug(random)}`
    return `<figure class="${classes(random, 'gallery-item')}" itemscope itemtype="https://schema.org/ImageObject"><a href="${base}.jpg" class="lightbox" data-fancybox="album" data-caption="${title(random)}" data-width="4000" data-height="2667" itemprop="contentUrl">` +
      `<picture><source type="image/webp" srcset="${base}-300x200.webp 300w, ${base}-768x512.webp 768w, ${base}-1024x683.webp 1024w" sizes="300px"><img src="${base}-300x200.jpg" srcset="${base}-300x200.jpg 300w, ${base}-768x512.jpg 768w, ${base}-1024x683.jpg 1024w" sizes="300px" width="300" height="200" loading="lazy" alt="${title(random)}" itemprop="thumbnail"></picture></a>` +
      `<figcaption itemprop="caption">${i + 1}. ${prose(random, 10)}</figcaption></figure>\n`
  }
  const pictures = many(110, picture)
  const about = (): string => `<p>${prose(random, whole(random, 30, 70), 30)} ${link(random, title(random))}</p>\n`
  return framed(random, { title: name, linkedData: { '@context': 'https://schema.org', '@type': 'ImageGallery', name, datePublished: when(random) }, styleBytes: 10_000, scriptBytes: 20_000, links: 40 }, bytes, (room) =>
    `<h1>${name}</h1><div class="gallery">${pictures}</div><section>${fill(room - pictures.length, about)}</section>`)
}

const forum: PageKind = (random, bytes) => {
  const name = title(random)
  const SMILEYS = ['smile', 'wink', 'laugh']
  const post = (i: number): string => `<tr id="p${token(random)}" class="post row${i % 2}"><td class="author" valign="top"><a href="/u/${slug(random)}"><b>${title(random)}</b></a><br>${i % 2 === 0 ? `<img src="/avatars/${whole(random, 1, 9999)}.jpg" width="80" height="80" alt="" class="avatar"><br>` : ''}<small>Posts: ${whole(random, 1, 9999)}<br>Joined: ${whole(random, 2004, 2024)}</small></td>
<td class="body"><table width="100%"><tr><td><small>Posted ${when(random)}</small></td><td align="right"><a href="?q=${i}" rel="nofollow">Quote</a> <a href="?r=${i}" rel="nofollow">Report</a></td></tr></table><hr>
${i % 3 === 0 ? `<blockquote><b>${title(random)} wrote:</b><br>${prose(random, 25)}</blockquote>` : ''}${prose(random, whole(random, 15, 70), 50)}<br><br>${prose(random, whole(random, 10, 40))} ${i % 3 === 0 ? `<img src="/smileys/${pick(random, SMILEYS)}.gif" width="18" height="18" alt=":)">` : ''}
${i % 6 === 0 ? `<div class="attach"><a href="/attachments/${token(random)}.jpg" target="_blank"><img src="/attachments/thumbs/${token(random)}_t.jpg" alt="${slug(random)}.jpg" border="0"></a><br><small>${slug(random)}.jpg (${whole(random, 50, 900)} KB)</small></div>` : ''}<div class="signature">_____<br>${link(random, title(random))}</div></td></tr>\n`
  return framed(random, { title: name, linkedData: null, styleBytes: 6_000, scriptBytes: 14_000, links: 30 }, bytes, (room) =>
    `<h2>${name}</h2><table class="thread" cellspacing="1">${fill(room, post)}</table>`)
}

/** An application rendered on the server: the data of the page are in it a second time, as JSON. */
const application: PageKind = (random, bytes) => {
  const name = title(random)
  const items = Array.from({ length: 60 }, (_, i) => ({
    id: token(random), slug: slug(random), title: title(random), summary: prose(random, 22), createdAt: when(random), likes: whole(random, 0, 9999),
    author: { id: token(random), name: title(random), avatarUrl: imageUrl(random, 64) }, tags: [title(random), title(random)],
    cover: { url: imageUrl(random, 1600), width: 1600, height: 1067, blurhash: token(random), thumbnails: { small: imageUrl(random, 320), large: imageUrl(random, 960) } }, index: i,
  }))
  const card = ({ slug: path, title: heading, summary, cover, author, likes }: (typeof items)[number]): string =>
    `<div class="${classes(random, 'sc-card')}"><a class="${classes(random, 'sc-link')}" href="/posts/${path}"><span style="box-sizing:border-box;display:block;overflow:hidden;width:initial;height:initial;background:none;opacity:1;border:0;margin:0;padding:0;position:relative"><img alt="${heading}" src="/_next/image?url=${encodeURIComponent(cover.url)}&amp;w=1200&amp;q=75" srcset="/_next/image?url=${encodeURIComponent(cover.url)}&amp;w=640&amp;q=75 1x, /_next/image?url=${encodeURIComponent(cover.url)}&amp;w=1200&amp;q=75 2x" decoding="async" data-nimg="responsive"></span></a>` +
    `<div class="${classes(random, 'sc-body')}"><h2>${heading}</h2><p>${summary}</p><div class="sc-meta"><span>${author.name}</span><span>${likes}</span><button aria-label="Like" class="sc-btn"><svg viewBox="0 0 24 24"><path d="M12 21l-8-8c-2-2-2-6 0-8s6-2 8 1z"/></svg></button></div></div></div>`
  const cards = items.map(card).join('')
  const dataOf = (dictionary: readonly object[]): string =>
    JSON.stringify({ props: { pageProps: { items, dictionary, locale: 'en' } }, page: '/', query: {}, buildId: token(random) })
  return framed(random, { title: name, linkedData: { '@context': 'https://schema.org', '@type': 'WebSite', name, url: HOST }, styleBytes: 8_000, scriptBytes: 8_000, links: 20 }, bytes, (room) => {
    const rest = room - cards.length - dataOf([]).length
    const dictionary = Array.from({ length: Math.max(0, Math.ceil(rest / 109)) }, () => ({ key: slug(random), text: prose(random, 12) }))
    return `<div id="__next"><h1>${name}</h1><div class="feed">${cards}</div></div><script id="__NEXT_DATA__" type="application/json">${dataOf(dictionary)}</script>`
  })
}

export const PAGE_KINDS = { article, shop, gallery, forum, application } as const
export type PageKindName = keyof typeof PAGE_KINDS
