/** Folders of pictures with their truth, as they are commonly laid out. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { GannetError } from '../core/errors.ts'
import type { TrueBox } from './detection.ts'

export interface Boxed {
  readonly path: string
  /** Shares of the picture: `[class number, centre x, centre y, width, height]`. */
  readonly rows: readonly (readonly [number, number, number, number, number])[]
}
export interface BoxedFolder {
  /** By class number. */
  readonly names: ReadonlyMap<number, string>
  readonly pictures: readonly Boxed[]
}
export interface Classed {
  readonly path: string
  readonly label: string
}

/** The boxes of a picture in its pixels. @param width @param height of it, as it is shown */
export const trueBoxes = ({ rows }: Boxed, names: BoxedFolder['names'], width: number, height: number): readonly TrueBox[] =>
  rows.map(([at, x, y, w, h]) => ({
    name: names.get(at) ?? `class ${at}`, x: (x - w / 2) * width, y: (y - h / 2) * height, width: w * width, height: h * height,
  }))

const PICTURE = /\.(jpe?g|png|webp|gif|avif|tiff?|bmp|heic)$/i

/**
 * Every picture of a folder and of those in it, by path.
 * @throws usage
 */
export const picturesBelow = async (folder: string): Promise<readonly string[]> => {
  const names = await readdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new GannetError('usage', `${folder} cannot be read (${cause.message})`, { cause })
  })
  return names.filter((name) => PICTURE.test(name)).sort((a, b) => (a < b ? -1 : 1)).map((name) => join(folder, name))
}

const list = async (folder: string): Promise<readonly string[]> => {
  try {
    return (await readdir(folder)).sort((a, b) => (a < b ? -1 : 1))
  } catch (cause) {
    throw new GannetError('usage', `${folder} cannot be read (${(cause as Error).message})`, { cause })
  }
}

const rowsOf = (text: string, path: string): Boxed['rows'] =>
  text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return []
    const numbers = line.trim().split(/\s+/).map(Number)
    if (numbers.length !== 5 || numbers.some((value) => !Number.isFinite(value))) {
      throw new GannetError('usage', `${path}, line ${at + 1}: five numbers are expected, a class and the centre, width and height as shares`)
    }
    return [numbers as unknown as Boxed['rows'][number]]
  })

/**
 * YOLO's: `images/`, `labels/NAME.txt` with a box a line, and `classes.yaml` (or `data.yaml`) with `names`. A picture without a
 * file of labels shows nothing that is looked for.
 * @throws usage
 */
export const readBoxedFolder = async (folder: string): Promise<BoxedFolder> => {
  const files = await list(folder)
  const yaml = ['classes.yaml', 'data.yaml'].find((name) => files.includes(name))
  if (yaml === undefined || !files.includes('images') || !files.includes('labels')) {
    throw new GannetError('usage', `${folder} is no folder of boxes: it needs images/, labels/ (YOLO, a file a picture) and classes.yaml with names`)
  }
  const { names } = (parseYaml(await readFile(join(folder, yaml), 'utf8')) ?? {}) as { readonly names?: Record<string, unknown> | unknown[] }
  if (typeof names !== 'object') throw new GannetError('usage', `${join(folder, yaml)} has no names`)
  const labelled = new Set(await list(join(folder, 'labels')))
  const pictures = await Promise.all((await list(join(folder, 'images'))).filter((name) => PICTURE.test(name)).map(async (name): Promise<Boxed> => {
    const file = `${parse(name).name}.txt`
    const path = join(folder, 'labels', file)
    return { path: join(folder, 'images', name), rows: labelled.has(file) ? rowsOf(await readFile(path, 'utf8'), path) : [] }
  }))
  return { names: new Map(Object.entries(names).map(([key, name]) => [Number(key), String(name)])), pictures }
}

/**
 * A folder a class, named like it; or files alone, one a class, whose sorted order is that of `labels` (as a sample of ImageNet
 * with one picture a class is given).
 * @throws usage
 */
export const readClassedFolder = async (folder: string, labels: readonly string[]): Promise<readonly Classed[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => {
    throw new GannetError('usage', `${folder} cannot be read (${cause.message})`, { cause })
  })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1))
  if (folders.length > 0) {
    const found = await Promise.all(folders.map(async (label) =>
      (await list(join(folder, label))).filter((name) => PICTURE.test(name)).map((name) => ({ path: join(folder, label, name), label }))))
    const unknown = folders.filter((label) => !labels.includes(label))
    if (unknown.length > 0) {
      throw new GannetError('usage', `${unknown.length} of ${folders.length} folders are named like no class of the model (${unknown.slice(0, 3).join(', ')}): its classes are ${labels.slice(0, 3).join(', ')} and so on`)
    }
    return found.flat()
  }
  const files = entries.map(({ name }) => name).filter((name) => PICTURE.test(name)).sort((a, b) => (a < b ? -1 : 1))
  if (files.length !== labels.length) {
    throw new GannetError('usage', `${folder} has ${files.length} pictures and no folders: as a picture a class it would need ${labels.length}`)
  }
  return files.map((name, at) => ({ path: join(folder, name), label: labels[at] as string }))
}

/**
 * A folder a class, whatever they are called; links to folders and to pictures are followed, hidden folders are not read.
 * @returns by class, then by file
 * @throws usage where there are no folders
 */
export const readLabelledFolder = async (folder: string): Promise<readonly Classed[]> => {
  const names = (await list(folder)).filter((name) => !name.startsWith('.'))
  const isFolder = await Promise.all(names.map(async (name) => (await stat(join(folder, name)).catch(() => null))?.isDirectory() ?? false))
  const labels = names.filter((_name, at) => isFolder[at])
  if (labels.length === 0) throw new GannetError('usage', `${folder} has no folders: put the pictures of each class into a folder of the class's name`)
  return (await Promise.all(labels.map(async (label) =>
    (await list(join(folder, label))).filter((name) => PICTURE.test(name)).map((name) => ({ path: join(folder, label, name), label }))))).flat()
}
