/** How much a crawl does at once, how far it goes, and where it stops. */
import { z } from 'zod'
import { MAX_TIMER_MS } from '../core/clock.ts'
import { setting, shape, type ValuesOf } from '../core/config.ts'
import { patternFlaw, SCOPE_KINDS } from '../core/scope.ts'

const patterns = (help: string) =>
  setting(
    shape.list().superRefine((given, context) => {
      for (const pattern of given) {
        const flaw = patternFlaw(pattern)
        if (flaw !== null) context.addIssue({ code: 'custom', message: `"${pattern}" ${flaw}` })
      }
    }),
    { help, value: 'pattern', list: true },
  )

/** Which links are followed, and which pictures taken. */
export const linkSettings = {
  scope: setting(z.enum(SCOPE_KINDS).default('host'), {
    help: 'Links that are followed: to the host of the seed (with or without www., http or https), its site (the registrable domain), below its path, or anywhere.',
    value: SCOPE_KINDS.join('|'),
  }),
  include: patterns('Follow only links that match: a glob over the URL (** for anything, * for anything but a slash; from its path when it begins with a slash), or /a regular expression/.'),
  exclude: patterns('Follow no link that matches; written as for --include.'),
  includeImages: patterns('Of the pictures on pages take only those whose URL matches; written as for --include.'),
  excludeImages: patterns('Of the pictures on pages take none whose URL matches; written as for --include.'),
  maxNext: setting(shape.count(1000), {
    help: 'Pages of one list, each the next of the one before, that count as no deeper than the first; the one after counts as a link.', value: 'n',
  }),
  trapAfter: setting(shape.count(200, 5), {
    help: 'Pages of one kind (alike but for numbers, dates and query), each found on another, that may in a row bring no new picture before more of them are taken for a trap. Pages that name a month, as calendars do, get a fifth of it, and at most 10 where the month lies more than a year ahead. It holds for each kind by itself: pages alike only in the depth of their paths get 5 times as many, and all that lie three links or more behind the last new picture of their host, together, 20 times.',
    value: 'n',
  }),
  feeds: setting(shape.switch(false), { help: 'Follow the feeds (RSS, Atom, JSON Feed) that pages name.' }),
  sitemaps: setting(shape.switch(false), { help: 'Read the sitemaps of each seed: those that its robots.txt and the seed itself name. Pages they list count as no deeper than the seed.' }),
} as const

export type LinkSettings = ValuesOf<typeof linkSettings>

/** Of whoever works off tasks, a crawl or a task server. */
export const walkSettings = {
  perHost: setting(shape.count(10, 1, 1000), { help: 'Most visits to one host (scheme, name and port) at a time.', value: 'n' }),
  delay: setting(shape.amount(500, 0, MAX_TIMER_MS), { help: 'Least time between the starts of two visits to a host, in milliseconds. In a fleet its dispatcher sets it.', value: 'ms' }),
  addressDelay: setting(shape.limit(0, MAX_TIMER_MS), { help: 'Least time between the starts of two visits to hosts at one address, in milliseconds; by default 50 at public addresses, none inside the network.', value: 'ms' }),
  attempts: setting(shape.count(3), { help: 'Failures after which a picture or page is given up.', value: 'n' }),
  depth: setting(shape.limit(0), { help: 'Most links between a seed and a page; no limit by default. Links of pages in a list are followed only when it is given.', value: 'n' }),
  ...linkSettings,
}

export const crawlSettings = {
  concurrency: setting(shape.count(50, 1, 10_000), { help: 'Most visits under way at a time.', value: 'n' }),
  ...walkSettings,
  maxImages: setting(shape.limit(), { help: 'Stop when so many pictures are kept.', value: 'n' }),
  maxBytes: setting(shape.limit(), { help: 'Stop when so many bytes have been fetched; what is under way then comes on top.', value: 'bytes' }),
  maxTime: setting(shape.span(), { help: 'Stop after so many seconds.', value: 's' }),
}
