/** Gallery generators and content systems, run over photographs; the truth is what they wrote. */
import type { Brought } from './page.ts'

export const generatedGalleries = async (_cache: string, _say: (text: string) => void): Promise<Brought> => ({ pages: [], leftOut: [] })
