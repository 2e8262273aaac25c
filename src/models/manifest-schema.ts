/**
 * Reads a manifest that may have been written by hand. A wrong recipe does not crash a model, it
 * makes it quietly wrong, so that a manifest is held to its shape before any weight is loaded.
 */
import { z } from 'zod'
import { GannetError } from '../core/errors.ts'
import type { Sha256 } from '../core/ids.ts'
import { hasLabels } from './label-sets.ts'
import { PACK_TASKS, type Manifest } from './pack.ts'

const share = z.number().min(0).max(1)
const named = z.string().min(1)
const size = z.int().min(1).max(4096)
const softmax = z.strictObject({ kind: z.literal('softmax'), output: named, offset: z.int().min(0), top: z.int().positive() })

const shape = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'lower-case letters, digits, dots and dashes'),
  title: z.string().min(1),
  tasks: z.array(z.enum(PACK_TASKS)).min(1),
  file: z.string().regex(/^[^/\\]+$/, 'a file name, not a path'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits').transform((hex) => hex as Sha256),
  bytes: z.int().positive(),
  licence: z.string().min(1),
  source: z.string().min(1),
  from: z.exactOptional(z.union([
    z.strictObject({ url: z.url({ protocol: /^https?$/ }) }),
    z.strictObject({
      hub: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'OWNER/NAME'), path: z.string().regex(/^(?!.*\.\.)[\w./-]+$/, 'a path in the repository'),
      revision: z.string().regex(/^[\w.-]+$/, 'a branch, tag or commit'),
    }),
  ])),
  precision: z.exactOptional(z.enum(['fp32', 'int8'])),
  variantOf: z.exactOptional(z.string().min(1)),
  input: z.strictObject({
    name: z.string().min(1),
    width: size,
    height: size,
    colour: z.enum(['RGB', 'BGR']),
    scale: z.union([z.number().positive(), z.tuple([z.number().positive(), z.number().positive(), z.number().positive()])]),
    mean: z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]),
    fit: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('letterbox'), pad: z.int().min(0).max(255), centred: z.exactOptional(z.boolean()) }),
      z.strictObject({ kind: z.literal('stretch') }),
      z.strictObject({ kind: z.literal('crop'), resizeShort: size }),
    ]),
    fine: z.exactOptional(z.boolean()),
    batch: z.int().positive().nullable(),
    sizes: z.exactOptional(z.string().min(1)),
  }),
  detect: z.exactOptional(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('yolox'), output: named, strides: z.array(z.int().positive()).min(1), nms: share }),
      z.strictObject({ kind: z.literal('yolov5'), output: named, nms: share }),
      z.strictObject({ kind: z.literal('yolov8'), output: named, nms: share }),
      z.strictObject({ kind: z.literal('detr'), boxes: named, form: z.enum(['corners', 'centre']), scores: named, classes: z.exactOptional(named) }),
    ]),
  ),
  classify: z.exactOptional(softmax),
  faces: z.exactOptional(z.strictObject({ kind: z.literal('yunet'), strides: z.array(z.int().positive()).min(1), nms: share })),
  text: z.exactOptional(z.strictObject({ kind: z.literal('probability-map'), output: named, threshold: share })),
  unsafe: z.exactOptional(softmax),
  embed: z.exactOptional(
    z.strictObject({ kind: z.literal('features'), output: z.string().min(1), dimension: z.int().positive() }),
  ),
  labels: z.exactOptional(z.string().refine(hasLabels, 'no such label set is shipped')),
  thresholds: z.strictObject({ copyAt: z.exactOptional(share), similarAt: z.exactOptional(share) }),
})

const manifest = shape
  .refine((m) => m.tasks.every((task) => m[task] !== undefined), 'each task needs its head')
  .refine((m) => m.labels !== undefined || (!m.detect && !m.classify && !m.unsafe), 'a detector or classifier needs labels')

/**
 * @param source where it was read, for the message
 * @throws GannetError `config-invalid` that names every field that is wrong
 */
export const parseManifest = (json: unknown, source: string): Manifest => {
  const parsed = manifest.safeParse(json)
  if (parsed.success) return parsed.data
  throw new GannetError('config-invalid', `the manifest ${source} is wrong: ${z.prettifyError(parsed.error)}`)
}
