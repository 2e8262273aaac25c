/** `gannet status`: who is in a fleet and how idle, and what waits. */
import pc from 'picocolors'
import type { Command } from 'commander'
import { fleetStatus, type FleetStatus } from '../../app/fleet-status.ts'
import { DISPATCH_SETTINGS, resolveSettings } from '../../app/settings.ts'
import { GannetError } from '../../core/errors.ts'
import { addFlags, typedFlags } from '../flags.ts'
import { count, countOf, print, printJson, table } from '../output.ts'

const { redis, prefix } = DISPATCH_SETTINGS
const FLAGS = { redis, prefix }

/** @throws usage */
export const neededRedis = (given: string | null): string => {
  if (given !== null) return given
  throw new GannetError('usage', 'name the Redis of the fleet with --redis (or GANNET_REDIS)')
}

const text = ({ leader, home, nodes, pending, ended }: FleetStatus): string => {
  const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, n) => total + n, 0)
  const lines = [
    leader === null ? pc.yellow('no dispatcher leads: start one with gannet dispatch') : `${pc.bold(leader.name)} at ${leader.url} dispatches (fence ${leader.fence})`,
    home === null ? 'no task server has joined yet' : `pictures are kept by ${home.node} at ${home.url}`,
    `${countOf(sum(pending), 'task')} without an end (${count(pending['page'] ?? 0)} pages, ${count(pending['image'] ?? 0)} pictures, ${count(pending['process'] ?? 0)} to be processed), ${count(sum(ended))} ended` +
      (Object.keys(ended).length > 0 ? `: ${Object.entries(ended).map(([outcome, n]) => `${outcome} ${count(n)}`).join(', ')}` : ''),
  ]
  if (nodes.length === 0) return [...lines, pc.yellow('no task server is there: start one with gannet node')].join('\n')
  return [...lines, '', table([
    ['task server', 'processes', 'threads', 'queued', 'processing', 'ended/s', ''],
    ...nodes.map((node) => [
      node.name, `${node.runningProcesses} of ${node.maxProcesses}`, `${node.runningThreads} of ${node.maxThreads}`, count(node.queued),
      `${node.runningProcessing} of ${node.maxProcessing}`,
      String(node.speed), `${node.url}${node.draining ? ' draining' : ''}`,
    ]),
  ])].join('\n')
}

export const addStatus = (program: Command): void => {
  const command = program.command('status').description('tell who is in a fleet, how idle, and what waits').option('--json', 'print JSON')
  addFlags(command, FLAGS).action(async (options: { json?: boolean }) => {
    const settings = await resolveSettings(DISPATCH_SETTINGS, { flags: typedFlags(command, FLAGS) })
    const status = await fleetStatus(settings, neededRedis(settings.redis))
    if (options.json) printJson(status)
    else print(text(status))
  })
}
