/** Arbitraries that several targets share: addresses and words as pages hold them, and ways of damaging what is whole. */
import { array, constantFrom, integer, oneof, string, tuple, uint8Array, type Arbitrary } from 'fast-check'

/** Mostly what is right, so that something comes of the whole. */
export const mostly = <Of>(right: Arbitrary<Of>, wrong: Arbitrary<Of>, weight = 12): Arbitrary<Of> =>
  oneof({ weight, arbitrary: right }, { weight: 1, arbitrary: wrong })

export const fileName = constantFrom(
  'a.jpg', 'b.jpeg', 'c.png', 'd.webp', 'e.avif', 'f.gif', 'tn_g.jpg', 'g.jpg', 'h_large.jpg', 'h_small.jpg', 'i-300x200.jpg', 'i.jpg', 'j@2x.png', 'k.svg', 'l.JPG', 'm', 'n.php?id=3',
  'o.jpg?w=200&h=100', 'o.jpg?w=2000', 'p.jpg.webp', 'q%20r.jpg', 's..jpg', 'image.jpg', 'index.html', 'a.zip', 'v.mp4', 'x.bmp', 'y.ico', 'z.tiff',
)
const folder = constantFrom('', '/', 'img/', '/thumbs/', '/full/', '../', './', '/a/b/../', '//cdn.example/', 'https://h.example/', 'http://other.example:8080/x/', '/_next/image?url=%2F', '/cdn-cgi/image/w=80/', 'https://images.example.net/fit-in/100x100/', '/unsafe/300x0/')
export const goodAddress = tuple(folder, fileName).map(([at, name]) => at + name)
export const badAddress = oneof(
  constantFrom(
    '', ' ', '#', '#a', '?q=1', 'data:image/gif;base64,R0lGODlhAQABAAAAACw=', 'data:image/svg+xml,%3Csvg%3E', 'blob:https://h.example/1', 'javascript:void(0)', 'mailto:a@b.example', 'about:blank', 'file:///etc/passwd', 'ftp://h.example/a.jpg',
    'http://[', 'http://[::1]/a.jpg', 'http://127.1/a.jpg', 'http://a b/', 'https://user:pw@h.example/a.jpg', 'http://h.example:99999/a.jpg', '\ud800.jpg', '{{src}}', '%zz.jpg', '%00.jpg', '\\\\h\\a.jpg', 'http:a.jpg', 'https:///a.jpg',
    'spacer.gif', 'pixel.gif?1x1', 'undefined', 'null', '[object Object]', '//', '///', '/..', 'a.jpg\n', '\u00a0a.jpg', 'xn--a', 'http://xn--a/b.jpg', 'http://ex\u00ad.example/\u200ba.jpg', `/${'a'.repeat(3000)}.jpg`, `/${'../'.repeat(300)}a.jpg`,
  ),
  string({ maxLength: 12 }),
  string({ maxLength: 12, unit: 'binary' }),
)
export const address = mostly(goodAddress, badAddress, 4)

const descriptor = mostly(constantFrom('', '1x', '2x', '1.5x', '100w', '300w', '2000w', '300w 200h'), constantFrom('(', ')', '-1x', '0w', '1e3x', '1e400x', '99999999999999999999w', '1w 1w', 'x', 'w', '.5x', '+1x', '1.x', '(a, b) 2x', '٣w'))
export const srcset = array(tuple(address, descriptor, constantFrom(', ', ',', ' , ', ',,', '\n', '')), { maxLength: 6 })
  .map((entries) => entries.map(([url, size, end]) => `${url} ${size}${end}`).join(''))

export const words = oneof(
  constantFrom('A red fox', 'Überraschung', '写真', '&amp;&#0;&#xD800;&nosuch;', '<b>bold</b>', '   ', '\u0000', '\u202e', 'Photo: Jane Roe', '© 2024 J. Roe', 'Home > Shop > Mugs', 'CC BY 4.0', '1.299,00 €', 'x'.repeat(2000), '\ud83d\ude00'.repeat(700), '\ud83d'),
  string({ maxLength: 20, unit: 'binary' }),
)
export const time = constantFrom(
  '2024-05-01', '2024-05-01T10:00:00+02:00', '2024-02-30', '03/04/2024', '1. Mai 2024', 'May 1st, 2024 at 5 p.m.', '1714550400', '99999999999999', 'yesterday', 'Wed, 01 May 2024 10:00:00 GMT', '2024年5月1日', '20240501', '0000-00-00', '+275760-09-13', '2024-W18',
)

/** A cut, a swap, a repetition or something put in; at places given in thousandths of the length. */
type Damage = readonly [kind: number, at: number, length: number, put: string]
const damage = (piece: Arbitrary<string>): Arbitrary<Damage> => tuple(integer({ min: 0, max: 5 }), integer({ min: 0, max: 1000 }), integer({ min: 0, max: 40 }), piece)

const damaged = (text: string, [kind, thousandth, length, put]: Damage): string => {
  const at = Math.floor((text.length * thousandth) / 1000)
  const end = Math.min(text.length, at + length)
  switch (kind) {
    case 0:
      return text.slice(0, at) + text.slice(end)
    case 1:
      return text.slice(0, at) + put + text.slice(at)
    case 2:
      return text.slice(0, at) + put + text.slice(end)
    case 3:
      return text.slice(0, at)
    case 4:
      return text.slice(0, at) + text.slice(at, end).repeat(2 + (length % 20)) + text.slice(end)
    default:
      return text.slice(0, at) + text.slice(at, end).split('').toReversed().join('') + text.slice(end)
  }
}

/** @param piece what is put in */
export const damagedText = (whole: Arbitrary<string>, piece: Arbitrary<string>, most = 4): Arbitrary<string> =>
  tuple(whole, array(damage(piece), { maxLength: most })).map(([text, damages]) => damages.reduce(damaged, text).slice(0, 200_000))

/** Bytes changed, cut out, put in, or the end cut off. */
export const damagedBytes = (whole: Arbitrary<Uint8Array>, most = 6): Arbitrary<Buffer> => {
  const change = tuple(integer({ min: 0, max: 3 }), integer({ min: 0, max: 10_000 }), uint8Array({ minLength: 1, maxLength: 8 }))
  return tuple(whole, array(change, { maxLength: most })).map(([bytes, changes]) => {
    let made = Buffer.from(bytes)
    for (const [kind, place, put] of changes) {
      const at = Math.floor((made.length * place) / 10_001)
      if (kind === 0) made.set(put.subarray(0, Math.max(0, made.length - at)), at)
      else if (kind === 1) made = Buffer.concat([made.subarray(0, at), made.subarray(at + put.length)])
      else if (kind === 2) made = Buffer.concat([made.subarray(0, at), put, made.subarray(at)])
      else if (put.length === 1) made = made.subarray(0, at)
      else made[at] = (made[at] ?? 0) ^ (1 << (put.length - 1))
    }
    return made
  })
}
