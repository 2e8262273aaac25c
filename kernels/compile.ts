/**
 * Compiles pixels.as and writes it, as text, where the program finds it whether it runs from
 * sources, from a build or from a package. `npx tsx kernels/compile.ts` after a change; a test
 * fails when that was forgotten.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { main } from 'assemblyscript/asc'
import { GannetError } from '../src/core/errors.ts'

const OPTIONS = ['--optimizeLevel', '3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd']
const source = fileURLToPath(new URL('pixels.as', import.meta.url))

/** Where the compiled kernels lie. */
export const target = fileURLToPath(new URL('../src/image/pixels-wasm.ts', import.meta.url))

/**
 * @returns the compiled kernels as the text of a module; the same for the same source and compiler
 * @throws GannetError `internal` with the compiler's words when the source does not compile
 */
export const compilePixels = async (): Promise<string> => {
  const text = await readFile(source, 'utf8')
  let binary: Uint8Array | undefined
  const { error, stderr } = await main(['pixels.ts', ...OPTIONS, '--outFile', 'pixels.wasm'], {
    readFile: (name) => (name === 'pixels.ts' ? text : null),
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') binary = contents
    },
    listFiles: () => [],
  })
  if (error !== null || binary === undefined) {
    throw new GannetError('internal', `${source} does not compile: ${stderr.toString()}`)
  }
  const lines = Buffer.from(binary).toString('base64').match(/.{1,100}/g) ?? []
  const head = [
    '/**',
    ' * Made from kernels/pixels.as by kernels/compile.ts; not for reading. Text, so that neither the',
    ' * build nor a bundler has to know of it.',
    ' */',
    'export const PIXELS_WASM =',
  ]
  return `${[...head, lines.map((line) => `  '${line}'`).join(' +\n')].join('\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(target, await compilePixels())
