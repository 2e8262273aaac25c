/**
 * Resizers that sites run under their own name, known by a mark in the path: what stands behind it
 * is a list of wishes, and then the picture. One line each; a new resizer is a new line.
 */
import { enter, noteSize, queryValue, unescaped, withoutExtension, type Draft, type Fit } from './draft.ts'
import { readWishes } from './wishes.ts'

interface Resizer {
  /** Plain text that the path must hold: looked for before anything else is done. */
  readonly mark: string
  /** False when the path only looked like one. */
  readonly read: (draft: Draft, at: number) => boolean
}

/** The address in `?url=`, which is that of the picture. */
const byQuery = (name: string, widthName = 'w') => (draft: Draft): boolean => {
  const { query } = draft
  if (!enter(draft, queryValue(query, name) ?? '')) return false
  noteSize(draft, queryValue(query, widthName), queryValue(query, 'h'), queryValue(query, 'fit') === 'cover' ? 'crop' : 'within')
  return true
}

/** `/id/tr:w-300,h-200/picture`. */
const readImageKit = (draft: Draft, at: number): boolean => {
  const end = draft.path.indexOf('/', at + 1)
  if (end === -1) return false
  readWishes(draft, unescaped(draft.path.slice(at + '/tr:'.length, end)))
  draft.path = draft.path.slice(0, at) + draft.path.slice(end)
  return true
}

/** `<mark><wishes>/<picture>`, where the picture is a path of the same host or a whole address. */
const wishesFirst = (length: number) => (draft: Draft, at: number): boolean => {
  const start = at + length
  const end = draft.path.indexOf('/', start)
  if (end === -1) return false
  const wishes = draft.path.slice(start, end)
  const rest = draft.path.slice(end + 1)
  if (!enter(draft, /^https?(?::|%3a)\/?/i.test(rest) ? rest : `/${rest}`)) return false
  readWishes(draft, unescaped(wishes))
  return true
}

/** One of these, strictly read, makes a segment a list of wishes and no folder. */
const CLOUDINARY_WISH =
  /^(?:(?:w|h|x|y|z|r|ar|dpr)_(?:\d[\d.:]*|auto[^,]*|iw|ih|max)|q_(?:\d+|auto)[^,]*|f_(?:auto|jpe?g|png|webp|avif|gif|jxl)|c_(?:fill|fit|limit|scale|l?pad|mpad|crop|thumb|lfill|fill_pad|auto|mfit)|g_(?:auto|face|center|north|south|east|west)[^,]*|fl_(?:progressive|lossy|preserve\w*|strip\w*))$/
const isWishes = (segment: string): boolean => segment.split(',', 30).some((wish) => CLOUDINARY_WISH.test(wish.slice(0, 100)))
const VERSION = /^v\d{1,14}$/
const CLOUDINARY_SIGNATURE = /^s--[\w-]{1,64}--$/

/** `/image/upload/[s--x--/][wishes/]*[v123/]public/id.jpg` */
const readCloudinary = (draft: Draft, at: number): boolean => {
  const start = draft.path.indexOf('/', at + 1) + 1
  const kindEnd = draft.path.indexOf('/', start)
  if (kindEnd === -1) return false
  const kind = draft.path.slice(start, kindEnd)
  const rest = draft.path.slice(kindEnd + 1)
  if (kind === 'fetch') {
    const found = /(?:^|\/)https?(?::|%3a)/i.exec(rest.slice(0, 1000))
    if (found === null) return false
    const from = found.index + (found[0].startsWith('/') ? 1 : 0)
    const wishes = rest.slice(0, from)
    if (!enter(draft, rest.slice(from))) return false
    readWishes(draft, wishes)
    return true
  }
  if (kind !== 'upload' && kind !== 'private' && kind !== 'authenticated') return false
  const segments = rest.split('/', 20)
  if (segments.length === 20) return false
  // All that stands before the version is wishes, named ones (`t_card`) too.
  const version = segments.findIndex((segment) => VERSION.test(segment))
  let first = 0
  while (first < segments.length - 1) {
    const segment = unescaped(segments[first] as string)
    if (first < version || isWishes(segment)) readWishes(draft, segment)
    else if (first !== version && !CLOUDINARY_SIGNATURE.test(segment)) break
    first++
  }
  const id = segments.slice(first).join('/')
  draft.path = `${draft.path.slice(0, kindEnd + 1)}${withoutExtension(id)}`
  return true
}

const THUMBOR_STEP = /^(?:fit-in|full-fit-in|adaptive.*|smart|meta|trim.*|top|bottom|middle|left|right|center|filters:.*|-?\d{0,5}x-?\d{0,5}|\d+x\d+:\d+x\d+)$/

/** `/unsafe/[fit-in/]300x200/[smart/][filters:…/]picture` */
const readThumbor = (draft: Draft, at: number): boolean => {
  const segments = draft.path.slice(at + '/unsafe/'.length).split('/', 60)
  let first = 0
  let fit: Fit = 'crop'
  let size: RegExpExecArray | null = null
  while (first < segments.length - 1 && THUMBOR_STEP.test((segments[first] as string).slice(0, 300))) {
    const step = segments[first++] as string
    if (step.includes('fit-in')) fit = 'within'
    size ??= /^-?(\d{0,5})x-?(\d{0,5})$/.exec(step)
    if (/^\d+x\d+:\d+x\d+$/.test(step)) draft.cropped = true
  }
  const rest = segments.slice(first).join('/')
  const isAddress = /^(?:https?(?::|%3a)|[a-z\d.-]+\.[a-z]{2,24}\/)/i.test(rest.slice(0, 300))
  if ((first === 0 && !isAddress) || segments.length === 60) return false
  if (!enter(draft, isAddress ? rest : `/${rest}`)) return false
  noteSize(draft, size?.[1], size?.[2], fit)
  return true
}

const IMGPROXY_STEP = /^(?:rs|resize|s|size|w|width|h|height|rt|resizing_type|g|gravity|q|quality|el|enlarge|ex|extend|f|format|ext|dpr|c|crop|sm|sh|bl|cb|pr|preset|t|trim|bg|mw|mh|z|zoom|ar|auto_rotate|exp|raw|sr|kcr|fn|a):/

/** `/<signature>/rs:fit:300:200/g:sm/plain/https://…@webp`, or the address in base64. */
const readImgproxy = (draft: Draft): boolean => {
  const segments = draft.path.slice(1).split('/', 60)
  let first = segments.findIndex((segment) => IMGPROXY_STEP.test(segment))
  // One segment stands before: the signature, which is another for each size.
  if (first === -1 || first > 2 || segments.length === 60) return false
  const from = first
  while (first < segments.length - 1 && IMGPROXY_STEP.test(segments[first] as string)) first++
  const wishes = segments.slice(from, first).join(',')
  let picture = segments.slice(first).join('/')
  if (picture.startsWith('plain/')) {
    picture = picture.slice('plain/'.length).replace(/@\w{3,4}$/, '')
    if (!enter(draft, picture)) return false
  } else {
    const encoded = picture.replaceAll('/', '').replace(/\.\w{3,4}$/, '')
    if (encoded.length < 16) return false
    const decoded = Buffer.from(encoded.slice(0, 4000), 'base64url').toString('latin1')
    if (!/^https?:\/\//.test(decoded) || !enter(draft, decoded)) draft.path = `/${encoded}`
  }
  draft.altered = true
  readWishes(draft, wishes)
  return true
}

/** `/thumb/a/ab/Gannet.jpg/640px-Gannet.jpg` of a wiki; the folder of the original is the same without `thumb`. */
const readWiki = (draft: Draft, at: number): boolean => {
  const last = draft.path.lastIndexOf('/')
  const width = /^(?:lossy-|lossless-)?(?:page\d{1,4}-)?(\d{1,5})px-/.exec(draft.path.slice(last + 1, last + 40))?.[1]
  if (width === undefined || last <= at + 6) return false
  draft.path = draft.path.slice(0, at) + draft.path.slice(at + '/thumb'.length, last)
  noteSize(draft, width, null, 'exact')
  return true
}

/** A picture's id, then `/-/resize/300x/-/format/auto/`. */
const readUploadcare = (draft: Draft, at: number): boolean => {
  if (!/[\da-f]{12}(?:~\d{1,4})?$/i.test(draft.path.slice(Math.max(0, at - 20), at))) return false
  const wishes = draft.path.slice(at)
  draft.path = draft.path.slice(0, at)
  readWishes(draft, wishes)
  return true
}

/** `/revision/latest/scale-to-width-down/350`, `/revision/latest/zoom-crop/width/300/height/200`. */
const readRevision = (draft: Draft, at: number): boolean => {
  const wishes = draft.path.slice(at, at + 200)
  draft.path = draft.path.slice(0, at)
  const numbers = wishes.match(/\/\d{1,5}(?=\/|$)/g) ?? []
  noteSize(draft, numbers[0]?.slice(1), numbers[1]?.slice(1), wishes.includes('crop') ? 'crop' : 'within')
  draft.altered = numbers.length > 0
  return true
}

/** `/v1/fill/w_300,h_200,al_c/name.jpg`, of which `fill` alone cuts. */
const readWix = (draft: Draft, at: number): boolean => {
  const wishes = /^\/v1\/(fill|fit|crop)\/(?:[^/]*\/fill\/)?([^/]*)/.exec(draft.path.slice(at, at + 400))
  if (wishes === null || !/(?:^|,)[wh]_\d/.test(wishes[2] ?? '')) return false
  draft.path = draft.path.slice(0, at)
  if (draft.query.startsWith('token=')) draft.query = ''
  const width = /(?:^|,)w_(\d{1,5})/.exec(wishes[2] ?? '')?.[1]
  const height = /(?:^|,)h_(\d{1,5})/.exec(wishes[2] ?? '')?.[1]
  noteSize(draft, width, height, wishes[1] === 'fit' ? 'within' : 'crop')
  if (wishes[1] === 'crop') draft.cropped = true
  return true
}

/** One folder out of the path: `before` it is the mark, behind it comes the picture. */
const dropFolders = (pattern: RegExp, put: string) => (draft: Draft, at: number): boolean => {
  const found = pattern.exec(draft.path.slice(at, at + 400))
  if (found === null) return false
  draft.path = `${draft.path.slice(0, at)}${put}${draft.path.slice(at + found[0].length)}`
  noteSize(draft, found[1], found[2], 'within')
  return true
}

const readDrupal = (draft: Draft, at: number): boolean => {
  const found = /^\/styles\/([\w-]{1,100})\/(?:public|private|s3)\//.exec(draft.path.slice(at, at + 200))
  if (found === null) return false
  const path = draft.path.slice(at + found[0].length).replace(/(\.(?:jpe?g|png|gif))\.(?:webp|avif|jpe?g)$/i, '$1')
  draft.path = `${draft.path.slice(0, at)}/${path}`
  if (/(?:crop|square|focal|\dx\d)/.test(found[1] ?? '')) draft.cropped = true
  draft.altered = true
  return true
}

/** The last segment names one of the account's variants. */
export const dropVariant = (draft: Draft): boolean => {
  draft.path = draft.path.slice(0, draft.path.lastIndexOf('/'))
  draft.altered = true
  return true
}

/** Ordered: the first whose mark is in the path and that can be read is taken. */
const RESIZERS: readonly Resizer[] = [
  { mark: '/cdn-cgi/image/', read: wishesFirst('/cdn-cgi/image/'.length) },
  { mark: '/cdn-cgi/imagedelivery/', read: dropVariant },
  { mark: '/_next/image', read: byQuery('url') },
  { mark: '/_vercel/image', read: byQuery('url') },
  { mark: '/.netlify/images', read: byQuery('url') },
  { mark: '/_image', read: byQuery('href') },
  { mark: '/_ipx/', read: wishesFirst('/_ipx/'.length) },
  { mark: '/image/upload/', read: readCloudinary },
  { mark: '/image/fetch/', read: readCloudinary },
  { mark: '/image/private/', read: readCloudinary },
  { mark: '/image/authenticated/', read: readCloudinary },
  { mark: '/tr:', read: readImageKit },
  { mark: '/unsafe/', read: readThumbor },
  { mark: '/thumb/', read: readWiki },
  { mark: '/revision/latest', read: readRevision },
  { mark: '/v1/', read: readWix },
  { mark: '/-/', read: readUploadcare },
  { mark: '/styles/', read: readDrupal },
  { mark: '/product/cache/', read: dropFolders(/^\/product\/cache\/(?:\d+\/(?:small_image|image|thumbnail|base)\/(?:(\d{0,4})x(\d{0,4})\/)?)?[\da-f]{32}\//, '/product/') },
  { mark: '/images/stencil/', read: dropFolders(/^\/images\/stencil\/(?:(\d+)x(\d+)|(?:\d+)w|original)\//, '/images/stencil/') },
  { mark: '/size/w', read: dropFolders(/^\/size\/w(\d+)(?:h(\d+))?\/(?:format\/\w+\/)?/, '/') },
  { mark: '/render/image/', read: dropFolders(/^\/render\/image\//, '/object/') },
]

/** One look that settles most addresses. The colon is ImageKit's, Thumbor's and imgproxy's. */
const MARKED =
  /\/(?:cdn-cgi|_next|_vercel|\.netlify|_image|_ipx|image\/(?:upload|fetch|private|authenticated)|unsafe|thumb|revision|v1|-|styles|cache|images\/stencil|size|render)\/|:/
const MARKED_END = /\/(?:_next\/image|_vercel\/image|\.netlify\/images|_image)$/

/** Takes one resizer off; false when there is none. */
export const takeOffResizer = (draft: Draft): boolean => {
  const { path } = draft
  if (!MARKED.test(path) && !MARKED_END.test(path)) return false
  for (const { mark, read } of RESIZERS) {
    const at = path.indexOf(mark)
    if (at !== -1 && read(draft, at)) return true
  }
  return path.includes(':') && readImgproxy(draft)
}
