import { describe, expect, test } from 'vitest'
import { stripVTControlCharacters } from 'node:util'
import type { FleetStatus } from '../app/fleet-desk.ts'
import type { NodeView } from '../schedule/index.ts'
import { columns } from './columns.ts'
import { statusText } from './status-text.ts'

const node = (name: string, more: Partial<NodeView> = {}): NodeView => ({
  name, instance: name, url: `http://${name}:7070`, maxProcesses: 4, runningProcesses: 2, maxThreads: 80, runningThreads: 12, queued: 3, speed: 41.5,
  draining: false, received: 9, paused: false, spareProcesses: 2, spareThreads: 65, maxProcessing: 8, runningProcessing: 1, receivedProcessing: 0, spareProcessing: 7, full: false, ...more,
})
const status = (nodes: readonly NodeView[], queues: Partial<FleetStatus['queues']> = {}, leader = true): FleetStatus => ({
  nodes: { leader: leader ? { name: 'dispatch-1', instance: 'i', url: 'http://dispatch-1:7090', fence: 3 } : null, home: { store: 's', node: 'node-0', url: 'http://node-0:7070' }, nodes },
  queues: {
    waiting: 0, byWeight: [], leased: 0, uncollected: {}, pending: { page: 0, image: 0, process: 0 }, ended: [], accepted: 0, dispatched: 0, dead: 0,
    oldest: null, hosts: { waiting: 0, deepest: [] }, paused: { all: false, nodes: [], hosts: { count: 0, names: [] } },
    circuits: { open: 0, blocked: 0, slowed: 0, hosts: [], more: false }, rates: null, ...queues,
  },
  engine: [],
})
const lines = (of: FleetStatus, width = 80): readonly string[] => stripVTControlCharacters(statusText(of, width)).split('\n')

const BUSY: Partial<FleetStatus['queues']> = {
  waiting: 1_234_567, leased: 1_210, oldest: { since: '', seconds: 4_000 }, dead: 12, accepted: 9e6, dispatched: 8e6,
  byWeight: Array.from({ length: 7 }, (_, n) => ({ weight: 100 - n, page: 1_000, image: 175_000 * n, process: 0 })),
  ended: [{ kind: 'image', outcome: 'kept', reason: null, count: 5_000_000 }, { kind: 'image', outcome: 'rejected', reason: 'blurry', count: 900_000 }, { kind: 'image', outcome: 'duplicate', reason: 'exact-duplicate', count: 800_000 }, { kind: 'page', outcome: 'read', reason: null, count: 30_000 }],
  hosts: { waiting: 10_000, deepest: Array.from({ length: 20 }, (_, n) => ({ host: `https://${'long-name-'.repeat(9)}${n}.example`, waiting: 100_000 - n, paused: n === 1 })) },
  paused: { all: true, nodes: ['node-7'], hosts: { count: 120, names: Array.from({ length: 100 }, (_, n) => `https://paused-${n}.example`) } },
  circuits: { open: 1, blocked: 0, slowed: 1, more: false, hosts: [{ host: 'https://dead.example', state: 'open', until: '', delayMs: 500, reason: '5 visits in a row without an answer' }, { host: 'address:203.0.113.7', state: 'slowed', until: null, delayMs: 800, reason: 'several of its hosts are overloaded' }] },
  rates: { seconds: 60, accepted: 1_210.5, dispatched: 1_190, ended: { kept: 800, rejected: 200.1 } },
}

describe('gannet status', () => {
  test.each([
    ['no node', status([])], ['one node', status([node('node-0')])], ['two hundred nodes and much else', status(Array.from({ length: 200 }, (_, n) => node(`node-${n}`)), BUSY)],
    ['odd names', status([node('很长的名字'.repeat(12)), node('\u001b[2Jx')], { hosts: { waiting: 1, deepest: [{ host: `https://${'x'.repeat(300)}`, waiting: 1, paused: false }] } })],
  ])('fits the width with %s', (_what, of) => {
    for (const width of [40, 60, 80, 200]) {
      for (const line of lines(of, width)) expect([line, columns(line) <= width]).toEqual([line, true])
    }
    expect(statusText(of, 80)).not.toContain('\u001b[2J')
  })

  test('says what is wrong first, the gravest before the rest, and what to do', () => {
    const found = lines(status([node('node-0'), node('full', { full: true })], BUSY, false))
    expect(found.slice(0, 7)).toEqual([
      'no dispatcher leads, so nothing is handed out: start gannet dispatch',
      'everything is paused: gannet resume --all',
      '1 task server full: full',
      '1 task server paused: node-7',
      expect.stringMatching(/^120 hosts paused: https:\/\/paused-0\.example, /),
      '12 tasks failed for good: gannet dead list',
      '1 host left alone for a while, failing again and again',
    ])
    const full = 'Redis at queue:6379 has no memory left: 9 of 8 bytes are used, and it takes in no task; give it more (maxmemory)'
    expect(lines({ ...status([node('node-0')]), engine: [full] }, 200)[0]).toBe(full)
    expect(lines(status([]))[0]).toBe('no task server is there: start gannet node')
    expect(lines(status([node('a')]))[0]).toBe('the server that keeps the pictures is gone: start node-0 again')
    const blind = lines(status([node('node-0', { maxProcessing: 0, full: true })]))
    expect(blind[0]).toBe('no task server sees (--vision 0): start one that does')
    expect(lines(status([node('node-0', { maxThreads: 0 })]))[0]).toBe('no task server grabs (--processes 0): start one that does')
    expect(lines(status([node('node-0')]))[0]).toMatch(/^leading {3}dispatch-1 at/)
  })

  test('tells what waits, for how long, how fast it goes and who works it off', () => {
    const found = lines(status([node('node-0'), node('node-1', { draining: true })], BUSY)).join('\n')
    expect(found).toContain('waiting   1,234,567 tasks for 10,000 hosts, the oldest for 67 min,')
    expect(found).toMatch(/a second {2}1210\.5 taken in, 1190 handed out, 1000\.1 ended, over 60 s/)
    expect(found).toMatch(/weight +pages +pictures +to process\n *100 +1,000 +0 +0/)
    expect(found).toMatch(/and 2 weights more/)
    expect(found).toMatch(/\nnode-0 +2 of 4 +12 of 80 +3 +1 of 8 +41\.5 *\nnode-1 +2 of 4 +12 of 80 +3 +1 of 8 +41\.5 +draining/)
  })

  test('leaves out of two hundred nodes those that nothing is wrong with', () => {
    const found = lines(status(Array.from({ length: 200 }, (_, n) => node(`node-${n}`, n === 180 ? { draining: true } : {}))))
    expect(found.filter((line) => /^node-\d/.test(line))).toHaveLength(20)
    expect(found.some((line) => line.startsWith('node-180') && line.endsWith('draining'))).toBe(true)
    expect(found.at(-1)).toBe('and 180 task servers more: --json')
  })
})
