/**
 * The port of the hot cache: what may be forgotten at any time (robots.txt files, mostly).
 * A value is returned as last set, or not at all: never stale, never past its time.
 */
export interface Cache {
  get(key: string): Promise<Uint8Array | null>
  set(key: string, value: Uint8Array, ttlMs: number): Promise<void>
  delete(key: string): Promise<void>
  close(): Promise<void>
}
