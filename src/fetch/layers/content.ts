/** Is what came what was asked for? Judged by its bytes, and early: an unwanted body is not downloaded to its end. */
import { describeBody, looksLikeHtml, looksLikeImage, looksLikeList } from '../sniff.ts'
import { headerOf, type Layer, type Objection, type ResponseHeaders, type Screen } from '../visit-layer.ts'

/** An announced nothing is an answer; a connection closed before the first byte is an accident. */
const emptyBody = (headers: ResponseHeaders): Objection =>
  headers['content-length'] === '0' || headers['transfer-encoding'] !== undefined
    ? { reason: 'not-an-image', detail: 'the answer is empty' }
    : { reason: 'truncated', detail: 'the connection was closed before the first byte' }

const IMAGE_SCREEN: Screen = {
  head: (head, headers) =>
    head.length === 0 ? emptyBody(headers)
    : looksLikeImage(head) ? null
    : { reason: 'not-an-image', detail: `${describeBody(head)}, not a picture` },
}

const PAGE_SCREEN: Screen = {
  head: (head, headers) =>
    head.length === 0 ? emptyBody(headers)
    : looksLikeImage(head) || [looksLikeHtml, looksLikeList].some((looks) => looks(head, headerOf(headers, 'content-type'))) ? null
    : { reason: 'not-an-image', detail: `${describeBody(head)}, neither a page nor a picture` },
}

export const content: Layer = (next) => (hop) =>
  hop.trip.kind === 'robots'
    ? next(hop)
    : next({ ...hop, screens: [...hop.screens, hop.trip.kind === 'image' ? IMAGE_SCREEN : PAGE_SCREEN] })
