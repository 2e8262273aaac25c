/** Heads where they are read and used: from files, and over a pool of vision processes. */
import { readFile } from 'node:fs/promises'
import { GannetError } from '../core/errors.ts'
import { spaceId } from '../core/ids.ts'
import { labelsOfVector, readHead, type LinearHead } from '../labels/index.ts'
import type { PackChoice, Sight } from '../models/index.ts'
import type { Vision } from '../vision/vision-api.ts'

/** @throws usage for a file that cannot be read, or is no head */
export const loadHead = async (path: string): Promise<LinearHead> => {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new GannetError('usage', `the linear head ${path} cannot be read: ${cause.message}`, { cause })
  })
  return readHead(text, path)
}

/** @throws usage where the embedder that is on gives other vectors than the head reads */
export const checkHeadSpace = (head: LinearHead, { embed }: PackChoice, why: string): void => {
  const space = embed?.space ? spaceId(embed.space) : null
  if (space === head.space) return
  const [pack] = head.space.split('@')
  throw new GannetError('usage', space === null
    ? `the head ${head.id} reads vectors of ${head.space}, and no embedder is on: ${why}`
    : `the head ${head.id} reads vectors of ${head.space}, and the embedder gives those of ${space}: choose its own with --model embed=${pack}, or train a head anew`)
}

/** The same eyes, whose sights bear the head's labels too. They are read in this process: some .1 ms for 100 classes. */
export const labelling = (vision: Vision, head: LinearHead): Vision => {
  const add = (sight: Sight): Sight => {
    const vector = sight.vectors.find(({ space }) => space === head.space)
    return vector ? { ...sight, labels: [...sight.labels, ...labelsOfVector(head, vector.values)] } : sight
  }
  return {
    async look(body, options) {
      const seen = await vision.look(body, options)
      return { look: seen.look, infer: async () => add(await seen.infer()), release: () => seen.release() }
    },
    render: (original, rendition, options) => vision.render(original, rendition, options),
    close: () => vision.close(),
  }
}
