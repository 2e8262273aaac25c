/**
 * What a host weighs once it is known: ten thousand of them, each asked for its robots.txt and visited twice. A crawl
 * of the open web holds that many, and what is kept of each (connections, rules, addresses, cookies, pace) must not
 * add up.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { row, type Benchmark } from './bench.ts'
import { median } from './compare.ts'
import { raiseCrew } from './crew.ts'
import type { HostsJob, HostsOutcome, Weight } from './hosts-worker.ts'
import { startNginx } from './nginx.ts'

const MOST_KB = 25
const BEFORE = 100
const SERVERS = 3

/** About a kilobyte, as shop and content systems bring theirs. */
const ROBOTS = [
  '# example', 'User-agent: *',
  ...['admin/', 'cart', 'checkout', 'account/', 'search?', '*?sort=', '*&filter=', '*.pdf$', 'wp-admin/', 'tag/*/feed', 'private/', 'tmp/', 'cgi-bin/'].map((path) => `Disallow: /${path}`),
  'Allow: /search/about', 'Allow: /wp-admin/admin-ajax.php', '',
  ...['GPTBot', 'CCBot', 'AhrefsBot', 'SemrushBot', 'MJ12bot', 'DotBot', 'PetalBot'].flatMap((name) => [`User-agent: ${name}`, 'Disallow: /', '']),
  ...['sitemap', 'sitemap-images', 'sitemap-news'].map((name) => `Sitemap: https://www.example.org/${name}.xml`), '',
].join('\n')
const PICTURE = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(8_000, 7)])

export const hosts: Benchmark = async ({ quick, runs, say }) => {
  const count = quick ? 2_000 : 10_000
  const root = await mkdtemp(path.join(tmpdir(), 'gannet-bench-hosts-'))
  const options = { connections: 4096, directives: 'add_header Set-Cookie "session=0123456789abcdef0123456789abcdef; Path=/; HttpOnly";' }
  const servers = await Promise.all(Array.from({ length: SERVERS }, () => startNginx(root, options)))
  try {
    await writeFile(path.join(root, 'robots.txt'), ROBOTS)
    await writeFile(path.join(root, 'picture.jpg'), PICTURE)
    const job: HostsJob = { ports: servers.map(({ url }) => Number(new URL(url).port)), hosts: count, before: BEFORE }
    const outcomes: HostsOutcome[] = []
    for (let run = 0; run < runs; run++) {
      const crew = await raiseCrew<HostsJob, HostsOutcome>(new URL('./hosts-worker.ts', import.meta.url), [job], ['--expose-gc'])
      const outcome = (await crew.go())[0] as HostsOutcome
      outcomes.push(outcome)
      say(`  run ${run + 1}: ${((outcome.afterSecond.heap - outcome.before.heap) / count / 1000).toFixed(1)} KB a host, ${(outcome.visits / outcome.seconds).toFixed(0)} visits/s`)
    }
    const grown = (when: 'afterFirst' | 'afterSecond', what: keyof Weight): number =>
      median(outcomes.map((one) => (one[when][what] - one.before[what]) / count / 1000))
    return {
      rows: [
        row({ what: `memory a host, heap and what hangs on it, ${count} hosts visited twice`, value: grown('afterSecond', 'heap'), unit: 'KB', target: { most: MOST_KB } }),
        row({ what: 'the same by the PSS of the process', value: grown('afterSecond', 'resident'), unit: 'KB', target: { most: MOST_KB } }),
        row({ what: 'heap a host after its first visit', value: grown('afterFirst', 'heap'), unit: 'KB' }),
        row({ what: 'PSS a host after its first visit', value: grown('afterFirst', 'resident'), unit: 'KB' }),
        row({ what: 'connections open at the end', value: median(outcomes.map(({ sockets }) => sockets)), unit: 'sockets' }),
        row({ what: 'visits', value: median(outcomes.map(({ visits, seconds }) => visits / seconds)), unit: 'visits/s' }),
      ],
      notes: [
        `${count} origins of as many sites, behind ${SERVERS} servers on the loopback, by a resolver that knows them all; each has a robots.txt of ${ROBOTS.length} bytes, sets a cookie, and is visited twice, all once before any a second time.`,
        `One process with everything that is kept of a host: the coordinator's visits, pace and policy (an address for each host), the schedule on SQLite, the hot cache, and a grabber with its connections, robots book, names, verdicts and cookies. Weighed after collections, less the weight with ${BEFORE} other hosts known. ${runs} runs, medians.`,
        'Run from source, whose compiler weighs the same before and after.',
      ],
    }
  } finally {
    for (const server of servers) await server.close()
    await rm(root, { recursive: true, force: true })
  }
}
