/**
 * The ways galleries, loaders, lightboxes, zooms, sliders, shops and content systems write pictures, each in markup
 * of our own that is shaped as theirs is, with the pairs a reader of the page would name.
 */
import { describe, expect, test } from 'vitest'
import { readPage } from './index.ts'

const URL_ = 'https://g.example/x/page.html'

/** `thumbnail full`, or one address when there is only one file. */
const pairs = (html: string): string[] =>
  readPage(html, { url: URL_ }).candidates.map(({ thumbnailUrl, fullUrl }) =>
    [...new Set([thumbnailUrl, fullUrl])].map((url) => url.replace('https://g.example/x/', '')).join(' '))

type Case = [name: string, html: string, expected: string[]]
const check = (cases: Case[]): void => {
  test.each(cases)('%s', (_name, html, expected) => expect(pairs(html)).toEqual(expected))
}
const SPACER = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='

describe('lazy loaders', () => {
  check([
    ['lazysizes', `<img class="lazyload" src="${SPACER}" data-sizes="auto" data-srcset="a-300.jpg 300w, a-900.jpg 900w" data-src="a.jpg">`, ['a-300.jpg a-900.jpg']],
    ['lazysizes bgset', '<div class="lazyload" data-bgset="a-400.jpg 400w, a-900.jpg 900w | b.jpg 1200w [--large]"></div>', ['a-400.jpg b.jpg']],
    ['lozad', '<img class="lozad" data-src="a.jpg"><div class="lozad" data-background-image="b.jpg"></div>', ['a.jpg', 'b.jpg']],
    ['vanilla-lazyload', '<div class="lazy" data-bg="a.jpg" data-bg-hidpi="a@2x.jpg"></div><video class="lazy" data-poster="p.jpg" data-src="v.mp4"></video>', ['a.jpg a@2x.jpg', 'p.jpg']],
    ['tuupola', '<img class="lazyload" data-src="a.jpg" width="765" height="574">', ['a.jpg']],
    ['a background given as CSS', '<div data-lazy-bg="url(\'a.jpg\')"></div><section data-style="background-image: url(b.jpg)"></section>', ['a.jpg', 'b.jpg']],
    ['Interchange', '<img src="s.jpg" data-interchange="[s.jpg, small], [m.jpg, medium], [l.jpg, large]">', ['s.jpg l.jpg']],
    ['ks-lazyload', '<img src="//s.example/s.gif" data-ks-lazyload="a.jpg">', ['a.jpg']],
    ['forum attributes', '<img src="static/none.gif" zoomfile="a.jpg" file="a.thumb.jpg">', ['a.thumb.jpg a.jpg']],
    ['a name nobody has met', '<img src="t.jpg" data-acme-zoom-file="z.jpg" data-acme-hover="other.jpg">', ['t.jpg z.jpg']],
  ])
})

describe('attributes of any name', () => {
  check([
    ['on an img that shows nothing', `<img src="${SPACER}" nitro-lazy-src="a.jpg"><img src="${SPACER}" data-wood="b.jpg"><img ng-src="c.jpg"><img imageSrc="d.jpg"><img v-lazy="'e.jpg'"><img src="spacer.gif" data-savepage-src="f.jpg">`,
      ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg', 'f.jpg']],
    ['a set', `<img src="${SPACER}" data-srcset-webp="a-300.webp 300w, a-900.webp 900w">`, ['a-300.webp a-900.webp']],
    ['a smaller copy', '<img src="a.jpg" lowsrc="b.jpg">', ['b.jpg a.jpg']],
    ['words and other pictures', `<img src="${SPACER}" alt="x.jpg" data-file-name="y.jpg" data-hover="z.jpg" my-avatar="w.jpg" ng-src="{{v}}.jpg" onerror="this.src='v.jpg'">`, []],
    ['none where the img shows a picture', '<img src="a.jpg" my-thing="b.jpg">', ['a.jpg']],
    ['an element of the site\'s own', '<photo-tile image="a.jpg" caption="x.jpg"></photo-tile><photo-tile src="b-t.jpg" full="b.jpg"></photo-tile><zoom-box large="c.jpg"><img src="c-t.jpg"></zoom-box>', ['a.jpg', 'b-t.jpg b.jpg', 'c-t.jpg c.jpg']],
    ['a cell\'s background', '<table><tr><td background="a.jpg">x</td></tr></table>', ['a.jpg']],
  ])
})

describe('sliders', () => {
  check([
    ['Swiper', '<div class="swiper-slide" data-background="a.jpg"></div><div class="swiper-slide"><img data-src="b.jpg" class="swiper-lazy"></div>', ['a.jpg', 'b.jpg']],
    ['Slick', '<div><img data-lazy="a.jpg"></div><div><img data-lazy="b.jpg" data-srcset="b-1.jpg 400w, b-2.jpg 900w"></div>', ['a.jpg', 'b-1.jpg b-2.jpg']],
    ['Splide', '<li class="splide__slide"><img data-splide-lazy="a.jpg"></li>', ['a.jpg']],
    ['Flickity', '<div class="carousel-cell"><img data-flickity-lazyload="a.jpg"></div>', ['a.jpg']],
    ['FlexSlider', '<ul class="slides"><li data-thumb="a-t.jpg"><img src="a.jpg"></li><li data-thumb="b-t.jpg"><img src="b.jpg"></li></ul>', ['a-t.jpg a.jpg', 'b-t.jpg b.jpg']],
    ['Owl', '<div class="item"><img class="owl-lazy" data-src="a.jpg" data-src-retina="a2.jpg"></div>', ['a.jpg a2.jpg']],
    ['Nivo', '<img src="a.jpg" data-thumb="a_t.jpg" title="#cap">', ['a_t.jpg a.jpg']],
    ['Camera', '<div class="camera_wrap"><div data-src="a.jpg" data-thumb="thumbs/a.jpg"></div><div data-src="b.jpg" data-thumb="thumbs/b.jpg"></div></div>',
      ['thumbs/a.jpg a.jpg', 'thumbs/b.jpg b.jpg']],
    ['Fotorama', '<div class="fotorama"><a href="a.jpg" data-thumb="a-t.jpg"></a><a href="b.jpg" data-full="b-f.jpg"><img src="b-t.jpg"></a></div>', ['b-t.jpg b-f.jpg', 'a-t.jpg a.jpg'].toSorted()],
    ['Galleria', '<div class="galleria"><a href="m.jpg"><img src="t.jpg" data-big="big.jpg" data-title="x"></a></div>', ['t.jpg big.jpg']],
    ['Unite', '<div id="gallery"><img src="t1.jpg" data-image="b1.jpg" alt="x"><img src="t2.jpg" data-image="b2.jpg"></div>', ['t1.jpg b1.jpg', 't2.jpg b2.jpg']],
    ['NanoGallery2', '<div data-nanogallery2=\'{"thumbnailWidth":200}\'><a href="a.jpg" data-ngthumb="a_t.jpg" data-ngdesc="x">A</a></div>', ['a_t.jpg a.jpg']],
    ['Royal Slider', '<a class="rsImg" href="a.jpg" data-rsBigImg="a-big.jpg"><img class="rsTmb" src="a-t.jpg"></a>', ['a-t.jpg a-big.jpg']],
  ])
})

describe('lightboxes', () => {
  check([
    ['lightGallery', '<div id="lg"><a href="" data-src="a.jpg" data-lg-size="1600-1067" data-responsive="a-375.jpg 375, a-480.jpg 480"><img src="t.jpg"></a></div>', ['t.jpg a.jpg']],
    ['lightGallery with list entries', '<ul><li data-src="a.jpg" data-sub-html="<h4>x</h4>"><a href=""><img src="a-t.jpg"></a></li><li data-src="b.jpg"><a href=""><img src="b-t.jpg"></a></li></ul>',
      ['a-t.jpg a.jpg', 'b-t.jpg b.jpg']],
    ['PhotoSwipe 4', '<figure><a href="a.jpg" data-size="1024x768" data-med="m.jpg"><img src="t.jpg"></a><figcaption>c</figcaption></figure>', ['t.jpg a.jpg']],
    ['PhotoSwipe 5', '<a href="/view/1" data-pswp-src="a.jpg" data-pswp-width="1600" data-pswp-height="900"><img src="t.jpg"></a>', ['t.jpg a.jpg']],
    ['Fancybox', '<a data-fancybox="g" data-src="a.jpg" data-caption="x" href="#"><img src="t.jpg"></a><img data-fancybox data-src="b.jpg" src="b-t.jpg">', ['t.jpg a.jpg', 'b-t.jpg b.jpg']],
    ['Magnific Popup', '<a class="image-popup" href="a.jpg"><div><span><img src="t.jpg"></span></div></a>', ['t.jpg a.jpg']],
    ['baguetteBox', '<a href="a.jpg" data-at-450="a-450.jpg" data-at-800="a-800.jpg"><img src="t.jpg"></a>', ['t.jpg a.jpg']],
    ['Viewer.js', '<ul><li><img data-original="a.jpg" src="a-t.jpg"></li></ul>', ['a-t.jpg a.jpg']],
    ['fslightbox', '<a data-fslightbox="g" href="https://cdn.example/i/77"><img src="t.jpg"></a>', ['t.jpg https://cdn.example/i/77']],
    ['Spotlight', '<div class="spotlight" data-src="a.jpg"><img src="t.jpg"></div>', ['t.jpg a.jpg']],
    ['Venobox with a video', '<a class="venobox" data-vbtype="video" href="https://v.example/1"><img src="t.jpg"></a>', ['t.jpg']],
    ['Lity', '<a href="a.jpg" data-lity><img src="t.jpg"></a>', ['t.jpg a.jpg']],
    ['Highslide', '<a href="a.jpg" class="highslide" onclick="return hs.expand(this)"><img src="t.jpg"></a>', ['t.jpg a.jpg']],
    ['a login form in a lightbox', '<p>words</p><a class="lightbox" href="/login">Log in</a>', []],
    ['medium-zoom', '<img src="t.jpg" data-zoomable data-zoom-src="a.jpg">', ['t.jpg a.jpg']],
    ['a background under a link', '<div class="grid"><a href="a.jpg" style="background-image:url(a-t.jpg)"></a><a href="b.jpg" style="background-image:url(b-t.jpg)"></a></div>',
      ['a-t.jpg a.jpg', 'b-t.jpg b.jpg']],
  ])
})

describe('zooms and shops', () => {
  check([
    ['elevateZoom', '<div id="g"><a href="#" data-image="m.jpg" data-zoom-image="l.jpg"><img src="t.jpg"></a></div>', ['t.jpg l.jpg']],
    ['xZoom', '<img class="xzoom" src="p.jpg" xoriginal="o.jpg">', ['p.jpg o.jpg']],
    ['Drift', '<img src="a.jpg" data-zoom="z.jpg">', ['a.jpg z.jpg']],
    ['EasyZoom', '<ul><li><a href="l.jpg" data-standard="m.jpg"><img src="t.jpg"></a></li></ul>', ['t.jpg l.jpg']],
    ['Amazon', `<img src="t.jpg" data-old-hires="" data-a-dynamic-image='{"https://m.example/a._SX300_.jpg":[300,200],"https://m.example/a._SX900_.jpg":[900,600]}'>`,
      ['https://m.example/a._SX300_.jpg https://m.example/a._SX900_.jpg']],
    ['WooCommerce', `<div data-thumb="a-100x100.jpg" class="woocommerce-product-gallery__image"><a href="a.jpg"><img src="a-600x600.jpg" data-src="a.jpg"
      data-large_image="a.jpg" data-large_image_width="2000" data-large_image_height="1500"></a></div>`, ['a-600x600.jpg a.jpg']],
    ['WooCommerce variations', `<form data-product_variations='[{"attributes":{},"image":{"title":"x","src":"https://w.example/a-600.jpg","full_src":"https://w.example/a.jpg","full_src_w":1500,"full_src_h":900,"thumb_src":"https://w.example/a-300.jpg","src_w":600}}]'></form>`,
      ['https://w.example/a-300.jpg https://w.example/a.jpg']],
    ['Magento', `<div class="gallery-placeholder"></div><script type="text/x-magento-init">{"[data-gallery-role=gallery-placeholder]":{"mage/gallery/gallery":{"mixins":["magnifier/magnify"],
      "data":[{"thumb":"https:\\/\\/m.example\\/t\\/a.jpg","img":"https:\\/\\/m.example\\/i\\/a.jpg","full":"https:\\/\\/m.example\\/f\\/a.jpg","caption":"Red","isMain":true,"type":"image"},
      {"thumb":"https:\\/\\/m.example\\/t\\/b.jpg","img":"https:\\/\\/m.example\\/i\\/b.jpg","full":"https:\\/\\/m.example\\/f\\/b.jpg","caption":"Blue","type":"image"}]}}}</script>`,
      ['https://m.example/t/a.jpg https://m.example/f/a.jpg', 'https://m.example/t/b.jpg https://m.example/f/b.jpg']],
    ['Shopify', `<script type="application/json" id="ProductJson-main">{"id":1,"title":"Gull","featured_image":"\\/\\/s.example\\/p\\/a.jpg?v=1","images":["\\/\\/s.example\\/p\\/a.jpg?v=1","\\/\\/s.example\\/p\\/b.jpg?v=2"],
      "media":[{"alt":null,"src":"https:\\/\\/s.example\\/p\\/a.jpg?v=1","width":1200,"height":900}]}</script>`, ['https://s.example/p/a.jpg?v=1', 'https://s.example/p/b.jpg?v=2']],
    ['PrestaShop', '<img src="a-home.jpg" data-full-size-image-url="a-large.jpg">', ['a-home.jpg a-large.jpg']],
    ['BigCommerce', '<a href="#" data-image-gallery-new-image-url="m.jpg" data-image-gallery-zoom-image-url="z.jpg"><img src="t.jpg"></a>', ['t.jpg z.jpg']],
    ['a second picture under the pointer', '<a href="/p/1"><img src="a.jpg" data-hover-image="b.jpg"></a>', ['a.jpg']],
  ])
})

describe('content systems', () => {
  check([
    ['WordPress', '<figure class="wp-block-image"><a href="a.jpg"><img src="a-300x200.jpg" srcset="a-300x200.jpg 300w, a-1024x683.jpg 1024w"></a></figure>', ['a-300x200.jpg a.jpg']],
    ['Jetpack', '<img src="a.jpg?w=300" data-orig-file="a.jpg" data-orig-size="1200,800" data-large-file="a.jpg?w=1024" data-medium-file="a.jpg?w=200">', ['a.jpg?w=300 a.jpg']],
    ['Elementor', '<a class="e-gallery-item" href="a.jpg" data-elementor-open-lightbox="yes"><div class="e-gallery-image" data-thumbnail="a-300x200.jpg" data-width="300" data-height="200"></div></a>',
      ['a-300x200.jpg a.jpg']],
    ['NextGEN', '<a href="a.jpg" data-src="a.jpg" data-thumbnail="thumbs/thumbs_a.jpg" class="ngg-fancybox"><img src="thumbs/thumbs_a.jpg"></a>', ['thumbs/thumbs_a.jpg a.jpg']],
    ['Squarespace', '<img data-src="a.jpg" data-image="a.jpg" data-image-dimensions="1500x1000" src="">', ['a.jpg']],
    ['Substack', `<a class="image-link" href="https://c.example/f/full.jpeg"><picture><img src="https://c.example/image/fetch/w_400,c_limit/https%3A%2F%2Fb.example%2Ffull.jpeg" data-attrs='{"src":"https://b.example/full.jpeg","width":1456,"height":971}'></picture></a>`,
      ['https://c.example/image/fetch/w_400,c_limit/https%3A%2F%2Fb.example%2Ffull.jpeg https://c.example/f/full.jpeg']],
    ['Tumblr', `<a class="photo" data-lightbox='{"low_res":"https://t.example/a_400.jpg","high_res":"https://t.example/a_1280.jpg","width":1280,"height":900}'><img src="https://t.example/a_250.jpg"></a>`,
      ['https://t.example/a_400.jpg https://t.example/a_1280.jpg']],
    ['Discourse', '<div class="lightbox-wrapper"><a class="lightbox" href="/up/a.jpeg" data-download-href="/dl/a.jpeg"><img src="/opt/a_2_690x388.jpeg"></a></div>',
      ['https://g.example/opt/a_2_690x388.jpeg https://g.example/dl/a.jpeg']],
    ['XenForo', '<div class="bbImageWrapper js-lbImage" data-src="a.jpg"><img src="t.jpg" data-url="a.jpg"></div>', ['t.jpg a.jpg']],
    ['phpBB', '<a href="./download/file.php?id=12&amp;mode=view"><img src="./download/file.php?id=12&amp;t=1"></a>', ['download/file.php?id=12&t=1 download/file.php?id=12&mode=view']],
    ['vBulletin, and a thread beside it', '<a href="attachment.php?attachmentid=5&amp;d=1"><img src="attachment.php?attachmentid=5&amp;thumb=1&amp;d=1"></a><a href="thread.php?t=5"><img src="t.jpg"></a>',
      ['attachment.php?attachmentid=5&thumb=1&d=1 attachment.php?attachmentid=5&d=1', 't.jpg']],
    ['Webflow', '<a class="w-lightbox" href="#"><img src="t.jpg"><script type="application/json" class="w-json">{"items":[{"url":"https://w.example/a.jpg","width":1600,"height":900,"type":"image"}]}</script></a>',
      ['t.jpg', 'https://w.example/a.jpg']],
    ['AMP', '<amp-img src="a.jpg" width="600" height="400"><noscript><img src="a.jpg"></noscript></amp-img><amp-anim src="b.gif"></amp-anim>', ['a.jpg', 'b.gif']],
    ['a template', '<template><img src="a.jpg"></template>', ['a.jpg']],
  ])
})

describe('cards', () => {
  check([
    ['a link beside the picture', '<div class="card"><a href="p.html"><img src="t.jpg"></a><p>Words</p><a href="a.jpg">View full size</a></div>', ['t.jpg a.jpg']],
    ['a download button', '<div><img src="t.jpg"><a download href="a.jpg">Save</a></div>', ['t.jpg a.jpg']],
    ['the same name', '<table><tr><td><img src="thumbs/gannet.jpg"></td><td><a href="gannet.jpg">gannet.jpg</a></td></tr></table>', ['thumbs/gannet.jpg gannet.jpg']],
    ['wallpapers in sizes', '<div><img src="t.jpg"><ul><li><a href="w1.jpg">1280x720</a></li><li><a href="w2.jpg">1920 × 1080</a></li></ul></div>', ['t.jpg w2.jpg']],
    ['a button that zooms', '<div class="card"><img src="t.jpg"><button data-zoom-image="z.jpg">+</button></div>', ['t.jpg z.jpg']],
    ['a card that is a link', '<div data-href="a.jpg"><img src="t.jpg"></div>', ['t.jpg a.jpg']],
    ['an icon beside a file', '<tr><td><img src="/icons/image2.gif"></td><td><a href="photo.jpg">photo.jpg</a></td></tr>', ['https://g.example/icons/image2.gif', 'photo.jpg']],
    ['an arrow to the next', '<a href="b.jpg"><img src="img/next.png" width="32" height="32"></a>', ['b.jpg', 'img/next.png']],
    ['two pictures, one link', '<div><img src="t1.jpg"><img src="t2.jpg"><a href="a.jpg">Full size</a></div>', ['t1.jpg', 't2.jpg', 'a.jpg']],
    ['two unlike files', '<div><img src="t.jpg"><a href="a.jpg">Large</a><a href="b.jpg">Large</a></div>', ['t.jpg', 'a.jpg', 'b.jpg']],
    ['cards in a row', '<ul><li><img src="1/thumb.jpg"><a href="1/large.jpg">zoom</a></li><li><img src="2/thumb.jpg"><a href="2/large.jpg">zoom</a></li></ul>',
      ['1/thumb.jpg 1/large.jpg', '2/thumb.jpg 2/large.jpg']],
  ])
})

describe('JSON in attributes', () => {
  check([
    ['a list of addresses', `<div data-images='["i/a.jpg","i/b.jpg"]'></div>`, ['i/a.jpg', 'i/b.jpg']],
    ['a list of files by role', `<div data-gallery='[{"thumb":"/t/a.jpg","full":"/f/a.jpg","w":1200,"h":800},{"thumb":"/t/b.jpg","full":"/f/b.jpg"}]'></div>`,
      ['https://g.example/t/a.jpg https://g.example/f/a.jpg', 'https://g.example/t/b.jpg https://g.example/f/b.jpg']],
    ['PhotoSwipe items', '<div data-pswp="[{&quot;src&quot;:&quot;/f/a.jpg&quot;,&quot;msrc&quot;:&quot;/t/a.jpg&quot;,&quot;w&quot;:900,&quot;h&quot;:600}]"></div>', ['https://g.example/t/a.jpg https://g.example/f/a.jpg']],
    ['escaped twice', '<div data-g="[{&amp;quot;src&amp;quot;:&amp;quot;/f/a.jpg&amp;quot;}]"></div>', ['https://g.example/f/a.jpg']],
    ['pairs what the page shows small', `<div data-full='[{"small":"/t/a.jpg","original":"/f/a.jpg"}]'><p><img src="/t/a.jpg"></p><p><img src="/t/b.jpg"></p></div>`,
      ['https://g.example/t/a.jpg https://g.example/f/a.jpg', 'https://g.example/t/b.jpg']],
    ['sizes as records', `<div data-photo='{"sizes":{"thumbnail":{"url":"/s/a-150.jpg","width":150},"medium":{"url":"/s/a-600.jpg","width":600},"full":{"url":"/s/a.jpg","width":2400}}}'></div>`,
      ['https://g.example/s/a-600.jpg https://g.example/s/a.jpg']],
    ['names are no addresses', `<div data-file='{"name":"IMG_1.jpg","alt":"x.jpg","url":"/page.html","logo":"/l.png"}'></div>`, []],
    ['not JSON after all', `<div data-x="{image: a.jpg}" data-y='["unclosed.jpg"'></div>`, []],
    ['prototype keys', `<div data-x='{"__proto__":{"src":"/a.jpg"},"constructor":"/b.jpg"}'></div>`, ['https://g.example/a.jpg', 'https://g.example/b.jpg']],
  ])
})

describe('CSS', () => {
  check([
    ['an inline background', '<div style="color:red; background: #fff url( \'a (1).jpg\' ) no-repeat"></div>', ['a%20(1).jpg']],
    ['image-set', '<div style="background-image:image-set(url(a.jpg) 1x, \'a-2.jpg\' 2x)"></div>', ['a.jpg a-2.jpg']],
    ['a custom property', '<div style="--hero:url(a.jpg)"></div>', ['a.jpg']],
    ['escapes and comments', String.raw`<div style="background:/* url(no.jpg) */url(a\20 b\).jpg)"></div>`, ['a%20b).jpg']],
    ['gradients, sprites, inline pictures', `<i style="background:url(sprite.png)"></i><i style="background:url(s.png) -10px -20px"></i><i style="background:linear-gradient(red,blue)"></i><i style="background:url(${SPACER})"></i>`, []],
    ['a small copy in CSS, the real one lazy', '<div style="background-image:url(a-20x20.jpg)" data-bg="a.jpg"></div>', ['a.jpg']],
    ['a placeholder behind an img', '<div class="blur-load" style="background-image:url(a-small.jpg)"><img src="a.jpg"></div>', ['a.jpg']],
    ['a sheet', '<style>.hero{color:red;background-image:url("a.jpg")} @media (min-width:600px){#b::before{content:url(b.jpg)}} .x .y{background:url(c.jpg)} @font-face{src:url(f.jpg)}</style><p id=b></p><div class="big hero"></div>',
      ['b.jpg', 'a.jpg', 'c.jpg']],
    ['in a noscript', '<noscript><div style="background-image:url(a.jpg)"></div></noscript>', ['a.jpg']],
  ])
})

describe('other places', () => {
  check([
    ['a poster', '<video poster="a.jpg" src="v.mp4"></video>', ['a.jpg']],
    ['object, embed, input, svg', '<object data="a.jpg" type="image/jpeg"></object><embed src="b.png"><input type="image" src="c.gif"><svg><image xlink:href="d.jpg"/></svg><object data="x.swf"></object><input src="n.jpg">',
      ['a.jpg', 'b.png', 'c.gif', 'd.jpg']],
    ['a preload', '<link rel="preload" as="image" href="a.jpg" imagesrcset="a-400.jpg 400w, a-900.jpg 900w"><link rel=preload as=script href="x.js">', ['a-400.jpg a-900.jpg']],
    ['a preload of what is shown', '<link rel="preload" as="image" href="a.jpg"><img src="a.jpg">', ['a.jpg']],
    ['metas', '<meta itemprop="image" content="/a.jpg"><meta name="thumbnail" content="/b.jpg"><meta name="image" content="a word"><link rel="image_src" href="c.jpg">',
      ['https://g.example/a.jpg', 'https://g.example/b.jpg', 'c.jpg']],
    ['an image map', '<map><area href="a.jpg"><area href="b.html"></map>', ['a.jpg']],
    ['the first base that works', '<base href="javascript:1"><base href="/o/"><img src="a.jpg">', ['a.jpg']],
  ])
})

describe('pairs that demos of galleries and generators taught', () => {
  check([
    ['a link in an image service without extensions', '<a href="https://img.example/7/1200/800"><img src="https://img.example/7/300/200"></a>', ['https://img.example/7/300/200 https://img.example/7/1200/800']],
    ['a link elsewhere from such a picture', '<a href="https://img.example/about"><img src="https://img.example/7/300/200"></a>', ['https://img.example/7/300/200']],
    ['a retina file without extension', '<img src="s.gif" data-src="https://img.example/1/800/city" data-src-retina="https://img.example/1/1600/city">', ['https://img.example/1/800/city https://img.example/1/1600/city']],
    ['an inline box', '<a href="#box" data-toggle="lightbox"><img src="small.png"></a><div id="box"><img src="large.png"><img src="img/close.png"></div>', ['small.png large.png', 'img/close.png']],
    ['a modal', '<a href="#" data-bs-toggle="modal" data-bs-target="#m1"><img src="a-card.jpg"></a><div id="m1"><h2>A</h2><img src="b.jpg"></div>', ['a-card.jpg b.jpg']],
    ['a tab is no box', '<a href="#tab" data-toggle="tab"><img src="small.jpg"></a><div id="tab"><img src="other.jpg"></div>', ['small.jpg', 'other.jpg']],
    ['a box of several pictures', '<a href="#box" data-toggle="modal"><img src="a.jpg"></a><div id="box"><img src="b.jpg"><img src="c.jpg"></div>', ['a.jpg', 'b.jpg', 'c.jpg']],
    ['two img in one slide', '<div><img data-u="image" src="slide1.jpg"><img data-u="thumb" src="one.jpg"></div><div><img data-u="image" src="slide2.jpg"><img data-u="thumb" src="two.jpg"></div>', ['one.jpg slide1.jpg', 'two.jpg slide2.jpg']],
    ['two pictures side by side', '<div><img class="photo" src="a.jpg"><img class="photo" src="b.jpg"></div>', ['a.jpg', 'b.jpg']],
    ['files named by their size in a folder', '<div class="a"><img src="canyon/500x300.jpg"></div><div class="b"><img src="canyon/2000x1200.jpg"></div>', ['canyon/500x300.jpg canyon/2000x1200.jpg']],
    ['placeholders of other shapes in one folder', '<img src="ph/500x300.jpg"><img src="ph/400x400.jpg">', ['ph/500x300.jpg', 'ph/400x400.jpg']],
    ['a small thumbnail of known size, linked', '<a href="a.jpg"><img src="a-150x150.jpg" width="150" height="150"></a>', ['a-150x150.jpg a.jpg']],
    ['a set on the link', '<a href="a-800.jpg" data-srcset="a-800.jpg 1x, a-1600.jpg 2x"><img src="t/1.jpg"></a>', ['t/1.jpg a-1600.jpg']],
    ['the original named further out', '<li data-src="large/x.jpg" data-download-url="original/x.jpg" data-exthumbimage="thumbs/x.jpg"><a href="large/x.jpg"><img src="small/x.jpg"></a></li>', ['thumbs/x.jpg original/x.jpg']],
    ['a wiki\'s page of a file', '<a href="/images/a/a6/X.jpg"><img src="/images/thumb/a/a6/X.jpg/401px-X.jpg?20240131120000" width="401" height="600" srcset="/images/thumb/a/a6/X.jpg/802px-X.jpg?20240131120000 2x"></a><p>Size: <a href="/images/thumb/a/a6/X.jpg/401px-X.jpg">401 × 600 pixels</a></p>', ['https://g.example/images/thumb/a/a6/X.jpg/401px-X.jpg?20240131120000 https://g.example/images/a/a6/X.jpg']],
    ['an icon in the card', '<div><img src="a-t.jpg"><img src="img/zoom.png" width="16" height="16"><a href="a.jpg">full size</a></div>', ['a-t.jpg a.jpg', 'img/zoom.png']],
    ['hidden slides beside shown ones', '<div><a href="1.jpg"><img src="1s.jpg"></a><a href="2.jpg"><img src="2s.jpg"></a><div data-remote="3.jpg"></div></div>', ['1s.jpg 1.jpg', '2s.jpg 2.jpg', '3.jpg']],
    ['a density in the name', '<img src="/hero.jpg" srcset="/hero.jpg 1x, /hero-2x.jpg 2x"><img src="/b.jpg" width="400" height="300" srcset="/b.jpg 1x, /b_2x.jpg 2x, /b_3x.jpg 3x">',
      ['https://g.example/hero.jpg https://g.example/hero-2x.jpg', 'https://g.example/b.jpg https://g.example/b_3x.jpg']],
    ['a density behind a width', '<img src="h-400.jpg" srcset="h-400.jpg 1x, h-400-2x.jpg 2x"><img src="w-300x200.jpg" srcset="w-300x200.jpg 1x, w-300x200-2x.jpg 2x">',
      ['h-400.jpg h-400-2x.jpg', 'w-300x200.jpg w-300x200-2x.jpg']],
    ['a density in CSS', '<div style="background: image-set(url(hero.jpg) 1x, url(hero-2x.jpg) 2x)"></div>', ['hero.jpg hero-2x.jpg']],
    ['two densities shown apart', '<img class="small" src="hero.jpg"><p>x</p><img class="big" src="hero-2x.jpg">', ['hero.jpg hero-2x.jpg']],
    ['a shape in the name', '<img src="a.jpg" srcset="a.jpg 640w, a-16x9.jpg 1280w">', ['a.jpg a-16x9.jpg']],
    ['a stand-in twenty pixels wide', '<img src="a_20x.jpg" data-src="a_900x.jpg">', ['a_900x.jpg']],
    ['a script under a lightbox mark', '<a rel="lightbox[1]" href="/image.php?id=5"><img src="/image.php?id=5&thumb=1"></a><a class="fancybox" rel="gallery" href="image.php?id=6"><img src="t/6.jpg"></a>',
      ['https://g.example/image.php?id=5&thumb=1 https://g.example/image.php?id=5', 't/6.jpg image.php?id=6']],
    ['a forum\'s attachment', '<a href="attachment.php?attachmentid=5&d=14" rel="Lightbox_9"><img src="attachment.php?attachmentid=5&d=14&thumb=1"></a>',
      ['attachment.php?attachmentid=5&d=14&thumb=1 attachment.php?attachmentid=5&d=14']],
    ['a script\'s page under a lightbox mark', '<a class="fancybox" href="view.php?id=6"><img src="t/6.jpg"></a>', ['t/6.jpg']],
    ['a link of a script alone', '<a data-lg-size="1600-1067" data-src="https://img.example/photo-1?auto=format&w=1600&q=80"><img src="https://img.example/photo-1?auto=format&w=240&q=80"></a>' +
      '<a data-fancybox data-src="https://l.example/id/1/1600x1200"><img src="https://l.example/id/1/200x150"></a><li data-src="https://l.example/id/2/1600/1200"><img src="https://l.example/id/2/240/160"></li>',
      ['https://img.example/photo-1?auto=format&w=240&q=80 https://img.example/photo-1?auto=format&w=1600&q=80',
        'https://l.example/id/1/200x150 https://l.example/id/1/1600x1200', 'https://l.example/id/2/240/160 https://l.example/id/2/1600/1200']],
    ['a box, a film and a frame of a script', '<a data-fancybox data-src="#box"><img src="a.jpg"></a><a data-fancybox data-src="https://youtu.be/x1"><img src="b.jpg"></a><a data-fancybox data-type="iframe" data-src="https://m.example/map"><img src="c.jpg"></a>',
      ['a.jpg', 'b.jpg', 'c.jpg']],
    ['widths of a board of pins', '<img src="https://i.pinimg.com/236x/ab/cd/ef/0123.jpg" srcset="https://i.pinimg.com/236x/ab/cd/ef/0123.jpg 1x, https://i.pinimg.com/474x/ab/cd/ef/0123.jpg 2x, https://i.pinimg.com/originals/ab/cd/ef/0123.jpg 4x">',
      ['https://i.pinimg.com/236x/ab/cd/ef/0123.jpg https://i.pinimg.com/originals/ab/cd/ef/0123.jpg']],
    ['the file and its sample', '<article data-width="3000" data-height="2000" data-large-file-url="/sample/a1.jpg" data-file-url="/original/a1.jpg" data-preview-file-url="/180/a1.jpg"><a href="/posts/1"><img src="/180/a1.jpg"></a></article>',
      ['https://g.example/180/a1.jpg https://g.example/original/a1.jpg']],
    ['a list of sizes', '<div data-pictures=\'[{"size":2,"url":"/p/2.jpg"},{"size":512,"url":"/p/512.jpg"},{"size":2048,"url":"/p/2048.jpg"}]\'></div>', ['https://g.example/p/512.jpg https://g.example/p/2048.jpg']],
    ['a list of files with their bytes', '<div data-pictures=\'[{"size":2311,"url":"/p/a.jpg"},{"size":5122,"url":"/p/b.jpg"}]\'></div>', ['https://g.example/p/a.jpg', 'https://g.example/p/b.jpg']],
    ['items that begin elsewhere', '<div data-nanogallery2=\'{"itemsBaseURL":"https://cdn.example/set","thumbnailWidth":"200"}\'><a href="a.jpg" data-ngthumb="a_t.jpg">A</a><a href="/b.jpg" data-ngthumb="https://o.example/b_t.jpg">B</a></div><a href="c.jpg">C</a>',
      ['https://cdn.example/set/a_t.jpg https://cdn.example/set/a.jpg', 'https://o.example/b_t.jpg https://g.example/b.jpg', 'c.jpg']],
    ['a medium size in an attribute is no thumbnail', '<a href="full/a.jpg" data-size="1600x1200" data-med="med/b.jpg" data-med-size="1024x768"><img src="t/c.jpg"></a>', ['t/c.jpg full/a.jpg']],
  ])
})
