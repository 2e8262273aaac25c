/** Pictures: small files of every format, damaged, through the whole probe. */
import sharp from 'sharp'
import { array, constantFrom, integer, oneof, record, string, tuple, uint8Array, type Arbitrary } from 'fast-check'
import { z } from 'zod'
import { isReason } from '../../../src/core/reasons.ts'
import { probe } from '../../../src/image/index.ts'
import { damagedBytes, damagedText, words } from '../pieces.ts'
import { Broken, hold, trial, type Target } from '../target.ts'

const side = z.number().int().positive()
const good = z.object({
  ok: z.literal(true), format: z.string().min(2), width: side, height: side, orientation: z.number().int().min(1).max(8).nullable(), pages: z.number().int().positive().nullable(), bytes: side, sha256: z.string().regex(/^[0-9a-f]{64}$/),
  pdq: z.string().regex(/^[0-9a-f]{64}$/), pdqQuality: z.number().min(0).max(100), reason: z.null(),
  looks: z.object({ blur: z.number(), brightness: z.number(), contrast: z.number(), entropy: z.number() }).loose(),
})

const draw = async (): Promise<readonly Uint8Array[]> => {
  const base = sharp({ create: { width: 24, height: 16, channels: 3, background: { r: 200, g: 40, b: 90 } } }).composite([{ input: Buffer.from('<svg width="24" height="16"><circle cx="8" cy="8" r="6" fill="#0a0"/></svg>') }])
  const raw = await base.png().toBuffer()
  const of = sharp(raw)
  const drawn = await Promise.all([
    of.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer(), of.clone().jpeg({ progressive: true }).toBuffer(), of.clone().png({ palette: true }).toBuffer(), of.clone().webp().toBuffer(), of.clone().webp({ lossless: true }).toBuffer(),
    of.clone().gif().toBuffer(), of.clone().tiff().toBuffer(), of.clone().tiff({ compression: 'lzw', tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(), of.clone().avif({ effort: 0 }).toBuffer(),
    of.clone().jpeg().withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"><dc:creator><rdf:Seq><rdf:li>Jane Roe</rdf:li></rdf:Seq></dc:creator><dc:rights><rdf:Alt><rdf:li xml:lang="x-default">CC BY</rdf:li></rdf:Alt></dc:rights></rdf:Description></rdf:RDF></x:xmpmeta>').toBuffer(),
    of.clone().jpeg().withExif({ IFD0: { Copyright: 'Jane Roe', Artist: 'Jane Roe', ImageDescription: 'x' } }).toBuffer(),
  ])
  return [raw, ...drawn, bitmap(), icon(raw), icon(bitmap().subarray(14)), photoshop()]
}

const bitmap = (): Buffer => {
  const made = Buffer.alloc(54 + 24 * 16 * 3, 120)
  made.write('BM', 0, 'latin1')
  made.writeUInt32LE(made.length, 2)
  made.writeUInt32LE(0, 6)
  made.writeUInt32LE(54, 10)
  made.writeUInt32LE(40, 14)
  made.writeInt32LE(24, 18)
  made.writeInt32LE(16, 22)
  made.writeUInt16LE(1, 26)
  made.writeUInt16LE(24, 28)
  made.fill(0, 30, 54)
  return made
}
const icon = (picture: Uint8Array): Buffer => {
  const head = Buffer.alloc(22)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(1, 4)
  head.set([24, 16, 0, 0], 6)
  head.writeUInt16LE(1, 10)
  head.writeUInt16LE(24, 12)
  head.writeUInt32LE(picture.length, 14)
  head.writeUInt32LE(22, 18)
  return Buffer.concat([head, picture])
}
/** A JPEG's segment of IPTC fields before nothing at all. */
const photoshop = (): Buffer => {
  const iptc = Buffer.concat([[80, 'Jane Roe'], [116, 'CC BY'], [120, 'x']].map(([tag, text]) => Buffer.concat([Buffer.from([0x1c, 2, Number(tag), 0, String(text).length]), Buffer.from(String(text))])))
  const block = Buffer.concat([Buffer.from('Photoshop 3.0\u00008BIM'), Buffer.from([4, 4, 0, 0, 0, 0, 0, iptc.length]), iptc])
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xed, 0, block.length + 2]), block, Buffer.from([0xff, 0xd9])])
}

const svgPart = oneof(
  constantFrom('<rect width="9" height="9" fill="red"/>', '<image href="file:///etc/passwd"/>', '<image href="http://127.0.0.1:1/"/>', '<use href="#a"/>', '<g id="a"><use href="#a"/></g>', '<text>x</text>', '<foreignObject/>', '<style>@import "x"</style>', '<filter id="f"><feGaussianBlur stdDeviation="9999"/></filter><rect filter="url(#f)" width="9" height="9"/>', '&a;', '<![CDATA[', '<path d="M0 0 L1e30 1e30"/>'),
  words.map((text) => `<desc>${text}</desc>`),
)
const svg = damagedText(tuple(constantFrom('', '<?xml version="1.0"?>', '<!DOCTYPE svg [<!ENTITY a "b"><!ENTITY b "&a;&a;&a;">]>', '<!-- c -->'), constantFrom('width="20" height="20"', 'width="99999999" height="99999999"', 'viewBox="0 0 1 1e9"', 'width="100%"', 'width="-1" height="0"', ''), array(svgPart, { maxLength: 4 })).map(([before, size, parts]) => `${before}<svg xmlns="http://www.w3.org/2000/svg" ${size}>${parts.join('')}</svg>`), constantFrom('<', '>', '"', '&', '<svg>', '</svg>', '\u0000', '<!ENTITY a SYSTEM "file:///etc/passwd">'), 2)

export const pictures: Target = {
  name: 'picture', what: 'pictures of every format, damaged: a verdict for each, and numbers that can be', weight: 2,
  start: async () => {
    const yields = { good: 0, rejected: 0 }
    const drawn = await draw()
    const file: Arbitrary<Uint8Array> = oneof(
      { weight: 8, arbitrary: damagedBytes(constantFrom(...drawn)) }, { weight: 2, arbitrary: svg.map((text) => Buffer.from(text)) }, { weight: 1, arbitrary: uint8Array({ maxLength: 100 }) },
      { weight: 1, arbitrary: tuple(constantFrom(...drawn), constantFrom(...drawn), integer({ min: 1, max: 60 })).map(([head, tail, at]) => Buffer.concat([head.subarray(0, at), tail])) }, { weight: 1, arbitrary: tuple(string({ maxLength: 20 }), constantFrom(...drawn)).map(([text, bytes]) => Buffer.concat([Buffer.from(text), bytes])) },
    )
    return trial({
      arbitrary: record({ file }),
      yields, isAsync: true, mostMs: 10_000,
      check: async ({ file }) => {
        const found = await probe(Buffer.from(file))
        if (found.ok) {
          yields.good++
          const { success, error } = good.safeParse(found)
          if (!success) throw new Broken(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
        } else {
          yields.rejected++
          hold(found.reason !== null && isReason(found.reason) && found.detail !== null && found.detail !== '', `rejected without a reason: ${JSON.stringify(found)}`)
        }
        hold(found.bytes === file.length, `${found.bytes} bytes of ${file.length}`)
      },
    })
  },
}
