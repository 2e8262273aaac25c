/** Who made a picture and what its owner allows is read from files as cameras, agencies and programs write them. */
import { describe, expect, test } from 'vitest'
import { asSharp, draw, seeded } from '../../../test/drawn-pictures.ts'
import { decodeForLook } from '../decode.ts'
import type { Credits } from '../look.ts'
import { readExif } from './exif.ts'
import { readIptc } from './iptc.ts'
import { exifTime, iptcTime, xmpTime } from './taken-at.ts'
import { readXmp } from './xmp.ts'

const picture = asSharp(draw(1, 60, 40))

const SPACES = `xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
  xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:cc="http://creativecommons.org/ns#" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"
  xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:tdm="http://www.w3.org/ns/tdmrep/"`
const packet = (inside: string, attributes = ''): string =>
  `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">` +
  `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${SPACES} ${attributes}>${inside}` +
  '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
const list = (name: string, kind: string, ...items: string[]): string =>
  `<${name}><rdf:${kind}>${items.map((item) => `<rdf:li>${item}</rdf:li>`).join('')}</rdf:${kind}></${name}>`

/** One dataset of IIM. */
const dataset = (record: number, number: number, value: Uint8Array | string): Buffer => {
  const body = Buffer.from(value)
  return Buffer.concat([Buffer.from([0x1c, record, number, body.length >> 8, body.length & 255]), body])
}
/** The picture with a Photoshop segment of these datasets behind its first marker. */
const withIptc = async (...datasets: Buffer[]): Promise<Buffer> => {
  const jpeg = await picture.clone().jpeg().toBuffer()
  const iim = Buffer.concat(datasets)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(iim.length)
  const other = Buffer.from('8BIM\u0003\u00ed\u0000\u0000\u0000\u0000\u0000\u0002ab', 'latin1')
  const body = Buffer.concat([Buffer.from('Photoshop 3.0\0'), other, Buffer.from('8BIM\u0004\u0004\u0000\u0000', 'latin1'), size, iim])
  const head = Buffer.from([0xff, 0xed, (body.length + 2) >> 8, (body.length + 2) & 255])
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])
}

const creditsOf = async (bytes: Uint8Array): Promise<Credits | null> => {
  const seen = await decodeForLook(bytes)
  if (!seen.ok) expect.fail(seen.detail)
  return seen.credits
}
const ofXmp = async (inside: string, attributes = ''): Promise<Credits | null> =>
  creditsOf(await picture.clone().withXmp(packet(inside, attributes)).jpeg().toBuffer())

test('a file that says nothing has no credits, in any format', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const) {
    expect(await creditsOf(await picture.clone().toFormat(format).toBuffer())).toBeNull()
  }
})

describe('XMP', () => {
  test('is read in every format that holds it', async () => {
    const xmp = packet(list('dc:creator', 'Seq', 'Ann Smith', 'Bo Lee') + list('dc:title', 'Alt', 'A boat'))
    for (const format of ['jpeg', 'png', 'webp', 'avif', 'tiff'] as const) {
      const credits = await creditsOf(await picture.clone().withXmp(xmp).toFormat(format).toBuffer())
      expect(credits).toMatchObject({ creator: 'Ann Smith, Bo Lee', title: 'A boat' })
    }
  })

  test('the default language comes first', async () => {
    const caption = '<dc:description><rdf:Alt><rdf:li xml:lang="de">Ein Boot</rdf:li><rdf:li xml:lang="x-default">A boat</rdf:li></rdf:Alt></dc:description>'
    expect((await ofXmp(caption))?.caption).toBe('A boat')
  })

  test('attributes say as much as elements', async () => {
    const credits = await ofXmp('', 'photoshop:Credit="Agency" photoshop:DateCreated="2024-05-01T12:30:00+02:00" xmpRights:WebStatement="https://example.org/licence"')
    expect(credits).toMatchObject({ credit: 'Agency', takenAt: '2024-05-01T12:30:00+02:00', licence: 'https://example.org/licence' })
  })

  test('a namespace is its address, whatever its prefix', () => {
    const xmp = '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description xmlns:a="http://purl.org/dc/elements/1.1/" xmlns:dc="urn:other"><dc:title>No</dc:title><a:title><r:Alt><r:li>Yes</r:li></r:Alt></a:title></r:Description></r:RDF>'
    expect(readXmp(Buffer.from(xmp)).get('title')).toBe('Yes')
    expect(readXmp(Buffer.from(`\uFEFF${xmp}`, 'utf16le')).get('title')).toBe('Yes')
  })

  test.each([
    ['Creative Commons by resource', '<cc:license rdf:resource="https://creativecommons.org/licenses/by-sa/4.0/"/>', 'https://creativecommons.org/licenses/by-sa/4.0/'],
    ['in the terms', list('xmpRights:UsageTerms', 'Alt', 'See http://creativecommons.org/licenses/by/2.0/ for this.'), 'http://creativecommons.org/licenses/by/2.0/'],
    ['the owner\'s terms', list('xmpRights:UsageTerms', 'Alt', 'Ask first.'), 'Ask first.'],
    ['where to ask', '<plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><plus:LicensorURL>https://shop.example/1</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>', 'https://shop.example/1'],
    ['a notice alone is none', list('dc:rights', 'Alt', '© 2024 Ann'), null],
    ['a script is no address', '<xmpRights:WebStatement>javascript:alert(1)</xmpRights:WebStatement><dc:title>x</dc:title>', null],
  ])('licence: %s', async (_name, inside, licence) => {
    expect((await ofXmp(inside))?.licence).toBe(licence)
  })

  test.each([
    ['<plus:DataMining>http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING</plus:DataMining>', 'DMI-PROHIBITED-AIMLTRAINING'],
    ['<plus:DataMining rdf:resource="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"/>', 'DMI-PROHIBITED'],
    ['<tdm:reservation>1</tdm:reservation>', 'tdm:reservation'],
    ['<plus:DataMining>http://ns.useplus.org/ldf/vocab/DMI-ALLOWED</plus:DataMining><dc:title>x</dc:title>', null],
    ['<tdm:reservation>0</tdm:reservation><dc:title>x</dc:title>', null],
  ])('reserved by its owner: %s', async (inside, term) => {
    expect((await ofXmp(inside))?.reserved).toBe(term)
  })

  test('what a model made says so', async () => {
    const uri = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia'
    expect((await ofXmp(`<ext:DigitalSourceType>${uri}</ext:DigitalSourceType>`))?.source).toBe('trainedAlgorithmicMedia')
  })

  test('the makers of pictures within it are not its own', async () => {
    const others = `<xmpMM:Pantry><rdf:Bag><rdf:li><rdf:Description photoshop:Credit="Other">${list('dc:creator', 'Seq', 'Other')}</rdf:Description></rdf:li></rdf:Bag></xmpMM:Pantry>`
    expect(await ofXmp(others + list('dc:creator', 'Seq', 'Ann'))).toMatchObject({ creator: 'Ann', credit: null })
  })

  test('a packet made to hurt is read in time and bounds', () => {
    const deep = `<rdf:RDF xmlns:dc="http://purl.org/dc/elements/1.1/">${'<dc:title>'.repeat(200_000)}`
    const wide = `<a ${Array.from({ length: 20_000 }, (_, i) => `xmlns:p${i}="u" p${i}:b="c"`).join(' ')}/>`
    const proto = '<__proto__:a xmlns:__proto__="http://purl.org/dc/elements/1.1/" __proto__="x" constructor="y">&a;&#0;<![CDATA[</__proto__:a>'
    for (const hostile of [deep, wide, proto, packet(list('dc:title', 'Alt', ...Array(50_000).fill('x'))), '<', '&'.repeat(300_000)]) {
      const started = process.cpuUsage()
      for (const value of readXmp(Buffer.from(hostile)).values()) expect(value.length).toBeLessThanOrEqual(4000)
      expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000)
    }
  })
})

describe('IPTC', () => {
  test('by-lines, credit, rights, caption, title, time', async () => {
    const credits = await creditsOf(await withIptc(
      dataset(1, 90, '\u001b%G'), dataset(2, 5, 'Im Hafen'), dataset(2, 80, 'Jürgen Groß'), dataset(2, 80, 'Ann Smith'),
      dataset(2, 110, 'Agency'), dataset(2, 116, '© 2024 Agency'), dataset(2, 120, 'Ein Boot.'), dataset(2, 55, '20240501'), dataset(2, 60, '123000+0200'),
    ))
    expect(credits).toEqual({
      creator: 'Jürgen Groß, Ann Smith', credit: 'Agency', rights: '© 2024 Agency', licence: null, title: 'Im Hafen',
      caption: 'Ein Boot.', takenAt: '2024-05-01T12:30:00+02:00', source: null, reserved: null,
    })
  })

  test('Latin, where no coding is named', async () => {
    expect((await creditsOf(await withIptc(dataset(2, 80, Buffer.from('J\u00fcrgen', 'latin1')))))?.creator).toBe('Jürgen')
  })
})

describe('EXIF', () => {
  const exif = { IFD0: { Artist: 'Ann Smith', Copyright: '2024 Ann Smith' }, IFD2: { DateTimeOriginal: '2024:05:01 12:30:00', OffsetTimeOriginal: '+02:00' } }
  test('in JPEG, PNG, WebP and AVIF', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
      expect(await creditsOf(await picture.clone().withExif(exif).toFormat(format).toBuffer()))
        .toMatchObject({ creator: 'Ann Smith', rights: '2024 Ann Smith', takenAt: '2024-05-01T12:30:00+02:00', licence: null })
    }
  })

  test('XMP goes before IPTC before EXIF', async () => {
    const xmp = packet(list('dc:creator', 'Seq', 'Of XMP'))
    expect((await creditsOf(await picture.clone().withExif(exif).withXmp(xmp).jpeg().toBuffer()))?.creator).toBe('Of XMP')
  })

  test('a directory that points to itself is read once', () => {
    const loop = Buffer.alloc(40)
    loop.write('II*\0')
    loop.writeUInt32LE(8, 4)
    loop.writeUInt16LE(1, 8)
    loop.writeUInt16LE(0x8769, 10)
    loop.writeUInt32LE(8, 18)
    expect(readExif(loop).size).toBe(0)
  })
})

test.each([
  [exifTime('0000:00:00 00:00:00', undefined), null],
  [exifTime('2024:05:01 12:30:00', 'local'), '2024-05-01T12:30:00'],
  [exifTime('2024:13:01 12:30:00', undefined), null],
  [xmpTime('2024-05'), '2024-05'],
  [xmpTime('2024-05-01T12:30'), '2024-05-01T12:30'],
  [xmpTime('May 2024'), null],
  [iptcTime('20240501', undefined), '2024-05-01'],
  [iptcTime('00000000', '120000'), null],
])('a time: %s', (found, expected) => expect(found).toBe(expected))

test('whatever bytes come, words come out or nothing', async () => {
  const random = seeded(3)
  const exif = (await picture.clone().withExif({ IFD0: { Artist: 'Ann', Copyright: 'c'.repeat(40) } }).png().toBuffer())
  const from = exif.indexOf(Buffer.from('eXIf')) + 4
  const blocks = [
    { bytes: exif.subarray(from, from + 200), read: readExif },
    { bytes: Buffer.concat([dataset(1, 90, '\u001b%G'), dataset(2, 80, 'Ann'), dataset(2, 120, 'x'.repeat(60))]), read: readIptc },
    { bytes: Buffer.from(packet(list('dc:creator', 'Seq', 'Ann') + list('dc:title', 'Alt', 'A boat'))), read: readXmp },
  ]
  for (let round = 0; round < 1500; round++) {
    for (const { bytes, read } of blocks) {
      const hurt = Buffer.from(bytes.subarray(0, random() < 0.3 ? random() * bytes.length : bytes.length))
      for (let n = 0; n < 4; n++) hurt[Math.floor(random() * hurt.length)] = random() * 256
      for (const value of read(hurt).values()) expect(typeof value).toBe('string')
    }
  }
})
