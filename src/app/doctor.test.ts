import { expect, it } from 'vitest'
import { vectorUnit } from './doctor.ts'

const cpuinfo = (flags: string): string => `processor\t: 0\nflags\t\t: fpu sse4_2 avx ${flags}\nbogomips\t: 1\n`

it('says of a processor without AVX2 that models will be slow there, and of others what they have', () => {
  expect(vectorUnit(cpuinfo('f16c'), 'x64')).toMatchObject([{ what: 'processor', state: 'off', why: expect.stringContaining('no AVX2') }])
  expect(vectorUnit(cpuinfo('avx2 fma'), 'x64')).toMatchObject([{ state: 'ok', why: expect.stringMatching(/AVX2, no VNNI/) }])
  expect(vectorUnit(cpuinfo('avx2 avx512_vnni'), 'x64')).toMatchObject([{ state: 'ok', why: 'has AVX2 and VNNI' }])
  expect([vectorUnit(null, 'x64'), vectorUnit(cpuinfo(''), 'arm64')]).toEqual([[], []])
})
