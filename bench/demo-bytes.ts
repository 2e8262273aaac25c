/** The gallery of the demo: what the site sent for pictures against what a crawler that errs nowhere must fetch. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { CrawlReport } from '../src/crawl/index.ts'
import { demoGallery, startSite } from '../test/site/index.ts'
import { row, type Benchmark } from './bench.ts'
import { progress } from './progress.ts'

const MOST = 1.1
const MB = 1e6

export const demoBytes: Benchmark = async ({ dist }) => {
  const site = await startSite({ plan: demoGallery(), onProgress: progress('drawing the gallery') })
  const home = await mkdtemp(path.join(tmpdir(), 'gannet-bench-'))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      path.join(dist, 'cli/main.js'), 'crawl', site.url, '--data', path.join(home, 'data'), '--delay', '0', '--allow-address', '127.0.0.1', '--json',
      '--model', 'detect=none', '--model', 'embed=none', '--model', 'classify=none',
    ])
    const report = JSON.parse(stdout) as CrawlReport
    await site.quiet()
    const { truth } = site
    const sent = site.bytes()
    const wanted = (truth.bytes?.thumbs ?? 0) + (truth.bytes?.keptFulls ?? 0)
    return {
      rows: [
        row({ what: 'bytes sent for pictures, against all thumbnails and the originals worth having', value: (sent.thumb + sent.full) / MB, against: wanted / MB, unit: 'MB', target: { most: MOST } }),
        row({ what: 'pictures kept, against those worth having', value: report.kept, against: truth.keep.length, unit: 'images' }),
        row({ what: 'bytes of thumbnails sent', value: sent.thumb / MB, unit: 'MB' }),
        row({ what: 'bytes of originals sent', value: sent.full / MB, unit: 'MB' }),
      ],
      notes: [`The gallery of \`npm run demo\`: ${truth.pictures.length} candidates, ${truth.keep.length} worth having. Bytes are the site's own count of bodies sent; the models are off.`],
    }
  } finally {
    await site.close()
    await rm(home, { recursive: true, force: true })
  }
}
