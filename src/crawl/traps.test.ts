import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { isLoop, shapeOf } from './page-shape.ts'
import { createSeenFilter } from './seen-filter.ts'
import { createTraps, type Trap, type Traps } from './traps.ts'

const NOW = Date.UTC(2026, 5, 1)
const traps = (after = 50): Traps => createTraps({ after, now: () => NOW })

/** Reads page after page, each found on the one before, until one is refused. */
const walk = (held: Traps, pages: number, url: (n: number) => string, pictures: (n: number) => string[]): { read: number; trap: Trap | null } => {
  let from: string | null = null
  let barren = 0
  for (let n = 0; n < pages; n++) {
    const trap = held.judge(url(n), from, barren)
    if (trap) return { read: n, trap }
    barren = held.note({ url: url(n), from, barren }, pictures(n))
    from = url(n)
  }
  return { read: pages, trap: null }
}
const logo = ['http://h/logo.png', 'http://h/banner.jpg']

describe('an honest gallery is never cut', () => {
  it.each<[string, (n: number) => string]>([
    ['by page number', (n) => `http://h/gallery?page=${n}`],
    ['by path', (n) => `http://h/photos/${n}`],
    ['by code', (n) => `http://h/p/${(n * 2654435761).toString(16).padStart(12, '0')}`],
    ['by date', (n) => `http://h/${1900 + Math.floor(n / 365)}/${1 + (Math.floor(n / 30) % 12)}/${1 + (n % 28)}/${n}`],
  ])('of 100,000 pages %s, a new picture on each, and the same dozen round it', (_name, url) => {
    const round = Array.from({ length: 12 }, (_, i) => `http://h/side/${i}.jpg`)
    expect(walk(traps(), 100_000, url, (n) => [...round, `http://h/full/${n}.jpg`])).toEqual({ read: 100_000, trap: null })
  })

  it('that shows something new only on every fortieth page', () => {
    expect(walk(traps(), 20_000, (n) => `http://h/p/${n}`, (n) => (n % 40 === 0 ? [`http://h/f/${n}.jpg`] : logo)).trap).toBeNull()
  })

  it('whose lists show nothing themselves but lead to pictures', () => {
    const held = traps()
    let barren = 0
    let from: string | null = null
    for (let n = 0; n < 5_000; n++) {
      const list = `http://h/board?page=${n}`
      expect(held.judge(list, from, barren)).toBeNull()
      barren = held.note({ url: list, from, barren }, logo)
      from = list
      expect(held.judge(`http://h/thread/${n}`, list, barren)).toBeNull()
      held.note({ url: `http://h/thread/${n}`, from: list, barren }, [`http://h/f/${n}.jpg`])
    }
  })

  it('at the bottom of a tree of lists, of which thousands lie deep and show nothing', () => {
    const held = traps(200)
    const cut: (Trap | null)[] = []
    const read = (url: string, from: string | null, barren: number, found: string[]): number => {
      cut.push(held.judge(url, from, barren))
      return held.note({ url, from, barren }, found)
    }
    const word = (n: number): string => String.fromCharCode(97 + n)
    let level: { readonly url: string; readonly barren: number }[] = [{ url: 'http://h', barren: read('http://h/', null, 0, logo) }]
    for (let depth = 1; depth <= 4; depth++) {
      level = level.flatMap(({ url, barren }) => Array.from({ length: depth === 4 ? 1 : 14 }, (_, n) => {
        // Each level has an ending of its own, so that no form is met twice in a row.
        const below = `${url.replace(/\.\w$/, '')}/${word(n)}.${word(depth)}`
        return { url: below, barren: read(below, url, barren, depth === 4 ? [`http://h/f${below}.jpg`] : logo) }
      }))
    }
    expect(cut).toHaveLength(1 + 14 + 196 + 2 * 2744)
    expect(cut.filter((trap) => trap !== null)).toEqual([])
  })

  it('nor an index of thousands of pages that show nothing, all found on one', () => {
    const held = traps()
    for (let n = 0; n < 5_000; n++) {
      expect(held.judge(`http://h/town/${n}`, 'http://h/', 1)).toBeNull()
      held.note({ url: `http://h/town/${n}`, from: 'http://h/', barren: 1 }, logo)
    }
  })
})

describe('a trap is noticed and named', () => {
  it('numbers that count for ever, after so many pages, told once', () => {
    const held = traps()
    const { read, trap } = walk(held, 1_000, (n) => `http://h/item/${n}`, () => logo)
    expect(read).toBeLessThan(60)
    expect(trap).toMatchObject({ kind: 'barren', host: 'h', first: true, detail: expect.stringMatching(/h\/item\/#.*--trap-after/) as string })
    expect(held.judge('http://h/item/77', 'http://h/item/76', 9)).toMatchObject({ first: false })
    // It opens again as soon as one of the kind brings something.
    held.note({ url: 'http://h/item/5', from: 'http://h/', barren: 0 }, ['http://h/new.jpg'])
    expect(held.judge('http://h/item/77', 'http://h/item/76', 9)).toBeNull()
  })

  it.each<[string, (n: number) => string]>([
    ['forwards by path', (n) => `http://h/events/${2026 + Math.floor(n / 12)}/${1 + (n % 12)}/`],
    ['forwards by query', (n) => `http://h/cal.php?year=${2026 + Math.floor(n / 12)}&month=${1 + (n % 12)}`],
    ['backwards', (n) => `http://h/events/${new Date(Date.UTC(2026, 5 - n)).toISOString().slice(0, 7)}`],
  ])('a calendar %s', (_name, url) => {
    const { read, trap } = walk(traps(200), 2_000, url, () => logo)
    expect(trap?.kind).toBe('calendar')
    expect(read).toBeLessThan(50)
  })

  it('filters that permute, though hardly two have the same names', () => {
    const names = ['colour', 'size', 'brand', 'sort', 'price', 'stock', 'style', 'season']
    const url = (n: number): string => `http://h/shop?${names.filter((_, bit) => (n >> bit) & 1).map((name) => `${name}=${n}`).join('&')}&n=1`
    const { read, trap } = walk(traps(), 10_000, url, () => logo)
    expect(trap?.kind).toMatch(/permutations|barren/)
    expect(read).toBeLessThan(80)
  })

  it('a maze of words', () => {
    const word = (n: number): string => String.fromCharCode(97 + (n % 26), 97 + (Math.floor(n / 26) % 26), 97 + (Math.floor(n / 676) % 26))
    const { read, trap } = walk(traps(), 10_000, (n) => `http://h/${word(n * 7)}/${word(n * 11)}`, () => logo)
    expect(trap?.kind).toBe('maze')
    expect(read).toBeLessThan(300)
  })

  it('a maze of words whose paths are of any depth, within twenty times the patience', () => {
    const word = (n: number): string => String.fromCharCode(97 + (n % 26), 97 + (Math.floor(n / 26) % 26), 97 + (Math.floor(n / 676) % 26))
    const url = (n: number): string => `http://h/${Array.from({ length: 1 + ((n * 7) % 12) }, (_, i) => word(n * 11 + i * 131)).join('/')}`
    const { read, trap } = walk(traps(20), 10_000, url, () => logo)
    expect(trap?.kind).toBe('maze')
    expect(read).toBeLessThan(20 * 20 + 10)
  })

  it('paths that repeat themselves, and addresses that grow, at once', () => {
    expect(traps().judge('http://h/a/b/a/b/a/b', 'http://h/', 0)?.kind).toBe('loop')
    expect(traps().judge(`http://h/?next=${'x'.repeat(3000)}`, 'http://h/', 0)?.kind).toBe('long-address')
    // What a person typed is theirs to say.
    expect(traps().judge('http://h/a/b/a/b/a/b', null, 0)).toBeNull()
  })
})

it.each([
  ['http://h/a/b/a/b/a/b/c', true], ['http://h/x/x/x/x', true], ['http://h/x/x/x', false], ['http://h/a/b/a/b', false],
  ['http://h/2011/11/11/11/11', false], ['http://h/en/shop/en/shop/en/shop/', true], ['http://h/a/a/b/b/c/c/', false],
])('%s goes in circles: %s', (url, expected) => expect(isLoop(url)).toBe(expected))

it.each([
  ['http://h/photo/12/a.html?b=1&a=2', 'h/photo/#/a.html?a&b', 'h/photo/#/a.html'],
  ['http://h/p/3f2a99d0b1c4/x', 'h/p/~/x', null],
  ['http://h:8080/img-20', 'h:8080/img-#', null],
])('the shape of %s', (url, shape, path) => expect(shapeOf(url)).toMatchObject({ shape, path }))

it('the filter forgets what is long gone, not what keeps coming, and seldom takes the new for known', () => {
  const filter = createSeenFilter(10_000)
  let mistaken = 0
  for (let n = 0; n < 50_000; n++) {
    if (!filter.isNew(`http://h/${n}.jpg`)) mistaken++
    if (n > 0 && n % 1000 === 0) expect(filter.isNew('http://h/logo.png')).toBe(n === 1000)
  }
  expect(mistaken / 50_000).toBeLessThan(0.03)
  expect(filter.isNew('http://h/0.jpg')).toBe(true)
})

it('what it remembers is bounded, whatever a host makes up', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const held = traps()
  const heap = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = heap()
  const filler = 'x'.repeat(400)
  for (let n = 0; n < 60_000; n++) {
    held.note({ url: `http://h/${filler}${n.toString(36).replace(/\d/g, 'z')}?a=${n}`, from: 'http://h/', barren: 3 }, logo)
  }
  expect(heap() - before).toBeLessThan(40_000_000)
  expect(held.judge('http://h/x', null, 0)).toBeNull()
})
