/**
 * When visits really started. Grants that were held up (by a full house, by a slow loop) come due
 * together; by this they are still used one delay apart, for a host and for an address alike.
 */
import { LRUCache } from 'lru-cache'

export interface Spacing {
  /** When the next visit may start, an interval after the last one; 0 when none is known. */
  next(key: string, intervalMs: number): number
  start(key: string, at: number): void
}

/** @param maxKeys remembered, default 50,000: those whose last visit is longest ago make room */
export const createSpacing = (maxKeys = 50_000): Spacing => {
  const starts = new LRUCache<string, number>({ max: maxKeys })
  return {
    next: (key, intervalMs) => (intervalMs > 0 ? (starts.peek(key) ?? -Infinity) + intervalMs : 0),
    start: (key, at) => void starts.set(key, at),
  }
}
