/** Heads as files: JSON, the weights in it as base64 of little-endian float32, a checksum in the id. */
import { z } from 'zod'
import { GannetError } from '../core/errors.ts'
import { sha256Of, type SpaceId } from '../core/ids.ts'
import type { LinearHead } from './linear-head.ts'

/** Where a head comes from, and how good it is; for people, nothing is computed from it. */
export interface HeadRecord {
  /** ISO 8601, UTC. */
  readonly trainedAt: string
  readonly ridge: number
  /** Examples that it learned from. */
  readonly pictures: number
  /** On pictures kept back from a head that learned from the rest in the same way; null where none could be. */
  readonly heldOut: Readonly<Record<string, unknown>> | null
}

const FORMAT = 'gannet-linear-head'
const VERSION = 1

const schema = z.object({
  format: z.literal(FORMAT), version: z.literal(VERSION), id: z.string().min(1), space: z.string().regex(/^.+\/[1-9]\d*\/cosine$/),
  labels: z.array(z.string().min(1)).min(2), weights: z.base64(), bias: z.base64(), record: z.record(z.string(), z.unknown()),
})

const base64 = ({ buffer, byteOffset, byteLength }: Float32Array): string => Buffer.from(buffer, byteOffset, byteLength).toString('base64')

/** Copied, so that it lies on a boundary of four bytes. */
const floats = (text: string): Float32Array => {
  const bytes = Buffer.from(text, 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength - (bytes.byteLength % 4)))
}

const NAME = /[^\p{L}\p{M}\p{N}._-]+/gu

/** `name@` and eight digits of the checksum of all that it is. */
export const headIdOf = (name: string, { space, labels, weights, bias }: Omit<LinearHead, 'id' | 'dimension'>): string =>
  `${name.replace(NAME, '-') || 'head'}@${sha256Of(JSON.stringify([space, labels, base64(weights), base64(bias)])).slice(0, 8)}`

/** What the heads of one purpose have in common, however often they are trained. */
export const headNameOf = (id: string): string => id.slice(0, Math.max(0, id.lastIndexOf('@'))) || id

export const writeHead = ({ id, space, labels, weights, bias }: LinearHead, record: HeadRecord): string =>
  `${JSON.stringify({ format: FORMAT, version: VERSION, id, space, labels, record, bias: base64(bias), weights: base64(weights) })}\n`

/** @param from names it in errors @throws usage for what is no head, or a damaged one */
export const readHead = (text: string, from: string): LinearHead => {
  const refuse = (why: string, cause?: unknown): never => {
    throw new GannetError('usage', `${from} is no linear head that can be used (${why}): write one with gannet labels train`, { cause })
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    return refuse('it is not JSON', cause)
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) return refuse(parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
  const { id, labels } = parsed.data
  const space = parsed.data.space as SpaceId
  const dimension = Number(space.split('/').at(-2))
  const [weights, bias] = [floats(parsed.data.weights), floats(parsed.data.bias)]
  if (weights.length !== labels.length * dimension || bias.length !== labels.length) {
    return refuse(`it has ${weights.length} weights and ${bias.length} constants where ${labels.length} labels and ${dimension} dimensions need ${labels.length * dimension} and ${labels.length}`)
  }
  const head = { space, labels, weights, bias }
  if (headIdOf(headNameOf(id), head) !== id) return refuse('its checksum is of something else: it was altered or damaged')
  return { id, dimension, ...head }
}
