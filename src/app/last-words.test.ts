/** What is told of a dead process: its own words, not its libraries' small talk. */
import { expect, it } from 'vitest'
import { lastWords } from './last-words.ts'

const REMARK = "(process:4711): GLib-GObject-CRITICAL **: 12:00:00.000: g_object_ref: assertion 'G_IS_OBJECT (object)' failed"
const VIPS = '(node:12): VIPS-WARNING **: 12:00:00.000: error in tile 0 x 120'

it('leaves out the remarks of native libraries', () => {
  expect(lastWords(`\n${REMARK}\nterminate called after throwing\n\n${VIPS}\n  what(): bad alloc\n`)).toBe('terminate called after throwing\n  what(): bad alloc')
})

it('keeps the last of them where nothing else was said', () => {
  expect(lastWords(`${VIPS}\n\n${REMARK}\n`)).toBe(REMARK)
  expect(lastWords('')).toBe('')
})

it('keeps warnings that are not theirs', () => {
  expect(lastWords('WARNING: the model is damaged')).toBe('WARNING: the model is damaged')
})
