/**
 * Which blobs are under way between the blob store and the catalogue, which share no transaction.
 * A line is written before the deed: `put <sha256>` before a blob, `drop <sha256>` before the row
 * that gives it up. Whatever is found in it after a crash has a live row and stays, or has none
 * and goes. It is not synced: it must survive the process, and what a power cut takes from it
 * leaves at most bytes without a row, which the store check finds.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { Sha256 } from '../core/ids.ts'

export interface Journal {
  /** What an earlier owner left. */
  readonly left: readonly Sha256[]
  note(kind: 'put' | 'drop', sha256s: readonly Sha256[]): void
  /** Everything noted is settled. */
  clear(): void
  close(): void
}

const LINE = /^(?:put|drop) ([0-9a-f]{64})$/gm

export const openJournal = (path: string): Journal => {
  const file = openSync(path, 'a+')
  const left = [...readFileSync(path, 'utf8').matchAll(LINE)].map((line) => line[1] as Sha256)
  return {
    left: [...new Set(left)],
    note(kind, sha256s) {
      if (sha256s.length > 0) writeSync(file, sha256s.map((sha256) => `${kind} ${sha256}\n`).join(''))
    },
    clear: () => ftruncateSync(file, 0),
    close: () => closeSync(file),
  }
}
