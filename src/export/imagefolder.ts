/**
 * A folder a class, as torchvision's ImageFolder and the `imagefolder` builder of Hugging Face
 * Datasets read it, with `metadata.jsonl` (column `file_name`) for everything else.
 */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Asset } from '../store/asset.ts'
import type { Exporter } from './exporter.ts'
import { imageName, writeImage } from './image-file.ts'

const UNLABELLED = 'unlabelled'

/** A guess below this is no class. */
const SURE = 0.5

/** The surest label or box, if any is sure enough; else the page's category. */
const classOf = (asset: Asset): string => {
  const sure = [...asset.labels, ...asset.boxes].filter(({ score }) => score >= SURE)
  const best = sure.reduce<{ name: string; score: number } | null>((top, one) => (top && top.score >= one.score ? top : one), null)
  return folderName(best?.name ?? asset.category ?? UNLABELLED)
}

/** Any label makes a folder name that every file system takes. */
export const folderName = (label: string): string => {
  const name = label.normalize('NFC').replace(/[\p{Cc}<>:"/\\|?*]+/gu, '_').replace(/^[. ]+|[. ]+$/g, '').slice(0, 80)
  return name === '' ? UNLABELLED : name
}

export const imagefolder: Exporter = {
  name: 'imagefolder',
  help: 'a folder a class with the originals in it, and metadata.jsonl',
  async write(source, dir, onProgress) {
    const metadata = await open(join(dir, 'metadata.jsonl'), 'wx')
    const missing: string[] = []
    let written = 0
    try {
      for await (const asset of source.assets()) {
        const path = `${classOf(asset)}/${imageName(asset)}`
        if (!(await writeImage(source, asset, join(dir, path)))) {
          missing.push(asset.id)
          continue
        }
        await metadata.appendFile(`${JSON.stringify({ file_name: path, ...asset })}\n`)
        onProgress(++written)
      }
    } finally {
      await metadata.close()
    }
    return { written, missing }
  },
}
