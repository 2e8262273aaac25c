/**
 * Hosts with a way of their own to name sizes. One line each, by the last two labels of the host.
 * They are the services' documented forms; where one changes, its pictures are merely met twice.
 */
import { dropVariant } from './resizers.ts'
import { enter, noteSize, queryValue, withoutExtension, type Draft, type Rule } from './draft.ts'
import { readWishes } from './wishes.ts'

/** Takes what `pattern` finds in the path out of it. @param sized what its groups say */
const without = (pattern: RegExp, put = '', sized?: (draft: Draft, found: RegExpExecArray) => void): Rule => (draft) => {
  const found = pattern.exec(draft.path)
  if (found === null) return
  draft.path = draft.path.slice(0, found.index) + put + draft.path.slice(found.index + found[0].length)
  draft.altered = true
  sized?.(draft, found)
}
const within = (draft: Draft, [, width, height]: RegExpExecArray): void => noteSize(draft, width, height, 'within')

const FLICKR: Readonly<Record<string, number>> = {
  s: 75, q: 150, t: 100, m: 240, n: 320, w: 400, z: 640, c: 800, b: 1024, h: 1600, k: 2048, '3k': 3072, '4k': 4096, '5k': 5120, '6k': 6144,
}
/** `/<server>/<id>_<secret>_b.jpg`; the original (`_o`) has another secret, so the id is the key. */
const flickr: Rule = (draft) => {
  const found = /\/(\d+)_[\da-f]+(?:_([a-z\d]{1,2}))?(?:_d)?\.\w+$/.exec(draft.path)
  if (found === null) return
  draft.host = 'staticflickr.com'
  draft.path = `/${found[1]}`
  const name = found[2]
  if (name === 'o') return
  const side = name === undefined ? 500 : (FLICKR[name] ?? null)
  noteSize(draft, side, side, name === 's' || name === 'q' ? 'crop' : 'within')
}

/** `=s1600`, `=w400-h300-c`, `/s320/`, `/w400-h300/`: `c` and `p` cut. */
const google: Rule = (draft) => {
  const found = /(?:=|\/)((?:s|w|h)\d{1,5}(?:-[a-z\d]+)*)(?:\/(?=[^/]*$)|$)/.exec(draft.path)
  if (found === null) return
  const wishes = found[1] as string
  const isPath = found[0].startsWith('/')
  draft.path = draft.path.slice(0, found.index) + (isPath ? '/' : '') + draft.path.slice(found.index + found[0].length)
  const side = /^s(\d+)/.exec(wishes)?.[1]
  const cuts = /-(?:c|p|cc|n)(?:-|$)/.test(wishes)
  if (side === '0') draft.altered = false
  else noteSize(draft, side ?? /(?:^|-)w(\d+)/.exec(wishes)?.[1], side ?? /(?:^|-)h(\d+)/.exec(wishes)?.[1], cuts ? 'crop' : 'within')
}

const TWITTER: Readonly<Record<string, number>> = { thumb: 150, tiny: 64, small: 680, medium: 1200, large: 2048, '4096x4096': 4096 }
/** `?format=jpg&name=small`, `.jpg:large`, and of portraits `_normal.jpg`. */
const twitter: Rule = (draft) => {
  const colon = /:(\w+)$/.exec(draft.path)
  const name = queryValue(draft.query, 'name') ?? colon?.[1] ?? null
  if (colon !== null) draft.path = draft.path.slice(0, colon.index)
  if (draft.path.startsWith('/media/')) draft.path = withoutExtension(draft.path)
  else without(/_(?:normal|bigger|mini|reasonably_small|(\d{2,4})x(\d{2,4}))(?=\.\w+$)/, '', within)(draft)
  draft.query = ''
  const square = /^(\d{2,4})x(\d{2,4})$/.exec(name ?? '')
  const side = name === null ? null : (TWITTER[name] ?? square?.[1] ?? null)
  if (side !== null) noteSize(draft, side, side, name === 'thumb' ? 'crop' : 'within')
}

/** `71abc._AC_SX300_.jpg` */
const amazon: Rule = (draft) => {
  const found = /\._([A-Za-z\d,_+%-]{1,300})_(?=\.\w+$)/.exec(draft.path)
  if (found === null) return
  draft.path = draft.path.slice(0, found.index) + draft.path.slice(found.index + found[0].length)
  const wishes = found[1] as string
  const side = /(?:^|_)(?:S[LSR]|U[LS]|AA)(\d{2,4})/.exec(wishes)?.[1]
  noteSize(draft, side ?? /(?:SX|UX|SY\d+_SX|SR)(\d{2,4})/.exec(wishes)?.[1], side ?? /(?:SY|UY)(\d{2,4})/.exec(wishes)?.[1], 'within')
  if (/(?:^|_)(?:CR|SR|SS|AA|US)\d/.test(wishes)) draft.cropped = true
}

const SHOPIFY: Readonly<Record<string, number>> = {
  pico: 16, icon: 32, thumb: 50, small: 100, compact: 160, medium: 240, large: 480, grande: 600, original: 0, master: 0,
}
/** `name_640x480_crop_center@2x.progressive.jpg`, on the shop's own host under `/cdn/shop/`. */
export const shopify: Rule = (draft) => {
  const found =
    /_(?:(pico|icon|thumb|small|compact|medium|large|grande|original|master)|(\d{0,4})x(\d{0,4}))(?:_crop_(?:center|top|bottom|left|right))?(?:@[23]x)?(?:\.progressive)?(?=\.\w+$)/.exec(draft.path)
  if (found === null || found[0] === '_x') return
  draft.path = draft.path.slice(0, found.index) + draft.path.slice(found.index + found[0].length)
  const side = found[1] === undefined ? null : (SHOPIFY[found[1]] ?? null)
  noteSize(draft, side ?? found[2], side ?? found[3], found[0].includes('_crop_') ? 'crop' : 'within')
}

const EBAY_ID = /^\/(?:thumbs\/)?images\/g\/[\w~-]+\//
const ebay: Rule = (draft) => {
  const id = EBAY_ID.exec(draft.path)
  const found = /\/(?:s-l(\d{1,4})|\$_\d{1,2})\.\w+$/.exec(draft.path)
  if (found === null) return
  draft.path = (id === null ? draft.path.slice(0, found.index) : id[0].slice(0, -1)).replace(/^\/thumbs/, '')
  noteSize(draft, found[1], found[1], 'within')
}

const ETSY = /\/il\/(.+?)\/il_(?:(\d+)x(\d+|N)|full(?:x|xfull))\./
const etsy: Rule = (draft) => {
  const found = ETSY.exec(draft.path.slice(0, 1000))
  if (found === null) return
  if (draft.path.includes('/c/')) draft.cropped = true
  draft.path = `/il/${draft.path.slice(found.index + '/il/'.length).replace(/il_[\dNxful]+\./, '')}`
  if (found[2] !== undefined) noteSize(draft, found[2], found[3] === 'N' ? null : found[3], 'within')
}

const IMGUR: Readonly<Record<string, number>> = { s: 90, b: 160, t: 160, m: 320, l: 640, g: 800, h: 1024 }
/** Ids have five or seven characters; one more is the size. */
const imgur: Rule = (draft) => {
  const found = /^\/([A-Za-z\d]{5}|[A-Za-z\d]{7})([sbtmlgh])(\.\w+)$/.exec(draft.path)
  if (found !== null) {
    const side = IMGUR[found[2] as string]
    noteSize(draft, side, side, found[2] === 's' || found[2] === 'b' ? 'crop' : 'within')
  }
  draft.path = withoutExtension(found === null ? draft.path : `/${found[1]}${found[3]}`)
}

/** Preview and original differ in host, name and signature; the id at the end of the name is the same. */
const reddit: Rule = (draft) => {
  if (draft.host === 'external-preview.redd.it') return
  const id = /(?:-v0-|\/)([a-z\d]{6,20})\.(?:jpe?g|png|webp|gif)$/.exec(draft.path)?.[1]
  if (id === undefined) return
  if (draft.host === 'preview.redd.it') {
    const crops = queryValue(draft.query, 'crop') !== null && queryValue(draft.query, 'height') !== null
    noteSize(draft, queryValue(draft.query, 'width'), queryValue(draft.query, 'height'), crops ? 'crop' : 'within')
  }
  draft.host = 'redd.it'
  draft.path = `/${id}`
  draft.query = ''
}

const tumblr: Rule = (draft) => {
  const found = /^(\/[\da-f]{32}\/[\w-]+)\/s(\d+)x(\d+)(_c1|\w*)\//.exec(draft.path)
  if (found === null) return without(/_(\d{2,4})(?=\.\w+$)/, '', within)(draft)
  draft.path = found[1] as string
  noteSize(draft, found[2], found[3], found[4]?.startsWith('_c') === true ? 'crop' : 'within')
}

const YOUTUBE: Readonly<Record<string, readonly [number, number]>> = {
  default: [120, 90], mqdefault: [320, 180], hqdefault: [480, 360], '0': [480, 360], sddefault: [640, 480], hq720: [1280, 720], maxresdefault: [1280, 720],
}
/** The cover in its sizes. The frames (`1.jpg`, `2.jpg`) are other pictures. */
const youtube: Rule = (draft) => {
  const found = /^\/(?:vi|vi_webp)\/([\w-]{6,20})\/(\w+)\.\w+$/.exec(draft.path)
  const size = found === null || !Object.hasOwn(YOUTUBE, found[2] as string) ? undefined : YOUTUBE[found[2] as string]
  if (found === null || size === undefined) return
  draft.host = 'ytimg.com'
  draft.path = `/vi/${found[1]}`
  draft.query = ''
  noteSize(draft, size[0], size[1], 'exact')
}

const MEDIUM = /^\/(?:v2\/|max\/(\d+)\/|fit\/(t|c)\/(\d+)\/(\d+)\/|freeze\/max\/(\d+)\/)/
const medium: Rule = (draft) => {
  const id = draft.path.lastIndexOf('/')
  if (id <= 0 || !(MEDIUM.test(draft.path) || draft.path.includes(':'))) return
  const found = MEDIUM.exec(draft.path)
  const resize = /\/resize:(fit|fill):(\d+)(?::(\d+))?/.exec(draft.path)
  draft.path = draft.path.slice(id)
  const cuts = resize?.[1] === 'fill' || found?.[2] === 'c'
  noteSize(draft, resize?.[2] ?? found?.[1] ?? found?.[3] ?? found?.[5], resize?.[3] ?? found?.[4], cuts ? 'crop' : 'within')
}

/** Signed for each size anew; the name of the file is the picture's. */
const facebook: Rule = (draft) => {
  if (!/_[no]\.(?:jpg|webp|png|heic)$/.test(draft.path)) return
  const wishes = /(?:^|[_/&=])([sp])(\d{2,4})x(\d{2,4})/.exec(`${draft.path}&${queryValue(draft.query, 'stp') ?? ''}`)
  draft.path = withoutExtension(draft.path.slice(draft.path.lastIndexOf('/')))
  draft.host = 'fbcdn.net'
  draft.query = ''
  if (wishes !== null) noteSize(draft, wishes[2], wishes[3], wishes[1] === 's' ? 'within' : 'crop')
}

/** `i0.wp.com/host/path?resize=300,200`: leave of the wishes to the query. */
const photon: Rule = (draft) => {
  if (!/^i\d\.wp\.com$/.test(draft.host)) return
  const wishes = draft.query
  if (!enter(draft, `https:/${draft.path}`)) return
  draft.query = draft.query === '' ? wishes : `${draft.query}&${wishes}`
}

const weserv: Rule = (draft) => {
  const { query } = draft
  const url = (queryValue(query, 'url') ?? '').replace(/^ssl(?::|%3a)/i, '')
  if (!enter(draft, url)) return
  const cuts = /^(?:cover|fill)$/.test(queryValue(query, 'fit') ?? '') || queryValue(query, 't') === 'square'
  noteSize(draft, queryValue(query, 'w'), queryValue(query, 'h'), cuts ? 'crop' : 'within')
}

/** `/v7/https://host/picture?w=300`, `/crop/300x200/x/https://…` */
const cloudimage: Rule = (draft) => {
  const found = /^\/(?:v7|(?:(?:width|cdn|fit|crop|bound|height)\/([\w.]+)\/[\w.-]+))\//.exec(draft.path)
  const size = /^(\d{0,5})x?(\d{0,5})$/.exec(found?.[1] ?? '')
  const wishes = draft.query
  if (found === null || !enter(draft, draft.path.slice(found[0].length))) return
  if (draft.query === '') draft.query = wishes
  if (size !== null) noteSize(draft, size[1], size[2], found[0].startsWith('/crop') ? 'crop' : 'within')
}

/** `/resize=width:300,fit:crop/output=format:webp/<handle>` */
const filestack: Rule = (draft) => {
  const wishes = draft.path.split('/', 20).filter((segment) => /^\w+=/.test(segment) || segment === 'auto_image')
  if (wishes.length === 0) return
  draft.path = draft.path.slice(draft.path.lastIndexOf('/'))
  readWishes(draft, wishes.join('&').replace('resize=', 'resize=,'))
  if (wishes.some((wish) => /^(?:crop|.*fit:crop)/.test(wish)) && draft.width !== null && draft.height !== null) draft.cropped = true
}

const uploadcare: Rule = (draft) => {
  const id = /^\/[\da-f]{8}-[\da-f-]{27}(?:~\d+\/nth\/\d+)?/.exec(draft.path)
  if (id !== null) draft.path = id[0]
}

/** Wishes that are not called as elsewhere. */
const withoutParameters = (pattern: RegExp): Rule => (draft) => {
  const parts = draft.query.split('&', 40)
  const kept = parts.filter((part) => !pattern.test(part))
  if (kept.length === parts.length || parts.length === 40) return
  draft.query = kept.join('&')
  draft.altered = true
}

const HOSTS: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['staticflickr.com', flickr], ['flickr.com', flickr],
  ['googleusercontent.com', google], ['ggpht.com', google], ['blogspot.com', google],
  ['twimg.com', twitter],
  ['media-amazon.com', amazon], ['ssl-images-amazon.com', amazon], ['images-amazon.com', amazon],
  ['shopify.com', shopify],
  ['ebayimg.com', ebay], ['etsystatic.com', etsy], ['imgur.com', imgur], ['redd.it', reddit], ['tumblr.com', tumblr],
  ['ytimg.com', youtube], ['youtube.com', youtube], ['medium.com', medium], ['fbcdn.net', facebook], ['cdninstagram.com', facebook],
  ['wp.com', photon], ['weserv.nl', weserv], ['wsrv.nl', weserv], ['cloudimg.io', cloudimage],
  ['graphassets.com', filestack], ['graphcms.com', filestack], ['filestackcontent.com', filestack],
  ['ucarecdn.com', uploadcare], ['ucarecd.net', uploadcare],
  ['imagedelivery.net', (draft) => void dropVariant(draft)],
  ['pinimg.com', without(/^\/(?:(\d+)x(\d+)?(?:_\w+)?|originals)\//, '/', (draft, [all, width, height]) => {
    if (width !== undefined) noteSize(draft, width, height, all.includes('_RS') ? 'crop' : 'within')
    else draft.altered = false
  })],
  ['storyblok.com', without(/\/m\/(?:(?:fit-in\/)?(\d+)x(\d+)(?:\/.*)?|.*)?$/, '', (draft, [all, width, height]) =>
    noteSize(draft, width, height, all.includes('fit-in') ? 'within' : 'crop'))],
  ['ctfassets.net', withoutParameters(/^(?:f|r|fl)=/)],
  ['scene7.com', withoutParameters(/^(?:\$[\w -]*\$|%24[\w%-]*%24|scl|size|defaultimage|req|id|iccembed|icc|op_\w+)(?:=|$)/i)],
])

/** The way of the host, or null. @param host in lower case, as canonical addresses have it */
export const hostRule = (host: string): Rule | null => {
  const dot = host.lastIndexOf('.', host.lastIndexOf('.') - 1)
  return HOSTS.get(dot === -1 ? host : host.slice(dot + 1)) ?? null
}
