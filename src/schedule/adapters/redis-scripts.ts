/**
 * The atomic steps of the schedule on Redis, in Lua. A script is one step: Redis runs nothing else meanwhile, but it
 * also undoes nothing, so a script reads and decides on what it was given and must not fail half-way. What a step
 * changes of hosts, leases and counters is gathered and written once, at its end: Redis spends its time on calls and on
 * making strings, so a task's text is never taken apart here, and numbers are handed to calls as numbers.
 *
 * A waiting task takes what its text takes and some hundred bytes: it lies in its host's list as one record, and is
 * known by a field of a small hash. Keys, all under one prefix with one hash tag:
 * - meta: version, delay and addressDelay (floors of the fleet's pace), sequence, fence, request (the last numbers given), clock (of the stamps), leader (fence of the
 *   dispatcher that assigned last), generations (of what is known: number, digits, opened), known (tasks in the newest),
 *   swept (buckets dropped of the oldest), promoted (time of the last look), s:WEIGHT (the last stamp
 *   given), run (of the server), resumed (when it was first asked after it was started again; -1 until then)
 * - requests: name → number; names: number → name; sequences: number → highest batch sequence;
 *   letters: number → dead letters; resting: numbers by the time at which they last had something come or come to nothing
 * - s:GENERATION:BUCKET: task id → request[:fence it was last settled under][! when it has ended]; how long: redis-known.ts
 * - q:WEIGHT:HOST: a host's tasks of one weight that were never leased, in order of arrival: records
 * - parked: id → what came back, with its attempts; r:HOST: of these the ready ones by stamp; d:HOST: those whose
 *   notBefore had not come when last looked, by notBefore. Members are sequence:id
 * - leased: id → lease and record; leases: ids by until; i:OWNER: ids assigned and not collected, with their fence;
 *   inboxes: owners who may have some
 * - b:ID: a task of another shard has brought here what it found
 * - dead: id → what failed for good; deads: their ids by sequence
 * - h: host → stamp of its first task that is ready, how many in r:HOST and d:HOST, request of that task, delay, free,
 *   blocked, held (put off until then; of an address, the place at the end of its line), weights that wait, address (the
 *   name of another host), packed; m:HOST: memory
 * - hosts: hosts with waiting tasks by name; due: of these the ones whose time had come when last looked, by the stamp
 *   of their first task; later: the others by the time they become ready; remembered: hosts with a memory; idle: those
 *   without tasks and memory, by the time at which they are forgotten
 * - e:REQUEST: kind|outcome|reason → count; p:REQUEST: kind → waiting or leased; u:REQUEST: name → amount
 * - paused: hosts that are, by name; deep: hosts with a long line of one weight, by how long it was when it had last grown
 *   by 64
 * - totals: w:WEIGHT:KIND → waiting; p:KIND, e:KIND|OUTCOME|REASON as in p:REQUEST and e:REQUEST, of all requests; accepted,
 *   dispatched; marks: "sequence time", when tasks arrived (marks.ts)
 * A record is "sequence stamp request kind id", NUL, and a text that is the client's business; a lease is "fence request
 * kind at interval attempts notBefore history", NUL, owner, NUL, host, NUL, record. The text begins with a bracket and the
 * task's weight.
 */
import { LANE_NAMES } from '../../core/lanes.ts'
import { retentionLua, type Retention } from './redis-known.ts'
import { FENCES_A_SECOND, PRELUDE } from './redis-prelude.ts'

export const LAYOUT_VERSION = 4

/** Longer than any task is done again after its process has died. */
const REMEMBER_SPAWN_SECONDS = 24 * 3600

interface StepText {
  readonly flags: string
  readonly body: string
}

const step = (body: string): StepText => ({ flags: '', body })
/** A step that ends work, tells of it or forgets it: allowed when Redis is out of memory, or nothing could ever be freed. */
const relief = (body: string): StepText => ({ flags: '#!lua flags=allow-oom\n', body })

/** The first argument is the host delay's floor, or nothing for the fleet's, the second that of addresses; what follows is said at each. */
const STEPS = {
  // version
  open: step(`
local server = call('INFO', 'server')
local run = string.match(server, 'run_id:(%S+)')
local version = call('HGET', P .. 'meta', 'version')
if not version then
  version = ARGV[3]
  call('HSET', P .. 'meta', 'version', version)
end
-- A server that was started again may have lost its last second (appendfsync everysec, and a power cut): no fence that
-- was given out in it may be given again, and no host that was visited in it be visited too soon.
if ARGV[1] ~= '' then call('HSET', P .. 'meta', 'delay', ARGV[1], 'addressDelay', ARGV[2]) end
local before = call('HGET', P .. 'meta', 'run')
if run ~= before then
  if before then call('HSET', P .. 'meta', 'fence', number_of('fence') + ${FENCES_A_SECOND}, 'resumed', -1) end
  call('HSET', P .. 'meta', 'run', run)
end
return version
`),

  // request, sequence, now or nothing, then of each task: id, head, text
  add: step(`
local request = request_of(ARGV[3])
local sequence = tonumber(ARGV[4])
if sequence <= tonumber(call('HGET', P .. 'sequences', request) or '0') then
  settle_all()
  return 'repeated'
end
call('HSET', P .. 'sequences', request, ARGV[4])
rests(request)
local answers = {}
for i = 6, #ARGV, 3 do answers[#answers + 1] = admit(request, ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
if ARGV[5] ~= '' then mark(tonumber(ARGV[5])) end
settle_all()
return table.concat(answers, ' ')
`),

  // the ask, in JSON
  reserve: step(`
local ask = cjson.decode(ARGV[3])
local now = ask.now
mark(now)
expire(now)
promote(now)
local taken, full = {}, 0
for _, visits in pairs(ask.busy) do if visits >= ask.perHost then full = full + 1 end end
-- Each due host with room yields at least one lease, unless it is put off: then there may be more behind them.
local page, looked = ask.count > 0 and ask.count + full or 0, 0
while page > 0 and #taken < 2 * ask.count and looked < 2000 do
  local found = call('ZRANGE', P .. 'due', looked, looked + page - 1)
  for _, name in ipairs(found) do
    local room = math.min(ask.perHost - (ask.busy[name] or 0), ask.count - #taken / 2)
    if room > 0 then take(host(name), ask.owner, room, ask.leaseMs, now, taken) end
  end
  looked = looked + #found
  if #found < page then break end
end
settle_all()
local rows = {}
for i = 2, #new_leased, 2 do
  rows[i - 1] = new_leased[i]
  rows[i] = new_leases[i - 1]
end
return {rows, next_at(now)}
`),

  // limit, now, whether the requests of their first tasks are told
  due: relief(`
local limit, now, tells = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1'
mark(now)
expire(now)
promote(now)
local rows = {}
local function tell(name)
  local n = 1
  if floor_ms == 0 or is_lane(name) then
    local h = host(name)
    if not is_paced(h) then
      n = h.r
      for weight in string.gmatch(h.w, '%d+') do n = n + call('LLEN', P .. 'q:' .. weight .. ':' .. name) end
    end
  end
  local size = #rows
  rows[size + 1] = name
  rows[size + 2] = n
  rows[size + 3] = tells and name_of(host(name).request) or ''
end
local lanes = {${LANE_NAMES.map((name) => `'${name}'`).join(', ')}}
local left = limit
for _, name in ipairs(limit > 0 and call('ZRANGE', P .. 'due', 0, limit + #lanes - 1) or {}) do
  if left > 0 and not is_lane(name) then
    left = left - 1
    tell(name)
  end
end
local ready = {}
for i, stamp in ipairs(call('ZMSCORE', P .. 'due', unpack(lanes))) do if stamp then ready[#ready + 1] = {tonumber(stamp), lanes[i]} end end
table.sort(ready, function(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]) end)
for _, lane in ipairs(ready) do tell(lane[2]) end
settle_all()
return {rows, next_at(now)}
`),

  // now, leaseMs, fence, then of each assignment: host, owner, count
  assign: step(`
local now, lease_ms = tonumber(ARGV[3]), tonumber(ARGV[4])
if tonumber(ARGV[5]) < number_of('leader') then return false end
set_number('leader', tonumber(ARGV[5]))
promote(now)
local result, inboxes, names = {}, {}, {}
for i = 6, #ARGV, 3 do names[#names + 1] = ARGV[i] end
meet_all(names)
for i = 6, #ARGV, 3 do
  local h, owner, n = host(ARGV[i]), ARGV[i + 1], tonumber(ARGV[i + 2])
  local taken = {}
  if n > 0 and is_ready(h, now) then take(h, owner, n, lease_ms, now, taken) end
  local inbox = inboxes[owner]
  if not inbox then inbox = {} inboxes[owner] = inbox end
  for at = 1, #taken, 2 do inbox[#inbox + 1] = taken[at + 1] .. ' ' .. taken[at] end
  result[#result + 1] = #taken / 2
end
settle_all()
for owner, ids in pairs(inboxes) do
  call_many('RPUSH', P .. 'i:' .. owner, ids)
  if #ids > 0 then call('SADD', P .. 'inboxes', owner) end
end
return result
`),

  // nothing
  uncollected: relief(`
local result = {}
for _, owner in ipairs(call('SMEMBERS', P .. 'inboxes')) do
  local n = call('LLEN', P .. 'i:' .. owner)
  if n > 0 then
    result[#result + 1] = owner
    result[#result + 1] = tostring(n)
  else call('SREM', P .. 'inboxes', owner) end
end
return result
`),

  // owner, count
  collect: relief(`
local rows, left = {}, tonumber(ARGV[4])
while left > 0 do
  local found = call('LPOP', P .. 'i:' .. ARGV[3], math.min(left, 1000))
  if not found then break end
  local fences, ids = {}, {}
  for i, one in ipairs(found) do fences[i], ids[i] = string.match(one, '^(%d+) (.*)$') end
  local leases, ends = call('HMGET', P .. 'leased', unpack(ids)), call('ZMSCORE', P .. 'leases', unpack(ids))
  for i, lease in ipairs(leases) do
    if is_held(lease, fences[i]) then
      rows[#rows + 1] = lease
      rows[#rows + 1] = ends[i]
      left = left - 1
    end
  end
end
return rows
`),

  // until, then of each: id, fence
  renew: relief(`
local result, ids, kept = {}, {}, {}
for i = 4, #ARGV, 2 do ids[#ids + 1] = ARGV[i] end
for i, lease in ipairs(read_many('HMGET', P .. 'leased', ids)) do
  local holds = is_held(lease, ARGV[2 * i + 3])
  if holds then
    kept[#kept + 1] = ARGV[3]
    kept[#kept + 1] = ids[i]
  end
  result[i] = holds and 1 or 0
end
for from = 1, #kept, 4000 do call('ZADD', P .. 'leases', 'GT', unpack(kept, from, math.min(from + 3999, #kept))) end
return result
`),

  // of each: id, fence, hash, outcome, reason or nothing, sums in JSON or nothing, how many it spawns; of each spawned: id, head, text
  complete: relief(`
local result, starts, ids, at = {}, {}, {}, 3
while at <= #ARGV do
  starts[#starts + 1] = at
  ids[#ids + 1] = ARGV[at]
  at = at + 7 + 3 * tonumber(ARGV[at + 6])
end
local leases, over = read_many('HMGET', P .. 'leased', ids), {}
local gone = {}
for i, start in ipairs(starts) do
  local id, fence, hash, outcome, reason, sums, spawn = unpack(ARGV, start, start + 6)
  local lease = not over[id] and leases[i]
  if is_held(lease, fence) then
    over[id] = true
    gone[#gone + 1] = id
    local request, kind = string.match(lease, '^%d+ (%d+) (%a+)')
    set_seen(hash, id, request, fence, true)
    count_pending(request, kind, -1)
    count_end(request, kind, outcome, reason)
    if sums ~= '' then add_sums(request, cjson.decode(sums)) end
    for from = start + 7, start + 4 + 3 * tonumber(spawn), 3 do admit(request, ARGV[from], ARGV[from + 1], ARGV[from + 2]) end
    if outcome == 'failed' then
      local _, _, _, attempts, not_before, history, _, name, record = read_lease(lease)
      bury_later(id, request, string.match(record, '^%d+'), attempts, not_before, history, outcome, reason, name, record)
    end
    result[i] = 'done'
  else result[i] = settled(id, fence, hash) end
end
call_many('HDEL', P .. 'leased', gone)
call_many('ZREM', P .. 'leases', gone)
settle_all()
return result
`),

  // request, the task that found them, then of each task: id, head, text
  spawn: relief(`
local request, brought = request_of(ARGV[3]), P .. 'b:' .. ARGV[4]
local again = not call('SET', brought, 1, 'NX', 'EX', ${REMEMBER_SPAWN_SECONDS})
rests(request)
for i = 5, #ARGV, 3 do admit(request, ARGV[i], ARGV[i + 1], ARGV[i + 2], again) end
settle_all()
return 1
`),

  // of each: id, fence
  requests_of: relief(`
local result, ids = {}, {}
for i = 3, #ARGV, 2 do ids[#ids + 1] = ARGV[i] end
for i, lease in ipairs(read_many('HMGET', P .. 'leased', ids)) do
  result[i] = is_held(lease, ARGV[2 * i + 2]) and name_of(string.match(lease, '^%d+ (%d+)')) or false
end
return result
`),

  // failures in JSON, with hash and outcome, and how much of the history is kept
  fail: relief(`
local result = {}
for i, failed in ipairs(cjson.decode(ARGV[3])) do
  local lease, fence = call('HGET', P .. 'leased', failed.id), text(failed.fence)
  if is_held(lease, fence) then
    local _, request, kind, attempts, not_before, history, _, name, record = read_lease(lease)
    local q, stamp = string.match(record, '^(%d+) (%d+)')
    unlease(failed.id)
    if not failed.uncounted then
      attempts = attempts + 1
      local reasons = {}
      for reason in string.gmatch(history .. ',' .. failed.reason, '[^,]+') do reasons[#reasons + 1] = reason end
      history = table.concat(reasons, ',', math.max(1, #reasons - failed.keep + 1))
    end
    local retry_at = some(failed.retryAt)
    set_seen(failed.hash, failed.id, request, fence, not retry_at)
    if retry_at then park(host(name), failed.id, tonumber(q), tonumber(stamp), attempts, retry_at, history, record)
    else
      count_pending(request, kind, -1)
      count_end(request, kind, failed.outcome, failed.reason)
      if failed.outcome == 'failed' then bury_later(failed.id, request, q, attempts, not_before, history, failed.outcome, failed.reason, name, record) end
    end
    add_sums(request, failed.sums)
    result[i] = 'done'
  else result[i] = settled(failed.id, fence, failed.hash) end
end
settle_all()
return result
`),

  // owner, then of each that is held: id, fence
  recover: relief(`
local kept, given = {}, 0
for i = 4, #ARGV, 2 do kept[ARGV[i + 1] .. ' ' .. ARGV[i]] = true end
for _, id in ipairs(call('ZRANGE', P .. 'leases', 0, -1)) do
  local lease = call('HGET', P .. 'leased', id)
  local fence, owner = string.match(lease, '^(%d+)[^%z]*%z([^%z]*)')
  if owner == ARGV[3] and not kept[fence .. ' ' .. id] then
    give_back(id, lease)
    given = given + 1
  end
end
settle_all()
return given
`),

  // names in JSON, or "all"
  tally: relief(`
local result, wanted = {}, cjson.decode(ARGV[3])
local all = wanted == 'all'
if all then wanted = call('HKEYS', P .. 'requests') end
for i, name in ipairs(wanted) do
  local request = call('HGET', P .. 'requests', name) or ''
  if not all then is_wanted(request) end
  result[i] = {
    call('HGETALL', P .. 'e:' .. request), call('HGETALL', P .. 'p:' .. request),
    call('HGETALL', P .. 'u:' .. request), call('HGET', P .. 'sequences', request) or '0',
  }
end
return result
`),

  // what to narrow to, in JSON: after {phase, offset, host, line}, limit, states, ids. Looks at so many tasks a call.
  tasks: relief(`
local ask = cjson.decode(ARGV[3])
local wanted, rows, left = nil, {}, 2000
if some(ask.ids) then
  wanted = {}
  for _, id in ipairs(ask.ids) do wanted[id] = true end
end
local phase, offset, at_host, line = ask.after.phase, ask.after.offset, ask.after.host, ask.after.line
if at_host == '' then at_host = nil end
local function row(state, record, attempts, not_before, history, name, outcome, reason)
  left = left - 1
  local request, id = string.match(record, '^%d+ %d+ (%d+) %a+ ([^%z]*)')
  if wanted and not wanted[id] then return end
  rows[#rows + 1] = {state, text(attempts), text(not_before), history, name, outcome or '', reason or '', name_of(request), record}
end
local function more() return #rows < ask.limit and left > 0 end
-- Members in order, from the offset on, until enough are found.
local function walk(fetch, tell)
  while more() do
    local found = fetch(offset, offset + math.min(ask.limit - #rows, left) - 1)
    if #found == 0 then return true end
    for _, one in ipairs(found) do tell(one) end
    offset = offset + #found
  end
  return false
end
local function ids_of(key) return function(from, to) return call('ZRANGE', P .. key, from, to) end end
local function parked(found, name)
  local _, _, attempts, not_before, history, record = cmsgpack.unpack_limit(call('HGET', P .. 'parked', id_of(found)), 5)
  row('waiting', record, attempts, not_before, history, name)
end
while phase ~= 'end' and more() do
  if not ask.states[phase] then
    phase, offset = phase == 'leased' and 'dead' or phase == 'dead' and 'waiting' or 'end', 0
  elseif phase == 'leased' then
    if walk(ids_of('leases'), function(id)
      local _, _, _, attempts, not_before, history, _, name, record = read_lease(call('HGET', P .. 'leased', id))
      row('leased', record, attempts, not_before, history, name)
    end) then phase, offset = 'dead', 0 end
  elseif phase == 'dead' then
    if walk(ids_of('deads'), function(id)
      local _, attempts, not_before, history, outcome, reason, name, record = cmsgpack.unpack_limit(call('HGET', P .. 'dead', id), 7)
      row('ended', record, attempts, not_before, history, name, outcome, reason)
    end) then phase, offset = 'waiting', 0 end
  else
    if not at_host then
      at_host = call('ZRANGEBYLEX', P .. 'hosts', '-', '+', 'LIMIT', 0, 1)[1]
      offset, line = 0, 1
    end
    if not at_host then phase = 'end' break end
    local name, lines = at_host, {'r', 'd'}
    for weight in string.gmatch(host(name).w, '%d+') do lines[#lines + 1] = 'q:' .. weight end
    while lines[line] do
      local key = lines[line] .. ':' .. name
      local done
      if line <= 2 then done = walk(ids_of(key), function(found) parked(found, name) end)
      else done = walk(function(from, to) return call('LRANGE', P .. key, from, to) end, function(record) row('waiting', record, 0, 0, '', name) end) end
      if not done then break end
      line, offset = line + 1, 0
    end
    if not lines[line] then
      at_host = call('ZRANGEBYLEX', P .. 'hosts', '(' .. name, '+', 'LIMIT', 0, 1)[1]
      offset, line, left = 0, 1, left - 1
      if not at_host then phase = 'end' end
    end
  end
end
return {rows, cjson.encode({phase = phase, offset = offset, host = at_host or '', line = line})}
`),

  // of each: id, hash
  revive: step(`
local result = {}
for i = 3, #ARGV, 2 do
  local id, hash = ARGV[i], ARGV[i + 1]
  local dead = call('HGET', P .. 'dead', id)
  if dead then
    local _, _, _, _, outcome, reason, name, record = cmsgpack.unpack_limit(dead, 7)
    local q, stamp, request, kind = string.match(record, '^(%d+) (%d+) (%d+) (%a+)')
    call('HDEL', P .. 'dead', id)
    call('ZREM', P .. 'deads', id)
    local _, last = seen(hash, id)
    set_seen(hash, id, request, last, false)
    count_letters(request, -1)
    count_end(request, kind, outcome, reason, -1)
    count_pending(request, kind, 1)
    park(host(name), id, tonumber(q), tonumber(stamp), 0, 0, '', record)
  end
  result[#result + 1] = dead and 1 or 0
end
settle_all()
return result
`),

  // ids
  bury: relief(`
local result = {}
for i = 3, #ARGV do
  local dead = call('HGET', P .. 'dead', ARGV[i])
  if dead then
    local _, _, _, _, _, _, _, record = cmsgpack.unpack_limit(dead, 7)
    count_letters(string.match(record, '^%d+ %d+ (%d+)'), -1)
    call('HDEL', P .. 'dead', ARGV[i])
    call('ZREM', P .. 'deads', ARGV[i])
  end
  result[i - 2] = dead and 1 or 0
end
settle_all()
return result
`),

  // of each: host, count, now
  grant: relief(`
local result = {}
for i = 3, #ARGV, 3 do
  local h = host(ARGV[i])
  if stands_still(h) then result[#result + 1] = ''
  else
    local fence, at, interval = grant(h, tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]))
    result[#result + 1] = text(fence) .. ' ' .. text(at) .. ' ' .. text(interval)
  end
end
settle_all()
return result
`),

  // after or nothing, limit
  memories: relief(`
local found = call('ZRANGEBYLEX', P .. 'remembered', ARGV[3] ~= '' and '(' .. ARGV[3] or '-', '+', 'LIMIT', 0, ARGV[4])
local result = {}
for i, name in ipairs(found) do result[i] = {name, call('GET', P .. 'm:' .. name)} end
return result
`),

  // 1 or 0, then hosts
  pause: relief(`
local result = {}
for i = 4, #ARGV do
  if ARGV[3] == '1' then result[#result + 1] = call('ZADD', P .. 'paused', 0, ARGV[i])
  else result[#result + 1] = call('ZREM', P .. 'paused', ARGV[i]) end
  touch(host(ARGV[i]))
end
settle_all()
return result
`),

  // after or nothing, limit
  pausedHosts: relief(`
return call('ZRANGEBYLEX', P .. 'paused', ARGV[3] ~= '' and '(' .. ARGV[3] or '-', '+', 'LIMIT', 0, ARGV[4])
`),

  // how many of the deepest lines, now. Looks at 400 hosts at the most, a few milliseconds: all, or the 200 whose lines
  // were longest when they had last grown by 64, the 100 that are next, and 100 at random
  overview: relief(`
local top, waiting = tonumber(ARGV[3]), call('ZCARD', P .. 'hosts')
local looked, met = {}, {}
local function look(names)
  for _, name in ipairs(names) do
    if not met[name] then
      met[name] = true
      looked[#looked + 1] = name
    end
  end
end
if top > 0 and waiting <= 400 then look(call('ZRANGE', P .. 'hosts', 0, -1))
elseif top > 0 then
  look(call('ZREVRANGE', P .. 'deep', 0, 199))
  look(call('ZRANGE', P .. 'due', 0, 99))
  look(call('ZRANDMEMBER', P .. 'hosts', 100))
end
meet_all(looked)
local paused = paused_among(looked)
local lines, oldest = {}, math.huge
local function first(record) if record then oldest = math.min(oldest, tonumber(string.match(record, '^%d+'))) end end
for i, name in ipairs(looked) do
  local h = hosts[name]
  local n = h.r + h.l
  for weight in string.gmatch(h.w, '%d+') do
    local key = P .. 'q:' .. weight .. ':' .. name
    n = n + call('LLEN', key)
    first(call('LINDEX', key, '0'))
  end
  if h.r > 0 then first(call('ZRANGE', P .. 'r:' .. name, 0, 0)[1]) end
  lines[i] = {name, n, paused[name] and 1 or 0}
end
table.sort(lines, function(a, b)
  if a[2] ~= b[2] then return a[2] > b[2] end
  return a[1] < b[1]
end)
for i = #lines, top + 1, -1 do lines[i] = nil end
local oldest_at = ''
if oldest < math.huge then
  oldest_at = ARGV[4]
  for _, one in ipairs(call('LRANGE', P .. 'marks', 0, -1)) do
    local q, at = string.match(one, '^(%d+) (%-?%d+)$')
    if tonumber(q) >= oldest then
      oldest_at = at
      break
    end
  end
end
return {call('HGETALL', P .. 'totals'), lines, oldest_at, waiting, call('ZCARD', P .. 'leases'), call('ZCARD', P .. 'deads'), call('ZCARD', P .. 'paused')}
`),

  // paces in JSON
  pace: relief(`
for _, update in ipairs(cjson.decode(ARGV[3])) do
  local h = host(update.host)
  h.delay = some(update.delayMs) or h.delay
  h.blocked = some(update.notBefore) or h.blocked
  if update.address == cjson.null then h.address = false
  elseif update.address then h.address = update.address end
  if update.memory == cjson.null then
    call('DEL', P .. 'm:' .. update.host)
    call('ZREM', P .. 'remembered', update.host)
  elseif update.memory then
    call('SET', P .. 'm:' .. update.host, update.memory)
    call('ZADD', P .. 'remembered', 0, update.host)
    call('ZREM', P .. 'idle', update.host)
  end
  touch(h)
end
settle_all()
return 1
`),
} as const

export type Step = keyof typeof STEPS

export const scriptsOf = (retention: Retention): Readonly<Record<Step, string>> =>
  Object.fromEntries(
    Object.entries(STEPS).map(([name, { flags, body }]) => [name, flags + retentionLua(retention) + PRELUDE + body]),
  ) as Record<Step, string>
