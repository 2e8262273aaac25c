/** Export formats, by name. */
import { imagefolder } from './imagefolder.ts'
import { jsonl } from './jsonl.ts'
import type { Exporter } from './exporter.ts'

export type { Exporter, ExportProgress, ExportSource } from './exporter.ts'

export const EXPORTERS: readonly Exporter[] = [imagefolder, jsonl]
