/** Real photographs from a folder, for sites on which models are to be judged. Sizes are read, bytes are not. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { fileType } from './render.ts'

export interface Photo {
  readonly path: string
  /** After orientation, in pixels. */
  readonly width: number
  readonly height: number
  /** The folder it lies in, below the one given; null at the top. */
  readonly label: string | null
}

/** Every picture below `folder`, in the order of their paths. Stops at `most` (default: all). */
export const photosIn = async (folder: string, most = Infinity): Promise<Photo[]> => {
  const names = (await readdir(folder, { recursive: true })).filter((name) => fileType(name)).sort()
  const photos: Photo[] = []
  for (const name of names) {
    if (photos.length >= most) break
    const file = path.join(folder, name)
    const { width, height, orientation = 1 } = await sharp(file).metadata()
    const turned = orientation > 4
    const label = name.includes(path.sep) ? (name.split(path.sep).at(-2) ?? null) : null
    photos.push({ path: file, width: turned ? height : width, height: turned ? width : height, label })
  }
  return photos
}
