/** The schedule: requests become tasks, tasks become leases, hosts keep their pace. Only `app` names its adapters. */
export { createScheduleModel } from './schedule-model.ts'
export { deadLettersOf, type DeadLetters, type WhichDead } from './dead-letters.ts'
export { DISPATCHER_DEFAULTS, startDispatcher } from './dispatch/dispatcher.ts'
export type { DispatchEvent, Dispatcher, DispatcherOptions, DispatcherPorts } from './dispatch/dispatcher.ts'
export type { NodeReport, Server } from './dispatch/idleness.ts'
export type { DispatchRule } from './dispatch/rule.ts'
export { RULES, ruleNamed } from './dispatch/rules/rules.ts'
export { ownerOf, processorOwnerOf, type FleetLedger, type FleetOrders, type Leader, type Order, type StoreHome } from './fleet-ledger.ts'
export { giveOrder, type FleetControlPorts, type Ordered, type Target } from './fleet/fleet-control.ts'
export {
  createFleetView, type CircuitsView, type FleetView, type NodesView, type NodeView, type PausedView, type QueueCounts, type QueuesView,
} from './fleet/fleet-view.ts'
export { createMemoryFleet } from './memory-fleet.ts'
export { HISTORY_LENGTH, addressKey, compareTallyRows, isAddressKey } from './schedule-store.ts'
export type {
  Admission, Batch, Completion, Depth, Failure, HostLedger, HostLine, HostMemory, HostPace, Overview, Reservation, ReserveAsk, ScheduleOptions,
  ScheduleStore, Settled, Tally, TallyRow, TaskLedger, TaskRecord, TaskState,
} from './schedule-store.ts'
export type { Grant, Held, Lease, NewTask, Task, TaskEnd, TaskKind } from './task.ts'
export { createFairShare, type FairShare } from './fair-share.ts'
export { fleetSettings } from './settings.ts'
export { RETRY_DEFAULTS, retryAt, type Retryable, type RetryPolicy } from './retry.ts'
export {
  HOST_POLICY_DEFAULTS, freshHost, isCircuitOpen, observeHost, recallHost,
  type HostPolicyOptions, type HostState, type HostStep,
} from './host-policy.ts'
export { createHostPolicy, type HostBookOptions, type HostPolicy } from './host-book.ts'
export { createForwarder, type Forwarder, type ForwarderOptions } from './outbox/forwarder.ts'
export { createOutboxModel } from './outbox/outbox-model.ts'
export { MOST_IN_CHUNK, type EndCounts, type Outbox, type OutboxRequest, type Refusal } from './outbox/outbox.ts'
export type { RequestOptions } from './outbox/request-options.ts'
