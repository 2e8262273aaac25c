/** Addresses as image services and content systems write them: all sizes of one picture have one key, another picture another. */
import { assert, constantFrom, array, property, string, webUrl } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalUrl } from '../canonical-url.ts'
import { fileAddress } from './file-address.ts'

const S = '0123456789abcdef0123456789abcdef'
const S2 = 'fedcba9876543210fedcba9876543210'
const SHA = `${S}01234567`
const UUID = 'c8d5f0a2-1b3c-4d5e-8f90-a1b2c3d4e5f6'
const UUID2 = 'c8d5f0a2-1b3c-4d5e-8f90-a1b2c3d4e5f7'
const b64 = (text: string): string => Buffer.from(text).toString('base64url')

/** Sizes of one picture, then other pictures. */
const FILES: readonly (readonly [name: string, same: readonly string[], others: readonly string[]])[] = [
  ['WordPress',
    ['h.example/wp-content/uploads/2024/05/gannet.jpg', 'h.example/wp-content/uploads/2024/05/gannet-1024x683.jpg', 'h.example/wp-content/uploads/2024/05/gannet-scaled.jpg', 'h.example/wp-content/uploads/2024/05/gannet-e1612345678901-150x150.jpg'],
    ['h.example/wp-content/uploads/2024/05/gannet-2.jpg', 'h.example/wp-content/uploads/2024/06/gannet.jpg']],
  ['WordPress in WebP', ['h.example/app/uploads/a-300x200.jpg.webp', 'h.example/app/uploads/a.jpg'], ['h.example/app/uploads/b.jpg']],
  ['Jetpack Photon',
    ['i0.wp.com/h.example/wp-content/uploads/a.jpg?resize=300%2C200&ssl=1', 'i2.wp.com/h.example/wp-content/uploads/a.jpg?fit=1024%2C683&ssl=1', 'h.example/wp-content/uploads/a.jpg', 'h.example/wp-content/uploads/a-768x512.jpg'],
    ['i0.wp.com/other.example/wp-content/uploads/a.jpg?resize=300%2C200']],
  ['Shopify',
    ['cdn.shopify.com/s/files/1/2/products/mug.jpg?v=1', 'cdn.shopify.com/s/files/1/2/products/mug_640x.jpg?v=1', 'cdn.shopify.com/s/files/1/2/products/mug_grande.jpg?v=1', 'cdn.shopify.com/s/files/1/2/products/mug_300x300_crop_center@2x.progressive.jpg?v=1', 'cdn.shopify.com/s/files/1/2/products/mug.jpg?v=1&width=533'],
    ['cdn.shopify.com/s/files/1/2/products/mug_2.jpg?v=1', 'cdn.shopify.com/s/files/1/2/products/jug_640x.jpg?v=1']],
  ['Shopify, own host', ['shop.example/cdn/shop/files/mug_x500.jpg?v=7', 'shop.example/cdn/shop/files/mug.jpg?v=7&width=1946&height=100&crop=center'], ['shop.example/cdn/shop/files/cup.jpg?v=7']],
  ['Squarespace', ['images.squarespace-cdn.com/content/v1/5f/1-AB/a.jpg?format=750w', 'images.squarespace-cdn.com/content/v1/5f/1-AB/a.jpg?format=original', 'images.squarespace-cdn.com/content/v1/5f/1-AB/a.jpg'], ['images.squarespace-cdn.com/content/v1/5f/2-AB/a.jpg?format=750w']],
  ['Wix',
    ['static.wixstatic.com/media/ab1_c2~mv2.jpg/v1/fill/w_300,h_200,al_c,q_80,enc_auto/ab1_c2~mv2.jpg', 'static.wixstatic.com/media/ab1_c2~mv2.jpg/v1/fit/w_2500,h_1330,al_c/x.jpg', 'static.wixstatic.com/media/ab1_c2~mv2.jpg'],
    ['static.wixstatic.com/media/ab1_c3~mv2.jpg/v1/fill/w_300,h_200,al_c,q_80/ab1_c2~mv2.jpg']],
  ['Wikimedia',
    ['upload.wikimedia.org/wikipedia/commons/thumb/a/ab/Gannet.jpg/640px-Gannet.jpg', 'upload.wikimedia.org/wikipedia/commons/thumb/a/ab/Gannet.jpg/1280px-Gannet.jpg', 'upload.wikimedia.org/wikipedia/commons/a/ab/Gannet.jpg'],
    ['upload.wikimedia.org/wikipedia/commons/thumb/a/ac/Gannet2.jpg/640px-Gannet2.jpg']],
  ['Fandom', ['static.wikia.nocookie.net/x/images/a/ab/G.png/revision/latest/scale-to-width-down/350?cb=2019', 'static.wikia.nocookie.net/x/images/a/ab/G.png/revision/latest?cb=2019'], ['static.wikia.nocookie.net/x/images/a/ab/H.png/revision/latest?cb=2019']],
  ['Flickr', ['live.staticflickr.com/65535/52000000001_0a1b2c3d4e_m.jpg', 'live.staticflickr.com/65535/52000000001_0a1b2c3d4e_b.jpg', 'live.staticflickr.com/65535/52000000001_0a1b2c3d4e.jpg', 'live.staticflickr.com/65535/52000000001_ffeeddccbb_o.jpg'], ['live.staticflickr.com/65535/52000000002_0a1b2c3d4e_m.jpg']],
  ['Blogger', ['1.bp.blogspot.com/-Ab/Xy/AAA/bb/s320/a.jpg', '1.bp.blogspot.com/-Ab/Xy/AAA/bb/s1600/a.jpg', '1.bp.blogspot.com/-Ab/Xy/AAA/bb/w400-h300/a.jpg'], ['1.bp.blogspot.com/-Ab/Xy/AAA/bc/s320/a.jpg']],
  ['Google', ['lh3.googleusercontent.com/AbCdEf=s1600', 'lh3.googleusercontent.com/AbCdEf=w400-h300-c', 'lh3.googleusercontent.com/AbCdEf'], ['lh3.googleusercontent.com/AbCdEg=s1600']],
  ['Tumblr', [`64.media.tumblr.com/${S}/ab12-c3/s640x960/${S}.jpg`, `64.media.tumblr.com/${S}/ab12-c3/s75x75_c1/${S2}.jpg`], [`64.media.tumblr.com/${S}/ab12-c4/s640x960/${S}.jpg`]],
  ['Tumblr, older', ['66.media.tumblr.com/tumblr_abc1_500.jpg', '66.media.tumblr.com/tumblr_abc1_1280.jpg'], ['66.media.tumblr.com/tumblr_abc2_500.jpg']],
  ['Twitter', ['pbs.twimg.com/media/FxYz12?format=jpg&name=small', 'pbs.twimg.com/media/FxYz12?format=jpg&name=orig', 'pbs.twimg.com/media/FxYz12.jpg:large', 'pbs.twimg.com/media/FxYz12.jpg'], ['pbs.twimg.com/media/FxYz13?format=jpg&name=small']],
  ['Twitter portraits', ['pbs.twimg.com/profile_images/1/abc_normal.jpg', 'pbs.twimg.com/profile_images/1/abc_400x400.jpg', 'pbs.twimg.com/profile_images/1/abc.jpg'], ['pbs.twimg.com/profile_images/2/abc_normal.jpg']],
  ['Pinterest', ['i.pinimg.com/236x/aa/bb/cc/aabbcc.jpg', 'i.pinimg.com/75x75_RS/aa/bb/cc/aabbcc.jpg', 'i.pinimg.com/originals/aa/bb/cc/aabbcc.jpg'], ['i.pinimg.com/236x/aa/bb/cd/aabbcd.jpg']],
  ['Amazon', ['m.media-amazon.com/images/I/71AbC-dL._AC_SX300_.jpg', 'm.media-amazon.com/images/I/71AbC-dL._AC_SL1500_.jpg', 'm.media-amazon.com/images/I/71AbC-dL._SS40_.jpg', 'm.media-amazon.com/images/I/71AbC-dL.jpg'], ['m.media-amazon.com/images/I/71AbC-dM._AC_SX300_.jpg']],
  ['eBay', ['i.ebayimg.com/images/g/AbAAOSw/s-l300.jpg', 'i.ebayimg.com/images/g/AbAAOSw/s-l1600.webp', 'i.ebayimg.com/thumbs/images/g/AbAAOSw/s-l96.jpg'], ['i.ebayimg.com/images/g/AbAAOSx/s-l300.jpg']],
  ['Etsy', ['i.etsystatic.com/123/r/il/abc/456/il_340x270.456_x1.jpg', 'i.etsystatic.com/123/r/il/abc/456/il_794xN.456_x1.jpg', 'i.etsystatic.com/123/r/il/abc/456/il_fullxfull.456_x1.jpg', 'i.etsystatic.com/123/c/2000/1588/0/10/il/abc/456/il_340x270.456_x1.jpg'], ['i.etsystatic.com/123/r/il/abc/457/il_340x270.457_x1.jpg']],
  ['AliExpress', ['ae01.alicdn.com/kf/Sab1.jpg_220x220.jpg', 'ae01.alicdn.com/kf/Sab1.jpg_640x640q90.jpg_.webp', 'ae01.alicdn.com/kf/Sab1.jpg_Q90.jpg_.webp', 'ae01.alicdn.com/kf/Sab1.jpg'], ['ae01.alicdn.com/kf/Sab2.jpg_220x220.jpg']],
  ['Imgur', ['i.imgur.com/aBcDeFg.jpg', 'i.imgur.com/aBcDeFgm.jpg', 'i.imgur.com/aBcDeFgb.png', 'i.imgur.com/aBcDeFg.jpg?maxwidth=640&fidelity=grand'], ['i.imgur.com/aBcDeFh.jpg', 'i.imgur.com/aBcDeFm.jpg']],
  ['Reddit', ['preview.redd.it/a-bird-v0-abc123def.jpg?width=640&crop=smart&auto=webp&s=0a1b', 'preview.redd.it/a-bird-v0-abc123def.jpg?width=1080&format=pjpg&auto=webp&s=9c8d', 'i.redd.it/abc123def.jpg'], ['i.redd.it/abc123deg.jpg']],
  ['Medium', ['miro.medium.com/max/800/1*AbCd.jpeg', 'miro.medium.com/v2/resize:fit:700/1*AbCd.jpeg', 'miro.medium.com/v2/resize:fill:112:112/1*AbCd.jpeg', 'miro.medium.com/v2/format:webp/1*AbCd.jpeg', 'miro.medium.com/1*AbCd.jpeg'], ['miro.medium.com/max/800/1*AbCe.jpeg']],
  ['Ghost', ['h.example/content/images/size/w600/2020/01/a.jpg', 'h.example/content/images/size/w1000/format/webp/2020/01/a.jpg', 'h.example/content/images/2020/01/a.jpg'], ['h.example/content/images/size/w600/2020/01/b.jpg']],
  ['Discourse', [`h.example/uploads/default/optimized/2X/0/${SHA}_2_690x460.jpeg`, `h.example/uploads/default/optimized/2X/0/${SHA}_2_1035x690.png`, `h.example/uploads/default/original/2X/0/${SHA}.jpeg`], [`h.example/uploads/default/original/2X/1/${SHA}.jpeg`]],
  ['Magento 2', [`h.example/media/catalog/product/cache/${S}/a/b/ab.jpg`, `h.example/media/catalog/product/cache/${S2}/a/b/ab.jpg`, 'h.example/media/catalog/product/a/b/ab.jpg'], [`h.example/media/catalog/product/cache/${S}/a/b/ab_1.jpg`]],
  ['Magento 1', [`h.example/media/catalog/product/cache/1/small_image/210x/${S}/a/b/ab.jpg`, `h.example/media/catalog/product/cache/1/image/${S2}/a/b/ab.jpg`], [`h.example/media/catalog/product/cache/1/image/${S}/a/c/ac.jpg`]],
  ['PrestaShop', ['h.example/123-home_default/mug.jpg', 'h.example/123-large_default/mug.jpg'], ['h.example/124-home_default/mug.jpg']],
  ['PrestaShop, raw', ['h.example/img/p/1/2/3/123-home_default.jpg', 'h.example/img/p/1/2/3/123-cart_default.jpg', 'h.example/img/p/1/2/3/123.jpg'], ['h.example/img/p/1/2/4/124-home_default.jpg']],
  ['BigCommerce', ['cdn11.bigcommerce.com/s-x/images/stencil/500x659/products/1/2/x__3.1494000001.jpg?c=2', 'cdn11.bigcommerce.com/s-x/images/stencil/original/products/1/2/x__3.1494000001.jpg?c=2', 'cdn11.bigcommerce.com/s-x/images/stencil/640w/products/1/2/x__3.1494000001.jpg?c=2'], ['cdn11.bigcommerce.com/s-x/images/stencil/500x659/products/1/5/x__3.1494000002.jpg?c=2']],
  ['BigCommerce, sized names', ['h.example/products/1/images/2/x.1494000001.386.513.jpg', 'h.example/products/1/images/2/x.1494000001.1280.1280.jpg', 'h.example/products/1/images/2/x.1494000001.jpg'], ['h.example/products/1/images/3/x.1494000002.386.513.jpg']],
  ['Drupal', ['h.example/sites/default/files/styles/large/public/2024-01/a.jpg?itok=Ab1', 'h.example/sites/default/files/styles/thumbnail/public/2024-01/a.jpg.webp?itok=Cd2', 'h.example/sites/default/files/2024-01/a.jpg'], ['h.example/sites/default/files/styles/large/public/2024-02/a.jpg?itok=Ab1']],
  ['K2', [`h.example/media/k2/items/cache/${S}_XS.jpg`, `h.example/media/k2/items/cache/${S}_XL.jpg`], [`h.example/media/k2/items/cache/${S2}_XS.jpg`]],
  ['Hugo', [`h.example/p/a_hu${S}_12345_600x0_resize_q75_box.jpg`, `h.example/p/a_hu${S}_12345_300x300_fill_q75_box_center.jpg`, `h.example/p/a_hu_0123456789abcdef.jpg`, 'h.example/p/a.jpg'], [`h.example/p/b_hu${S}_12345_600x0_resize_q75_box.jpg`]],
  ['Eleventy', ['h.example/img/aB3dE-6_hI-600.jpeg', 'h.example/img/aB3dE-6_hI-1200.webp'], ['h.example/img/aB3dE-6_hJ-600.jpeg', 'h.example/img/aB3dE-6_hI-601.jpeg']],
  ['Gatsby', [`h.example/static/${S}/2aaaf/a.jpg`, `h.example/static/${S}/c1b63/a.webp`], [`h.example/static/${S2}/2aaaf/a.jpg`]],
  ['Next.js', ['h.example/_next/image?url=%2Fp%2Fa.jpg&w=640&q=75', 'h.example/_next/image?url=%2Fp%2Fa.jpg&w=3840&q=75', 'h.example/p/a.jpg'], ['h.example/_next/image?url=%2Fp%2Fb.jpg&w=640&q=75']],
  ['Next.js over a service', ['h.example/_next/image?url=https%3A%2F%2Fimages.ctfassets.net%2Fs%2Fi%2Fh%2Fa.jpg%3Fw%3D2000&w=640&q=75', 'images.ctfassets.net/s/i/h/a.jpg?w=300&h=200&fit=fill&f=face&fm=webp'], ['images.ctfassets.net/s/i/j/a.jpg']],
  ['Nuxt', ['h.example/_ipx/w_300,f_webp/p/a.jpg', 'h.example/_ipx/s_600x400/p/a.jpg', 'h.example/p/a.jpg'], ['h.example/_ipx/w_300,f_webp/p/b.jpg']],
  ['Astro, Vercel, Netlify', ['h.example/_image?href=%2Fp%2Fa.jpg&w=300&f=webp', 'h.example/_vercel/image?url=%2Fp%2Fa.jpg&w=640&q=75', 'h.example/.netlify/images?url=%2Fp%2Fa.jpg&w=50', 'h.example/p/a.jpg'], ['h.example/_image?href=%2Fp%2Fb.jpg&w=300&f=webp']],
  ['Cloudflare', ['h.example/cdn-cgi/image/width=80,quality=75/p/a.jpg', 'h.example/cdn-cgi/image/w=800,h=600,fit=crop/p/a.jpg', 'x.example/cdn-cgi/image/width=80/https://h.example/p/a.jpg', 'h.example/p/a.jpg'], ['h.example/cdn-cgi/image/width=80,quality=75/p/b.jpg']],
  ['Cloudflare Images', ['imagedelivery.net/AcC/0ab-1/public', 'imagedelivery.net/AcC/0ab-1/w=400,sharpen=3'], ['imagedelivery.net/AcC/0ab-2/public']],
  ['Cloudinary', ['res.cloudinary.com/demo/image/upload/w_300,c_fill/v1234567/dir/a.jpg', 'res.cloudinary.com/demo/image/upload/c_limit,w_1200/q_auto,f_auto/dir/a', 'res.cloudinary.com/demo/image/upload/t_card/v1/dir/a.webp', 'res.cloudinary.com/demo/image/upload/dir/a.jpg'],
    ['res.cloudinary.com/demo/image/upload/w_300,c_fill/v1234567/dir/b.jpg', 'res.cloudinary.com/demo/image/upload/a_team/dir/a.jpg', 'res.cloudinary.com/demo/image/upload/t_shirts/dir/a.jpg']],
  ['Cloudinary, fetching', ['res.cloudinary.com/demo/image/fetch/w_300/https://h.example/p/a.jpg', 'substackcdn.com/image/fetch/$s_!Ab!,w_1456,c_limit,f_auto/https%3A%2F%2Fh.example%2Fp%2Fa.jpg', 'h.example/p/a.jpg'], ['res.cloudinary.com/demo/image/fetch/w_300/https://h.example/p/b.jpg']],
  ['ImageKit', ['ik.imagekit.io/me/tr:w-300,h-300/a.jpg', 'ik.imagekit.io/me/a.jpg?tr=w-400', 'ik.imagekit.io/me/a.jpg'], ['ik.imagekit.io/me/tr:w-300,h-300/b.jpg']],
  ['Uploadcare', [`ucarecdn.com/${UUID}/-/resize/300x/-/format/auto/a.jpg`, `ucarecdn.com/${UUID}/-/scale_crop/300x200/center/`, `ucarecdn.com/${UUID}/`], [`ucarecdn.com/${UUID2}/-/resize/300x/a.jpg`]],
  ['Thumbor', ['t.example/unsafe/300x200/smart/filters:quality(80)/https://h.example/p/a.jpg', 't.example/unsafe/fit-in/900x900/h.example/p/a.jpg', 't.example/unsafe/https://h.example/p/a.jpg'], ['t.example/unsafe/300x200/smart/https://h.example/p/b.jpg']],
  ['imgproxy', [`i.example/insecure/rs:fit:300:200/g:sm/plain/https://h.example/p/a.jpg@webp`, `i.example/AbCdEf12/rs:fill:900:900:0/${b64('https://h.example/p/a.jpg')}.webp`, `i.example/ZyXw/w:900/${b64('https://h.example/p/a.jpg')}`, 'h.example/p/a.jpg'], [`i.example/ZyXw/w:900/${b64('https://h.example/p/b.jpg')}`]],
  ['weserv', ['images.weserv.nl/?url=h.example/p/a.jpg&w=300&h=300', 'wsrv.nl/?url=https%3A%2F%2Fh.example%2Fp%2Fa.jpg&w=900', 'h.example/p/a.jpg'], ['wsrv.nl/?url=h.example/p/b.jpg&w=900']],
  ['Cloudimage', ['tok.cloudimg.io/v7/https://h.example/p/a.jpg?w=300', 'tok.cloudimg.io/crop/300x200/x/https://h.example/p/a.jpg', 'h.example/p/a.jpg'], ['tok.cloudimg.io/v7/https://h.example/p/b.jpg?w=300']],
  ['Hygraph', ['media.graphassets.com/resize=width:300,fit:crop/output=format:webp/AbC12', 'media.graphassets.com/AbC12'], ['media.graphassets.com/resize=width:300/AbC13']],
  ['Storyblok', ['a.storyblok.com/f/1/3000x2000/ab12/n.jpg/m/300x200/filters:quality(80)', 'a.storyblok.com/f/1/3000x2000/ab12/n.jpg/m/fit-in/300x200', 'a.storyblok.com/f/1/3000x2000/ab12/n.jpg'], ['a.storyblok.com/f/1/3000x2000/ab13/n.jpg/m/300x200']],
  ['Sanity', [`cdn.sanity.io/images/p/d/${SHA}-3000x2000.jpg?w=600&fit=max&auto=format`, `cdn.sanity.io/images/p/d/${SHA}-3000x2000.jpg?rect=0,0,100,100&w=300`, `cdn.sanity.io/images/p/d/${SHA}-3000x2000.jpg`], [`cdn.sanity.io/images/p/d/${SHA.replace('0', '1')}-3000x2000.jpg?w=600`]],
  ['imgix', [`x.imgix.net/a.jpg?w=300&h=200&fit=crop&crop=faces&auto=format,compress&s=${S}`, `x.imgix.net/a.jpg?ixlib=rb-4.0.3&w=1200&dpr=2&q=75&s=${S2}`], ['x.imgix.net/b.jpg?w=300']],
  ['Unsplash', ['images.unsplash.com/photo-1500-abc?ixlib=rb-4&ixid=M3w&auto=format&fit=crop&w=1400&q=80', 'images.unsplash.com/photo-1500-abc?w=300', 'images.unsplash.com/photo-1500-abc'], ['images.unsplash.com/photo-1501-abc?w=300']],
  ['Directus', [`h.example/assets/${UUID}?width=300&quality=80&fit=cover&height=300`, `h.example/assets/${UUID}`], [`h.example/assets/${UUID2}?width=300`]],
  ['Supabase', ['x.supabase.co/storage/v1/render/image/public/b/a.jpg?width=300&resize=contain', 'x.supabase.co/storage/v1/object/public/b/a.jpg'], ['x.supabase.co/storage/v1/object/public/b/c.jpg']],
  ['Scene7', ['x.scene7.com/is/image/Co/gannet_01?wid=300&hei=300&fmt=jpeg&qlt=80', 'x.scene7.com/is/image/Co/gannet_01?$large$', 'x.scene7.com/is/image/Co/gannet_01'], ['x.scene7.com/is/image/Co/gannet_02?wid=300']],
  ['YouTube', ['i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault.jpg', 'i.ytimg.com/vi_webp/dQw4w9WgXcQ/maxresdefault.webp', 'img.youtube.com/vi/dQw4w9WgXcQ/0.jpg'], ['i.ytimg.com/vi/dQw4w9WgXcR/hqdefault.jpg', 'i.ytimg.com/vi/dQw4w9WgXcQ/1.jpg']],
  ['Instagram', ['scontent-a.cdninstagram.com/v/t51.2-15/1_2_3_n.jpg?stp=dst-jpg_e35_p640x640&_nc_ht=x&oh=1', 'scontent-b.cdninstagram.com/v/t51.2-15/1_2_3_n.webp?stp=dst-webp_s150x150&oh=2'], ['scontent-a.cdninstagram.com/v/t51.2-15/1_2_4_n.jpg?oh=1']],
  ['any resizer', ['h.example/img.php?id=5&w=200&h=100', 'h.example/img.php?id=5&width=800', 'h.example/img.php?id=5'], ['h.example/img.php?id=6&w=200&h=100', 'h.example/img.php?id=5&v=2']],
  ['a retina copy', ['h.example/p/a@2x.png', 'h.example/p/a.png'], ['h.example/p/a2x.png']],
]

const of = (address: string) => {
  const url = canonicalUrl(`https://${address}`)
  expect(url, address).not.toBeNull()
  return fileAddress(url as string)
}

describe('one key for all sizes, and no two pictures under it', () => {
  test.each(FILES)('%s', (_name, same, others) => {
    const keys = same.map((address) => of(address).key)
    expect(new Set(keys), keys.join('\n')).toHaveLength(1)
    for (const other of others) expect(of(other).key).not.toBe(keys[0])
    expect(new Set(others.map((other) => of(other).key))).toHaveLength(others.length)
  })
})

test('what decides which picture it is stays', () => {
  const different = [
    'h.example/photo?id=1', 'h.example/photo?id=2', 'h.example/p/1.jpg', 'h.example/p/2.jpg', 'h.example/p/1.jpg?v=1', 'h.example/p/1.jpg?file=2',
    'h.example/p/img-100x200-1.jpg', 'h.example/p/img_2024x1.jpg', 'h.example/p/photo-640.jpg', 'h.example/p/photo-641.jpg', 'h.example/image?w=1&h=2', 'h.example/image?w=1&h=3',
    `h.example/cache/${S}/thumb.jpg`, `h.example/cache/${S2}/thumb.jpg`, `h.example/show.php?s=${S}&w=100`, `h.example/show.php?s=${S2}&w=100`, 'h.example/p/banner-300x250.jpg', 'h.example/p/banner-728x90.jpg',
    'h.example/a/thumbs/1.jpg', 'h.example/a/large/1.jpg', 'h.example/p/1_t.jpg', 'h.example/x?w=week', 'h.example/x?format=print', 'h.example/x?size=../a',
    'h.example/photos2024-600.jpg', 'h.example/photos2024-604.jpg', 'h.example/v1/fill/1.jpg', 'h.example/v1/fill/2.jpg', 'h.example/styles/1/a.jpg', 'h.example/styles/2/a.jpg',
  ]
  expect(new Set(different.map((address) => of(address).key))).toHaveLength(different.length)
})

describe('sizes', () => {
  test.each<[string, Partial<ReturnType<typeof fileAddress>>]>([
    ['h.example/uploads/a-1024x683.jpg', { width: 1024, height: 683, within: false, cropped: false, original: false }],
    ['h.example/uploads/a.jpg', { width: null, height: null, original: true }],
    ['h.example/uploads/a-300x200@2x.jpg', { width: 600, height: 400, density: 2, original: false }],
    ['h.example/u/a-300x200@2x.jpg', { width: 600, height: 400, within: true, density: 2 }],
    ['h.example/u/a@1.5x.jpg', { width: null, density: 1.5, original: true }],
    ['h.example/a.jpg?w=300', { width: 300, height: null, within: true, cropped: false, original: false }],
    ['h.example/a.jpg?w=300&h=200', { width: 300, height: 200, within: true, cropped: false }],
    ['h.example/a.jpg?w=300&h=200&fit=crop', { width: 300, height: 200, within: false, cropped: true }],
    ['h.example/a.jpg?width=300&fit=crop', { width: 300, height: null, cropped: false }],
    ['h.example/_next/image?url=%2Fuploads%2Fa-300x200.jpg&w=640&q=75', { width: 300, height: 200 }],
    ['i0.wp.com/h.example/a.jpg?resize=300%2C200', { width: 300, height: 200, cropped: true }],
    ['upload.wikimedia.org/w/thumb/a/ab/G.jpg/640px-G.jpg', { width: 640, height: null, within: false }],
    ['live.staticflickr.com/1/52_0a_q.jpg', { width: 150, height: 150, cropped: true }],
    ['live.staticflickr.com/1/52_0a_o.jpg', { width: null, original: true }],
    ['i.pinimg.com/originals/aa/bb/cc/d.jpg', { width: null, original: true }],
    ['i.pinimg.com/236x/aa/bb/cc/d.jpg', { width: 236, within: true }],
    ['m.media-amazon.com/images/I/7._AC_SX300_.jpg', { width: 300, height: null }],
    ['static.wixstatic.com/media/a.jpg/v1/fill/w_300,h_200,al_c/a.jpg', { width: 300, height: 200, cropped: true }],
    ['static.wixstatic.com/media/a.jpg/v1/fit/w_300,h_200,al_c/a.jpg', { width: 300, height: 200, cropped: false }],
    ['pbs.twimg.com/media/Fx?format=jpg&name=small', { width: 680, original: false }],
    ['i.ytimg.com/vi/dQw4w9WgXcQ/maxresdefault.jpg', { width: 1280, height: 720, within: false }],
    ['h.example/a.jpg?w=99999', { width: null, original: false }],
    ['h.example/a.jpg?size=large', { rank: 6, original: false }],
  ])('%s', (address, expected) => {
    expect(of(address)).toMatchObject(expected)
  })
})

test('whatever the address, an answer that says the same when asked of the key', () => {
  const piece = constantFrom(
    '/cdn-cgi/image/', '/_next/image?url=', '/unsafe/', '/300x200/', '/image/upload/', '/w_300/', '/image/fetch/', 'https://', 'https%3A%2F%2F', '%', '%2F', 'rs:fit:3:2/', '/plain/', '/v1/fill/', '/-/',
    '/thumb/', '640px-', '-300x200', '_640x', '.jpg', '.webp', '@2x', '?w=1', '&h=', '?url=', '=s100', '/tr:', '/revision/latest', '._AC_', '_.', '/static/', S, '_hu', '/products/1/', '..', '//', '__proto__', 'constructor', '/a',
  )
  const host = constantFrom('h.example', 'i0.wp.com', 'wsrv.nl', 'x.cloudimg.io', 'pbs.twimg.com', 'i.ytimg.com', 'live.staticflickr.com', 'localhost', '127.0.0.1:81', '[::1]')
  let shortened = 0
  const check = (raw: string): void => {
    const url = canonicalUrl(raw)
    if (url === null) return
    const { key, width, height } = fileAddress(url)
    expect(key.length).toBeGreaterThan(0)
    expect(key).not.toMatch(/^https?:/)
    if (key.length < url.length - 8) shortened++
    for (const pixels of [width, height]) expect(pixels === null || (Number.isInteger(pixels) && pixels > 0 && pixels <= 30_000)).toBe(true)
  }
  assert(property(host, array(piece, { maxLength: 8 }), string({ maxLength: 4 }), (name, pieces, end) => check(`https://${name}/${pieces.join('')}${end}`)), { seed: 3, numRuns: 5000 })
  assert(property(webUrl({ withQueryParameters: true }), check), { seed: 4, numRuns: 1000 })
  expect(shortened).toBeGreaterThan(300)
})

test('the longest addresses cost no time', () => {
  const hostile = ['a-', '/-/', '=s1', '%2F', '&w=1', 'w_1,', '/thumb/', '_hu0', '@2x', '.jpg_', ':', '-1x1', '/300x200', '._a', '/unsafe', 'https%3A%2F%2F']
  for (const piece of hostile) {
    for (const head of ['https://h.example/', 'https://h.example/image/upload/', 'https://h.example/_next/image?url=', 'https://m.media-amazon.com/', 'https://lh3.googleusercontent.com/', 'https://x.graphassets.com/', 'https://i.etsystatic.com/il/']) {
      const url = canonicalUrl(head + piece.repeat(Math.floor(16_000 / piece.length))) as string
      const start = process.cpuUsage()
      fileAddress(url)
      expect(process.cpuUsage(start).user / 1000, url.slice(0, 60)).toBeLessThan(50)
    }
  }
})
