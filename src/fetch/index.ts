/** The fetch room: polite visits under every limit, the guard, and the rules of robots.txt. */
export { createGrabber, type Grabber } from './grabber.ts'
export { fetchSettings, type FetchParts, type FetchSettings, type ReadPage } from './fetch-options.ts'
export { createGuard, guardLiteral, guardUrl, type Guard, type GuardDecision, type GuardOptions, type Resolve } from './guard.ts'
export { parseRobots, productToken, robotsAllows, type RobotsRules } from './robots-rules.ts'
export { readRobotsTag, type RobotsTag } from './robots-tag.ts'
export { looksLikeHtml, looksLikeImage } from './sniff.ts'
export type { GrabberApi, PageVisit } from './grabber-api.ts'
export type { HostObservation, Leave, VisitAsk, VisitKind, VisitResult } from './visit.ts'
