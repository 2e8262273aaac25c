/** A fleet as a person reads it: what is wrong first, then what waits, how fast it goes, and who works it off. */
import pc from 'picocolors'
import type { FleetStatus } from '../app/fleet-desk.ts'
import type { NodeView, QueuesView } from '../schedule/index.ts'
import { cutTo, harmless, padTo } from './columns.ts'
import { count, countOf, duration } from './output.ts'

const MOST_NODES = 20
const MOST_LINES = 5
const MOST_WEIGHTS = 5
const MOST_CIRCUITS = 5
const MOST_NAMED = 5
const LABEL = 10

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, n) => total + n, 0)
const named = (names: readonly string[], of = names.length): string =>
  names.slice(0, MOST_NAMED).map(harmless).join(', ') + (of > MOST_NAMED ? ` and ${count(of - MOST_NAMED)} more` : '')

/** What keeps the fleet from its work, the gravest first; each with what to do about it. */
const troubles = ({ nodes: { leader, home, nodes }, queues, engine }: FleetStatus): { readonly grave: boolean; readonly text: string }[] => {
  const { paused, dead, circuits } = queues
  const full = nodes.filter((node) => node.full)
  const found: (readonly [holds: boolean, grave: boolean, text: string])[] = [
    [leader === null, true, 'no dispatcher leads, so nothing is handed out: start gannet dispatch'],
    [nodes.length === 0, true, 'no task server is there: start gannet node'],
    ...engine.map((text) => [true, true, text] as const),
    [paused.all, true, 'everything is paused: gannet resume --all'],
    [nodes.length > 0 && home !== null && nodes.every(({ name }) => name !== home.node), true,
      `the server that keeps the pictures is gone: start ${harmless(home?.node ?? '')} again`],
    [nodes.length > 0 && nodes.every(({ maxThreads }) => maxThreads === 0), true, 'no task server grabs (--processes 0): start one that does'],
    [nodes.length > 0 && nodes.every(({ maxProcessing }) => maxProcessing === 0), true, 'no task server sees (--vision 0): start one that does'],
    [nodes.length > 0 && full.length === nodes.length, true, 'every task server is full: what comes now waits; start more with gannet node'],
    [full.length > 0 && full.length < nodes.length, false, `${countOf(full.length, 'task server')} full: ${named(full.map(({ name }) => name))}`],
    [paused.nodes.length > 0, false, `${countOf(paused.nodes.length, 'task server')} paused: ${named(paused.nodes)}`],
    [paused.hosts.count > 0, false, `${countOf(paused.hosts.count, 'host')} paused: ${named(paused.hosts.names, paused.hosts.count)}`],
    [dead > 0, false, `${countOf(dead, 'task')} failed for good: gannet dead list`],
    [circuits.open > 0, false, `${countOf(circuits.open, 'host')}${circuits.more ? ' or more' : ''} left alone for a while, failing again and again`],
  ]
  return found.flatMap(([holds, grave, text]) => (holds ? [{ grave, text }] : []))
}

/** Label and words; what does not fit into a line goes on under its words. */
const entry = (label: string, words: readonly string[], width: number): string[] => {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 3 + word.length <= width - LABEL) lines[lines.length - 1] = `${last}, ${word}`
    else lines.push(word)
  }
  return lines.map((line, at) => `${pc.dim(padTo(at === 0 ? label : '', LABEL))}${cutTo(line, width - LABEL - 1)}${at < lines.length - 1 ? ',' : ''}`)
}

/** The first column takes what is left of the width, the others stand to the right. */
const grid = (rows: readonly (readonly string[])[], width: number): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const others = widths.slice(1).reduce((total, n) => total + n + 2, 0)
  const first = Math.max(8, Math.min(widths[0] ?? 0, width - others))
  return rows.map(([name = '', ...cells], at) => {
    const whole = padTo(cutTo(name, first), first) + cells.map((cell, column) => `  ${cell.padStart(widths[column + 1] ?? 0)}`).join('')
    const line = cutTo(whole.trimEnd(), width)
    return at === 0 ? pc.dim(line) : line
  })
}

const more = (all: number, shown: number, what: string): string[] =>
  all > shown ? [pc.dim(`and ${countOf(all - shown, what)} more: --json`)] : []

const queueLines = (queues: QueuesView, width: number): string[] => {
  const { waiting, hosts, oldest, leased, ended, rates, byWeight, circuits } = queues
  const outcomes = [...new Set(ended.map(({ outcome }) => outcome))].map((outcome) =>
    `${outcome} ${count(ended.reduce((total, row) => total + (row.outcome === outcome ? row.count : 0), 0))}`)
  const head = [
    ...entry('waiting', [
      `${countOf(waiting, 'task')}${waiting > 0 ? ` for ${countOf(hosts.waiting, 'host')}` : ''}`,
      ...(oldest === null ? [] : [`the oldest for ${duration(oldest.seconds)}`]), `${count(leased)} under way`,
    ], width),
    ...entry('ended', outcomes.length === 0 ? ['none yet'] : outcomes, width),
    ...entry('a second', rates === null ? ['not known yet'] : [
      `${rates.accepted} taken in`, `${rates.dispatched} handed out`, `${Math.round(sum(rates.ended) * 10) / 10} ended`, `over ${rates.seconds} s`,
    ], width),
  ]
  const weights = byWeight.length === 0 ? [] : ['', ...grid([
    ['weight', 'pages', 'pictures', 'to process'],
    ...byWeight.slice(0, MOST_WEIGHTS).map(({ weight, page, image, process: jobs }) => [String(weight), count(page), count(image), count(jobs)]),
  ], width), ...more(byWeight.length, MOST_WEIGHTS, 'weight')]
  const shown = hosts.deepest.slice(0, MOST_LINES)
  const lines = shown.length === 0 ? [] : ['', ...grid([
    ['longest lines', 'waiting', ''],
    ...shown.map(({ host, waiting: n, paused }) => [harmless(host), count(n), paused ? 'paused' : '']),
  ], width), ...more(hosts.waiting, shown.length, 'host')]
  const against = circuits.hosts.length === 0 ? [] : ['', ...grid([
    ['hosts held back', '', 'every', 'why'],
    ...circuits.hosts.slice(0, MOST_CIRCUITS).map(({ host, state, delayMs, reason }) => [harmless(host), state, duration(delayMs / 1000), reason]),
  ], width), ...more(circuits.open + circuits.blocked + circuits.slowed, MOST_CIRCUITS, 'host')]
  return [...head, ...weights, ...lines, ...against]
}

const standing = (node: NodeView): string => (node.draining ? 'draining' : node.paused ? 'paused' : node.full ? 'full' : '')

const nodeLines = (nodes: readonly NodeView[], width: number): string[] => {
  if (nodes.length === 0) return []
  // Who needs looking after is not to be among those left out.
  const ordered = [...nodes].sort((a, b) => Number(standing(b) !== '') - Number(standing(a) !== ''))
  const shown = new Set(ordered.slice(0, MOST_NODES))
  return ['', ...grid([
    ['task server', 'processes', 'threads', 'queued', 'processing', 'ended/s', ''],
    ...nodes.filter((node) => shown.has(node)).map((node) => [
      harmless(node.name), `${node.runningProcesses} of ${node.maxProcesses}`, `${node.runningThreads} of ${node.maxThreads}`, count(node.queued), `${node.runningProcessing} of ${node.maxProcessing}`,
      String(node.speed), standing(node),
    ]),
  ], width), ...more(nodes.length, MOST_NODES, 'task server')]
}

/** @param width columns; no line is longer */
export const statusText = (status: FleetStatus, width: number): string => {
  const { nodes: { leader, home, nodes }, queues } = status
  return [
    ...troubles(status).map(({ grave, text }) => (grave ? pc.red : pc.yellow)(cutTo(text, width))),
    ...(leader === null ? [] : entry('leading', [`${harmless(leader.name)} at ${harmless(leader.url)}`], width)),
    ...(home === null ? [] : entry('store', [`${harmless(home.node)} at ${harmless(home.url)}`], width)),
    ...queueLines(queues, width),
    ...nodeLines(nodes, width),
  ].join('\n')
}
