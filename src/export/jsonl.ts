/** `assets.jsonl`: one asset a line, as the catalogue has it, with the path of its original under `images/`. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Exporter } from './exporter.ts'
import { imagePath, writeImage } from './image-file.ts'

export const jsonl: Exporter = {
  name: 'jsonl',
  help: 'assets.jsonl, one asset a line, and the originals under images/',
  async write(source, dir, onProgress) {
    const file = await open(join(dir, 'assets.jsonl'), 'wx')
    const missing: string[] = []
    let written = 0
    try {
      for await (const asset of source.assets()) {
        const path = join('images', imagePath(asset))
        const there = await writeImage(source, asset, join(dir, path))
        if (!there) missing.push(asset.id)
        await file.appendFile(`${JSON.stringify({ ...asset, path: there ? path : null })}\n`)
        onProgress(++written)
      }
    } finally {
      await file.close()
    }
    return { written, missing }
  },
}
