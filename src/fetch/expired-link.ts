/** Signed links say when they end: a refusal after that time will not change, however often it is asked for. */

const REFUSALS = new Set([400, 401, 403, 404, 410])

/** `20240131T235959Z`, as Amazon and Google sign. */
const compactDate = (text: string): number => {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

/** Seconds since the epoch, or milliseconds; NaN outside of this century. */
const epoch = (text: string, radix: number): number => {
  const value = Number.parseInt(text, radix)
  const ms = value < 1e11 ? value * 1000 : value
  return ms > 946_684_800_000 && ms < 4_102_444_800_000 ? ms : NaN
}

/** @returns when the link ends, in milliseconds since the epoch; null when it does not say */
export const expiryOf = (url: URL): number | null => {
  const query = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]))
  for (const vendor of ['amz', 'goog']) {
    const end = compactDate(query.get(`x-${vendor}-date`) ?? '') + Number(query.get(`x-${vendor}-expires`) ?? NaN) * 1000
    if (!Number.isNaN(end)) return end
  }
  const azure = query.has('sig') ? Date.parse(query.get('se') ?? '') : NaN
  const facebook = query.has('oh') && /^[0-9a-f]{8}$/i.test(query.get('oe') ?? '') ? epoch(query.get('oe') ?? '', 16) : NaN
  const plain = ['expires', 'expire', 'exp', 'e'].map((name) => query.get(name) ?? '').find((value) => /^\d{10,13}$/.test(value))
  const end = [azure, facebook, plain === undefined ? NaN : epoch(plain, 10)].find((time) => !Number.isNaN(time))
  return end ?? null
}

/** @param now milliseconds since the epoch */
export const isExpiredLink = (url: URL, status: number | null, now: number): boolean => {
  if (status === null || !REFUSALS.has(status) || url.search === '') return false
  const end = expiryOf(url)
  return end !== null && end < now
}
