/** An export format is one file: it takes assets as they come and writes a folder. */
import type { Asset } from '../store/asset.ts'

export interface ExportSource {
  /** In order of storage; linked duplicates are among them, superseded copies are not. */
  assets(): AsyncIterable<Asset>
  /** Original bytes; null when they are missing, which is reported and not hidden. */
  bytes(asset: Asset): Promise<Uint8Array | null>
}

export interface ExportProgress {
  readonly written: number
  /** Ids whose bytes are missing from the blob store. */
  readonly missing: readonly string[]
}

export interface Exporter {
  readonly name: string
  readonly help: string
  /** @param dir exists and is empty */
  write(source: ExportSource, dir: string, onProgress: (written: number) => void): Promise<ExportProgress>
}
