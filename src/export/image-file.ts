/** Where an original goes in an exported folder, and how it gets there. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Asset } from '../store/asset.ts'
import type { ExportSource } from './exporter.ts'

const EXTENSIONS: Readonly<Record<string, string>> = { jpeg: 'jpg', tiff: 'tif' }

export const imageName = (asset: Asset): string => `${asset.id}.${EXTENSIONS[asset.format] ?? asset.format}`

/** Spread over 256 folders, because a folder of a million files is slow everywhere. */
export const imagePath = (asset: Asset): string => join(asset.id.slice(0, 2), imageName(asset))

/** @returns false when the blob store has no such bytes */
export const writeImage = async (source: ExportSource, asset: Asset, path: string): Promise<boolean> => {
  const bytes = await source.bytes(asset)
  if (!bytes) return false
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
  return true
}
