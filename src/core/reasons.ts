/**
 * Why a candidate was not kept. An expected outcome is a value with a reason code, never a throw;
 * this table is the one list of them. `outcome` is the column of the report the reason is counted in. What needs no reason
 * is `read` (a page), `kept` (a picture) or `processed` (renditions, made or told why not).
 */
export type Outcome = 'read' | 'kept' | 'processed' | 'refused' | 'rejected' | 'duplicate' | 'failed'

interface ReasonEntry {
  readonly outcome: 'refused' | 'failed' | 'rejected' | 'duplicate'
  /** Whether trying again later can change the answer. */
  readonly retry: boolean
  /** Plain words for a person, and what to do about it where something can be done. */
  readonly text: string
}

export const REASONS = {
  'invalid-url': { outcome: 'refused', retry: false, text: 'is not a URL' },
  'unsupported-scheme': { outcome: 'refused', retry: false, text: 'is not http or https' },
  incomplete: { outcome: 'refused', retry: false, text: 'names no host or no picture' },
  'duplicate-url': { outcome: 'refused', retry: false, text: 'was already taken by this request' },
  'already-done': { outcome: 'refused', retry: false, text: 'was done by an earlier request' },
  'blocked-address': {
    outcome: 'refused',
    retry: false,
    text: 'leads to an address inside the network; allow it by name with --allow-address',
  },
  'out-of-scope': { outcome: 'refused', retry: false, text: 'lies outside the scope of the crawl (--scope, --include, --exclude, --trap-after)' },
  'robots-denied': { outcome: 'refused', retry: false, text: "is denied by the site's robots.txt" },
  'opt-out': { outcome: 'refused', retry: false, text: 'is marked by its owner as not for this use' },
  'limit-reached': { outcome: 'refused', retry: false, text: 'came after a limit of the crawl was reached' },
  'http-status': { outcome: 'failed', retry: true, text: 'was answered with an HTTP error' },
  timeout: { outcome: 'failed', retry: true, text: 'did not arrive in time' },
  'too-large': { outcome: 'failed', retry: false, text: 'is larger than the limits allow (--max-body, --max-page, and the most pixels that are decoded)' },
  'hash-mismatch': { outcome: 'failed', retry: false, text: 'is not the picture that its hash names' },
  truncated: { outcome: 'failed', retry: true, text: 'broke off before its end, or did not come as HTTP' },
  'not-an-image': { outcome: 'failed', retry: false, text: 'is not a picture' },
  placeholder: { outcome: 'rejected', retry: false, text: 'is a placeholder' },
  'expired-link': { outcome: 'failed', retry: false, text: 'is a signed link that has expired' },
  'circuit-open': { outcome: 'failed', retry: true, text: 'lies on a host that keeps failing' },
  unresolvable: { outcome: 'failed', retry: true, text: 'lies on a host that cannot be reached' },
  'bad-certificate': { outcome: 'failed', retry: false, text: 'lies on a host whose TLS certificate is not to be trusted; --insecure-host takes it all the same' },
  'worker-died': { outcome: 'failed', retry: false, text: 'ended the process that worked on it twice' },
  undecodable: { outcome: 'rejected', retry: false, text: 'cannot be decoded' },
  'too-small': { outcome: 'rejected', retry: false, text: 'has too few pixels' },
  'bad-aspect': { outcome: 'rejected', retry: false, text: 'is too long and thin' },
  blank: { outcome: 'rejected', retry: false, text: 'is blank' },
  blurry: { outcome: 'rejected', retry: false, text: 'is blurred' },
  damaged: { outcome: 'rejected', retry: false, text: 'is damaged' },
  upscaled: { outcome: 'rejected', retry: false, text: 'was blown up from a smaller picture' },
  graphic: { outcome: 'rejected', retry: false, text: 'is a graphic, not a photograph' },
  banner: { outcome: 'rejected', retry: false, text: 'is a banner or an advert' },
  watermarked: { outcome: 'rejected', retry: false, text: 'bears a watermark' },
  unsafe: { outcome: 'rejected', retry: false, text: 'may be unsafe content' },
  'no-target': { outcome: 'rejected', retry: false, text: 'shows none of the classes asked for' },
  'label-excluded': { outcome: 'rejected', retry: false, text: 'bears a label that was excluded' },
  'text-excluded': { outcome: 'rejected', retry: false, text: 'is described by words that were excluded' },
  'exact-duplicate': { outcome: 'duplicate', retry: false, text: 'is stored already, byte for byte or pixel for pixel' },
  'copy-duplicate': { outcome: 'duplicate', retry: false, text: 'is another copy of a stored picture' },
  'similar-duplicate': { outcome: 'duplicate', retry: false, text: 'resembles a stored picture' },
  'crop-outside': { outcome: 'rejected', retry: false, text: 'has no picture where it was to be cropped' },
  'original-missing': { outcome: 'failed', retry: true, text: 'is stored without its bytes (gannet store check)' },
  'full-mismatch': { outcome: 'rejected', retry: false, text: 'promised another picture by its thumbnail' },
} as const satisfies Record<string, ReasonEntry>

export type Reason = keyof typeof REASONS

export const outcomeOf = (reason: Reason): ReasonEntry['outcome'] => REASONS[reason].outcome
export const isRetryable = (reason: Reason): boolean => REASONS[reason].retry
export const isReason = (text: string): text is Reason => Object.hasOwn(REASONS, text)

/** The words for a person: `it …`. */
export const explain = (reason: Reason): string => REASONS[reason].text
