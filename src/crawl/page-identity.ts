/**
 * The same page under the address that each visitor gets of it: what only tells visitors apart (session ids, the
 * marks of campaigns) is dropped from links before they become tasks. From the addresses of pages only: a picture's
 * query may be signed as a whole, a page's hardly ever is, and a site that cannot do without its session id hands
 * out a new one. Everything else stays byte for byte, order of the query included.
 */

/** Marks that analytics and advertising put on links; no site chooses its content by them. */
const TRACKING = new Set([
  'gclid', 'gclsrc', 'dclid', 'gbraid', 'wbraid', 'fbclid', 'msclkid', 'yclid', 'twclid', 'ttclid', 'igshid', 'igsh', 'li_fat_id',
  'mc_cid', 'mc_eid', '_hsenc', '_hsmi', 'mkt_tok', 'oly_anon_id', 'oly_enc_id', 'vero_id', '_openstat', 'wickedid', '_ga', '_gl',
])
const TRACKING_FAMILY = /^(?:utm|mtm|hsa)_[a-z_]{1,30}$|^pk_(?:campaign|kwd|keyword|source|medium|content|cid)$/

/** Names that mean a session and nothing else. */
const SESSION = new Set(['phpsessid', 'jsessionid', 'cfid', 'cftoken', 'oscsid', 'zenid', 'xtcsid'])
const SESSION_FAMILY = /^aspsessionid[a-z]{1,20}$/
/** Names that may mean a session: only with a value that can be nothing else. `sid` is also a story. */
const PERHAPS_SESSION = new Set(['sid', 's', 'session', 'sess', 'sessid', 'sessionid', 'session_id', 'ssid'])
const TOKEN = /^(?=.*\d)(?=.*[a-z])[\w.-]{24,200}$/i

const isVisitor = (part: string): boolean => {
  const equals = part.indexOf('=')
  if (equals < 0 || equals > 40) return false
  const name = part.slice(0, equals).toLowerCase()
  if (TRACKING.has(name) || SESSION.has(name) || TRACKING_FAMILY.test(name) || SESSION_FAMILY.test(name)) return true
  return PERHAPS_SESSION.has(name) && TOKEN.test(part.slice(equals + 1, equals + 202))
}

/** `;jsessionid=…` at the end of a segment; ASP.NET's `/(S(…))` between two. */
const PATH_SESSION = /;(?:jsessionid|phpsessid|sessionid|sid)=[^/?;]{1,300}|\/\([a-z]\([0-9a-z]{20,30}\)\)(?=\/)/gi

/** @param url canonical absolute http(s) URL */
export const pageIdentity = (url: string): string => {
  const mark = url.indexOf('?')
  const before = mark < 0 ? url : url.slice(0, mark)
  const path = before.includes(';') || before.includes('/(') ? before.replace(PATH_SESSION, '') : before
  if (mark < 0) return path
  const query = url.slice(mark + 1).split('&').filter((part) => !isVisitor(part)).join('&')
  return query === '' ? path : `${path}?${query}`
}
