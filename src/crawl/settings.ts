/** How much a crawl does at once, and where it stops. */
import { setting, shape } from '../core/config.ts'

export const crawlSettings = {
  concurrency: setting(shape.count(50), { help: 'Most visits under way at a time.', value: 'n' }),
  perHost: setting(shape.count(10), { help: 'Most visits to one host (scheme, name and port) at a time.', value: 'n' }),
  delay: setting(shape.amount(500), { help: 'Least time between the starts of two visits to a host, in milliseconds.', value: 'ms' }),
  attempts: setting(shape.count(3), { help: 'Failures after which a picture or page is given up.', value: 'n' }),
  depth: setting(shape.limit(0), { help: 'Most links between a seed and a page; no limit by default. Links of pages in a list are followed only when it is given.', value: 'n' }),
  maxImages: setting(shape.limit(), { help: 'Stop when so many pictures are kept.', value: 'n' }),
  maxBytes: setting(shape.limit(), { help: 'Stop when so many bytes have been fetched; what is under way then comes on top.', value: 'bytes' }),
  maxTime: setting(shape.span(), { help: 'Stop after so many seconds.', value: 's' }),
}
