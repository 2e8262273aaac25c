/** `gannet models tune` as a person runs it, without weights, on drawn pictures. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, gannet } from './bad-input/gannet.ts'
import { asSharp, draw } from './drawn-pictures.ts'

interface Told {
  readonly keep: { readonly pictures: number; readonly undecodable: number; readonly repeated: number }
  readonly partedBy: string
  readonly flags: readonly string[]
  readonly looked: object
  readonly outOfFold: { readonly precision: number; readonly recall: number; readonly intervals: { readonly precision: { readonly low: number } } }
  readonly mistakes: readonly { readonly file: string; readonly is: string; readonly by: { readonly flag: string } }[]
}

/** Each of its own size and shape. */
const drawnInto = async (dir: string, count: number, seed: number, size: number, blur = 0): Promise<void> => {
  await mkdir(dir, { recursive: true })
  for (let n = 0; n < count; n++) {
    const picture = asSharp(draw(seed + n, size + 10 * (n % 7), Math.round(0.75 * size) + 10 * (n % 5)))
    await writeFile(join(dir, `${n}.jpg`), await (blur > 0 ? picture.blur(blur) : picture).jpeg().toBuffer())
  }
}

const tune = (keep: string, drop: string, ...args: string[]) => gannet(['models', 'tune', '--keep', keep, '--drop', drop, ...args])

test('tune tells sharp pictures from blurred ones, and names the picture that it gets wrong', async () => {
  const [keep, drop] = [await folder(), await folder()]
  await drawnInto(keep, 14, 100, 320)
  await drawnInto(drop, 14, 200, 320, 0.6)
  await drawnInto(join(drop, 'strays'), 1, 300, 320)
  await copyFile(join(keep, '0.jpg'), join(keep, 'again.jpg'))
  await writeFile(join(keep, 'torn.jpg'), 'no picture')
  const { code, stdout } = await tune(keep, drop, '--json')
  const { keep: side, partedBy, flags, looked, outOfFold, mistakes } = JSON.parse(stdout) as Told
  expect([code, partedBy, flags.length, flags[0], looked]).toEqual([0, 'flags', 2, '--min-sharpness', {}])
  expect(side).toMatchObject({ pictures: 14, undecodable: 1, repeated: 1 })
  // The stray is kept, and one of those to keep has by chance no hard edges.
  expect([outOfFold.recall, outOfFold.precision]).toEqual([13 / 14, 13 / 14])
  expect(outOfFold.intervals.precision.low).toBeLessThan(0.85)
  const by = expect.objectContaining({ flag: flags.join(' ') }) as unknown
  expect(mistakes).toEqual([{ file: join(drop, 'strays/0.jpg'), is: 'kept', by }, { file: join(keep, '8.jpg'), is: 'turned away', by }])

  const text = await tune(keep, drop)
  expect(text.stdout).toContain(`for gannet crawl: ${flags.join(' ')}\n`)
  expect(text.stdout).toMatch(/out of fold +9\d\.\d % +\d+\.\d % to 9\d\.\d %/)
  expect(text.stdout).toMatch(/kept +\S+strays\/0\.jpg +nearest --min-sharpness \d+, has \d+/)
  expect(text.stderr).toContain('off: detect (no folder of models was named')
}, 240_000)

test('tune gives flags that let small pictures in which a crawl would turn away', async () => {
  const [keep, drop] = [await folder(), await folder()]
  await drawnInto(keep, 10, 400, 120)
  await drawnInto(drop, 10, 500, 30)
  const { code, stdout } = await tune(keep, drop, '--json')
  const { flags: [flag, side, ...more], outOfFold } = JSON.parse(stdout) as Told
  expect([code, flag, more, outOfFold.precision, outOfFold.recall]).toEqual([0, '--min-side', [], 1, 1])
  expect(Number(side)).toBeLessThan(91)
}, 240_000)

test('tune needs no flags where a crawl parts them already, and gives none where nothing does', async () => {
  const [keep, drop, same] = [await folder(), await folder(), await folder()]
  await drawnInto(keep, 10, 600, 240)
  await drawnInto(drop, 10, 700, 60)
  await drawnInto(same, 10, 800, 240)
  const already = await tune(keep, drop)
  expect([already.code, already.stdout]).toEqual([0, expect.stringContaining('a crawl parts them without any flags')])
  const nothing = await tune(keep, same, '--json')
  expect([nothing.code, JSON.parse(nothing.stdout)]).toEqual([1, expect.objectContaining({ partedBy: 'nothing', flags: [], mistakes: [] })])
  expect((await tune(keep, same)).stdout).toContain('no flag parts them beyond chance')
}, 240_000)

test('tune says what is wrong with its folders', async () => {
  const [keep, drop, empty] = [await folder(), await folder(), await folder()]
  await drawnInto(keep, 10, 900, 60)
  await drawnInto(drop, 9, 950, 60)
  const wrong = async (a: string, b: string) => {
    const { code, stderr } = await tune(a, b)
    expect(code).toBe(2)
    return stderr
  }
  expect(await wrong(keep, join(keep, 'none'))).toContain('neither may lie in the other')
  expect(await wrong(join(empty, 'none'), keep)).toContain('cannot be read')
  expect(await wrong(empty, keep)).toContain(`there are no pictures in ${empty}`)
  expect(await wrong(keep, drop)).toContain(`--drop ${drop} has 9 pictures: 10 at least are needed`)
  await writeFile(join(drop, 'torn.jpg'), 'no picture')
  expect(await wrong(keep, drop)).toContain(`${drop} has 9 different pictures that can be decoded, of 10 files`)
  await copyFile(join(keep, '3.jpg'), join(drop, 'torn.jpg'))
  expect(await wrong(keep, drop)).toMatch(/3\.jpg and .*torn\.jpg are the same file/)
}, 240_000)
