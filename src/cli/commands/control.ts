/** `gannet pause`, `resume`, `drain`: of a host, a task server, or everything in a fleet. */
import type { Command } from 'commander'
import { GannetError } from '../../core/errors.ts'
import type { Order, Ordered, PausedView, Target } from '../../schedule/index.ts'
import { addFleetFlags, openDesk } from '../fleet-flags.ts'
import { countOf, note, print, printJson } from '../output.ts'

interface Options {
  readonly host?: string
  readonly node?: string
  readonly all?: boolean
  readonly json?: boolean
}

const targetOf = ({ host, node, all = false }: Options, order: Order): Target => {
  if (Number(host !== undefined) + Number(node !== undefined) + Number(all) !== 1) {
    throw new GannetError('usage', `name what to ${order}: ${order === 'drain' ? '' : '--host HOST, '}--node NAME or --all, one of them`)
  }
  return host !== undefined ? { kind: 'host', host } : node !== undefined ? { kind: 'node', node } : { kind: 'all' }
}

const DONE = {
  pause: { host: 'no visit to it begins any more; what is under way ends', node: 'it is handed nothing new', all: 'nothing is handed out any more; what is under way ends' },
  resume: { host: 'it is visited again', node: 'it is handed work again', all: 'work is handed out again' },
  drain: {
    host: '', node: 'it finishes what is under way, gives the rest back and ends',
    all: 'every task server finishes what is under way, gives the rest back and ends; nothing is handed out until gannet resume --all',
  },
} as const

const told = ({ order, changed, hosts, node, member }: Ordered, { kind }: Target): string => {
  const what = kind === 'all' ? 'everything' : kind === 'node' ? String(node) : hosts.join(' and ')
  const words = changed || order === 'drain' ? DONE[order][kind] : order === 'pause' ? 'it was paused before' : 'it was not paused'
  return `${what}: ${words}${member === false ? ` (no task server of that name is there now)` : ''}`
}

/** `resume` lifts what it names; who expected more to go on is told why it does not. */
const rest = ({ all, nodes, hosts }: PausedView): string[] => [
  ...(all ? ['everything'] : []),
  ...(nodes.length > 0 ? [countOf(nodes.length, 'task server')] : []),
  ...(hosts.count > 0 ? [countOf(hosts.count, 'host')] : []),
]

export const addControl = (program: Command): void => {
  const add = (order: Order, description: string): void => {
    const command = program.command(order).description(description)
    if (order !== 'drain') command.option('--host <host>', 'a host: example.org (http and https), or https://example.org:8443 for that one alone')
    command.option('--node <name>', 'a task server, by its name').option('--all', 'everything').option('--json', 'print JSON')
    addFleetFlags(command).action(async (options: Options) => {
      const target = targetOf(options, order)
      const desk = await openDesk(command)
      try {
        const ordered = await desk.order(order, target)
        if (options.json) return printJson(ordered)
        print(told(ordered, target))
        const still = rest(ordered.paused)
        if (order === 'resume' && still.length > 0) note(`still paused: ${still.join(', ')} (gannet status)`)
      } finally {
        await desk.close()
      }
    })
  }
  add('pause', 'hand out no work for a host, to a task server, or at all, until it is resumed; a restart keeps it')
  add('resume', 'let go on what was paused')
  add('drain', 'let a task server, or all of them, finish what is under way, give the rest back and end')
}
