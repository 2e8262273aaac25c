/**
 * The atomic steps of the schedule on Redis, in Lua. A script is one step: Redis runs nothing else meanwhile, but it
 * also undoes nothing, so a script reads and decides on what it was given and must not fail half-way. What a step
 * changes of hosts, leases and counters is gathered and written once, at its end: Redis spends its time on calls and on
 * making strings, so a task's text is never taken apart here, and numbers are handed to calls as numbers.
 *
 * A waiting task takes what its text takes and some hundred bytes: it lies in its host's list as one record, and is
 * known by a field of a small hash. Keys, all under one prefix with one hash tag:
 * - meta: version, delay and addressDelay (floors of the fleet's pace), sequence, fence, request (the last numbers given), clock (of the stamps), leader (fence of the
 *   dispatcher that assigned last), promoted (time of the last look), s:WEIGHT (the last stamp
 *   given), run (of the server), resumed (when it was first asked after it was started again; -1 until then)
 * - requests: name → number; names: number → name; sequences: number → highest batch sequence
 * - s:BUCKET: task id → request[:fence it was last settled under][! when it has ended]
 * - q:WEIGHT:HOST: a host's tasks of one weight that were never leased, in order of arrival: records
 * - parked: id → what came back, with its attempts; r:HOST: of these the ready ones by stamp; d:HOST: those whose
 *   notBefore had not come when last looked, by notBefore. Members are sequence:id
 * - leased: id → lease and record; leases: ids by until; i:OWNER: ids assigned and not collected, with their fence;
 *   inboxes: owners who may have some
 * - dead: id → what failed for good; deads: their ids by sequence
 * - h:HOST, in MessagePack: delay, free, blocked, held (put off until then; of an address, the place at the end of its
 *   line), how many in r:HOST and d:HOST, weights that wait, address (the name of another host), stamp and request of
 *   the first task that is ready; m:HOST: memory
 * - hosts: hosts with waiting tasks by name; due: of these the ones whose time had come when last looked, by the stamp
 *   of their first task; later: the others by the time they become ready; remembered: hosts with a memory
 * - e:REQUEST: kind|outcome|reason → count; p:REQUEST: kind → waiting or leased; u:REQUEST: name → amount
 * A record is "sequence stamp request kind id", NUL, and a text that is the client's business; a lease is "fence request
 * kind at interval attempts notBefore history", NUL, owner, NUL, host, NUL, record.
 */
export const LAYOUT_VERSION = 2

/** A host that nobody waits for and that has no memory is forgotten after a week: no block lasts longer than a day. */
const FORGET_HOST_SECONDS = 7 * 24 * 3600

/** More than any fleet gives out in the second or two that a server may forget. */
const FENCES_A_SECOND = 10_000_000

/** Of a fleet that nobody has set the pace of. */
export const DEFAULT_DELAY_MS = 500

const PRELUDE = `
local P = KEYS[1]
local call = redis.call
local floor_ms, address_floor_ms = tonumber(ARGV[1]), tonumber(ARGV[2])
if not floor_ms then
  -- The fleet's: whoever hands out has set it.
  local pace = call('HMGET', P .. 'meta', 'delay', 'addressDelay')
  floor_ms, address_floor_ms = tonumber(pace[1] or ${DEFAULT_DELAY_MS}), tonumber(pace[2] or 0)
end

-- cjson would round to 14 digits.
local function text(n) return string.format('%.17g', n) end
local function some(v) if v == nil or v == cjson.null or v == false then return nil end return v end
local function member(q, id) return string.format('%016d:', q) .. id end
local function id_of(member) return string.sub(member, 18) end

-- One call for many arguments; Lua's stack bears 8,000.
local function call_many(command, key, args)
  local n = #args
  if n > 0 and n <= 4000 then return call(command, key, unpack(args)) end
  for from = 1, n, 4000 do call(command, key, unpack(args, from, math.min(from + 3999, n))) end
end
local function read_many(command, key, args)
  if #args == 0 then return {} end
  if #args <= 4000 then return call(command, key, unpack(args)) end
  local all = {}
  for from = 1, #args, 4000 do
    for _, one in ipairs(call(command, key, unpack(args, from, math.min(from + 3999, #args)))) do all[#all + 1] = one end
  end
  return all
end

local numbers, numbers_were = {}, {}
local function number_of(field)
  local n = numbers[field]
  if n then return n end
  n = tonumber(call('HGET', P .. 'meta', field) or '0')
  numbers[field], numbers_were[field] = n, n
  return n
end
local function set_number(field, n) number_of(field) numbers[field] = n end
local function next_number(field)
  local n = number_of(field) + 1
  numbers[field] = n
  return n
end

-- dirty: it is to be written. moved: it is to be given its place in line. restocked: its first task may be another.
local hosts, dirty_hosts = {}, {}
local function host(name)
  local h = hosts[name]
  if h then return h end
  local known = call('GET', P .. 'h:' .. name)
  h = {name = name}
  if known then h.delay, h.free, h.blocked, h.held, h.r, h.l, h.w, h.address, h.stamp, h.request = unpack(cmsgpack.unpack(known))
  else h.delay, h.free, h.blocked, h.held, h.r, h.l, h.w, h.address, h.stamp, h.request = 0, 0, 0, 0, 0, 0, '', false, 0, 0 end
  h.waited = h.r > 0 or h.l > 0 or h.w ~= ''
  hosts[name] = h
  return h
end
local function touch(h)
  if not h.dirty then
    h.dirty = true
    dirty_hosts[#dirty_hosts + 1] = h
  end
end

local function without(weights, gone)
  local left = {}
  for weight in string.gmatch(weights, '%d+') do if weight ~= gone then left[#left + 1] = weight end end
  return table.concat(left, ',')
end

-- Of the host's first task that could be leased: stamp, request, and the weight of its list or false when it came back.
-- Weights of which none is left are taken off the host.
local function first_of(h)
  local stamp, sequence, request, from
  for weight in string.gmatch(h.w, '%d+') do
    local record = call('LINDEX', P .. 'q:' .. weight .. ':' .. h.name, 0)
    if record then
      local q, at, of = string.match(record, '^(%d+) (%d+) (%d+)')
      q, at = tonumber(q), tonumber(at)
      if not stamp or at < stamp or (at == stamp and q < sequence) then stamp, sequence, request, from = at, q, tonumber(of), weight end
    else h.w = without(h.w, weight) end
  end
  if h.r > 0 then
    local found = call('ZRANGE', P .. 'r:' .. h.name, 0, 0, 'WITHSCORES')
    local at, q = tonumber(found[2]), tonumber(string.sub(found[1], 1, 16))
    if not stamp or at < stamp or (at == stamp and q < sequence) then
      local _, _, _, _, _, record = cmsgpack.unpack_limit(call('HGET', P .. 'parked', id_of(found[1])), 5)
      stamp, request, from = at, tonumber(string.match(record, '^%d+ %d+ (%d+)')), false
    end
  end
  return stamp, request, from
end

local later, due, not_later, not_due = {}, {}, {}, {}
-- Writes what has changed of the hosts, and where they stand in line.
local function settle_hosts()
  for _, h in ipairs(dirty_hosts) do
    local name = h.name
    if h.restocked then
      h.stamp, h.request = first_of(h)
      if not h.stamp then h.stamp, h.request = 0, 0 end
    end
    local waits = h.r > 0 or h.w ~= ''
    local at = math.max(h.free, h.blocked, h.held)
    if not waits and h.l > 0 then
      waits = true
      at = math.max(at, tonumber(call('ZRANGE', P .. 'd:' .. name, 0, 0, 'WITHSCORES')[2]))
    end
    local packed = cmsgpack.pack({h.delay, h.free, h.blocked, h.held, h.r, h.l, h.w, h.address, h.stamp, h.request})
    if waits then
      call('SET', P .. 'h:' .. name, packed)
      later[#later + 1] = at
      later[#later + 1] = name
      not_due[#not_due + 1] = name
      if not h.waited then call('ZADD', P .. 'hosts', 0, name) end
    else
      if h.waited then
        not_later[#not_later + 1] = name
        not_due[#not_due + 1] = name
        call('ZREM', P .. 'hosts', name)
      end
      if call('ZSCORE', P .. 'remembered', name) then call('SET', P .. 'h:' .. name, packed)
      else call('SET', P .. 'h:' .. name, packed, 'EX', ${FORGET_HOST_SECONDS}) end
    end
    h.waited, h.dirty, h.restocked = waits, false, false
  end
  dirty_hosts = {}
  call_many('ZREM', P .. 'due', not_due)
  call_many('ZADD', P .. 'later', later)
  call_many('ZREM', P .. 'later', not_later)
  later, not_later, not_due = {}, {}, {}
end

local function park(h, id, q, stamp, attempts, not_before, history, record)
  call('HSET', P .. 'parked', id, cmsgpack.pack(stamp, attempts, not_before, history, record))
  if not_before > 0 then
    call('ZADD', P .. 'd:' .. h.name, not_before, member(q, id))
    h.l = h.l + 1
  else
    call('ZADD', P .. 'r:' .. h.name, stamp, member(q, id))
    h.r = h.r + 1
  end
  h.restocked = true
  touch(h)
end

-- What was delayed and whose time has come is ready.
local function wake(h, now)
  for _, found in ipairs(call('ZRANGEBYSCORE', P .. 'd:' .. h.name, '-inf', now)) do
    local _, stamp = cmsgpack.unpack_limit(call('HGET', P .. 'parked', id_of(found)), 1)
    call('ZADD', P .. 'r:' .. h.name, stamp, found)
    call('ZREM', P .. 'd:' .. h.name, found)
    h.r, h.l = h.r + 1, h.l - 1
    h.restocked = true
    touch(h)
  end
end

-- A clock that is behind the last one finds what, by it, has not come yet waiting as before. Rare: looks at every host.
local function rewind(now)
  for _, name in ipairs(call('ZRANGE', P .. 'hosts', 0, -1)) do
    local h = host(name)
    for _, found in ipairs(h.r > 0 and call('ZRANGE', P .. 'r:' .. name, 0, -1) or {}) do
      local _, _, _, not_before = cmsgpack.unpack_limit(call('HGET', P .. 'parked', id_of(found)), 3)
      if not_before > now then
        call('ZREM', P .. 'r:' .. name, found)
        call('ZADD', P .. 'd:' .. name, not_before, found)
        h.r, h.l = h.r - 1, h.l + 1
      end
    end
    h.restocked = true
    touch(h)
  end
  settle_hosts()
end

-- Hosts whose time has come are due.
local function promote(now)
  settle_hosts()
  local promoted = number_of('promoted')
  if now < promoted then rewind(now) end
  set_number('promoted', now)
  repeat
    local ready = call('ZRANGEBYSCORE', P .. 'later', '-inf', now, 'LIMIT', 0, 1000)
    local place = {}
    for i, name in ipairs(ready) do
      local h = host(name)
      if h.l > 0 then wake(h, now) end
    end
    -- Those woken are written, and stand in line anew; all are due.
    settle_hosts()
    for i, name in ipairs(ready) do
      place[2 * i - 1] = hosts[name].stamp
      place[2 * i] = name
    end
    call_many('ZADD', P .. 'due', place)
    call_many('ZREM', P .. 'later', ready)
  until #ready < 1000
end

local function interval_of(h)
  local least = string.sub(h.name, 1, 8) == 'address:' and address_floor_ms or floor_ms
  return math.max(least, h.delay)
end
local function is_paced(h) return interval_of(h) > 0 or (h.address and interval_of(host(h.address)) > 0) end

-- Whether the host must wait for its address, which then gives it a place in line.
local function put_off(h, now)
  if not h.address then return false end
  local address = host(h.address)
  local free = math.max(address.free, address.blocked)
  if free <= now then return false end
  if h.held > 0 then h.held = free
  else
    h.held = math.max(free, address.held)
    address.held = h.held + interval_of(address)
    touch(address)
  end
  touch(h)
  return true
end

-- Leave for visits: fence, not before, interval.
local function grant(h, count, now)
  local interval, of_address = interval_of(h), now
  if h.address then
    local address = host(h.address)
    of_address = math.max(now, address.free, address.blocked)
    address.free = of_address + count * interval_of(address)
    touch(address)
  end
  local at = math.max(of_address, h.free, h.blocked)
  local resumed = number_of('resumed')
  if resumed < 0 then
    resumed = now
    set_number('resumed', now)
  end
  if resumed > 0 then at = math.max(at, resumed + interval) end
  h.free = at + count * interval
  touch(h)
  return next_number('fence'), at, interval
end

-- The host's first task leaves its line: record, attempts, notBefore, history.
local function pop_first(h)
  local weight = h.w
  if h.r > 0 or string.find(weight, ',', 1, true) then
    local _, _, from = first_of(h)
    weight = from
  end
  h.restocked = true
  if weight then
    if weight == '' then return nil end
    return call('LPOP', P .. 'q:' .. weight .. ':' .. h.name), 0, 0, ''
  end
  local found = call('ZPOPMIN', P .. 'r:' .. h.name)[1]
  local id = id_of(found)
  local _, _, attempts, not_before, history, record = cmsgpack.unpack_limit(call('HGET', P .. 'parked', id), 5)
  call('HDEL', P .. 'parked', id)
  h.r = h.r - 1
  return record, attempts, not_before, history
end

local new_leases, new_leased = {}, {}
-- Leases up to count tasks of a host that is ready: appends id, fence for each.
local function take(h, owner, count, lease_ms, now, taken)
  if put_off(h, now) then return 0 end
  if h.held ~= 0 then h.held = 0 touch(h) end
  if count > 1 and is_paced(h) then count = 1 end
  local n, clock = 0, number_of('clock')
  while n < count do
    local record, attempts, not_before, history = pop_first(h)
    if not record then break end
    local stamp, request, kind, id = string.match(record, '^%d+ (%d+) (%d+) (%a+) ([^%z]*)')
    clock = math.max(clock, tonumber(stamp))
    local fence, at, interval = grant(h, 1, now)
    local size = #new_leased
    new_leased[size + 1] = id
    new_leased[size + 2] = fence .. ' ' .. request .. ' ' .. kind .. ' ' .. text(at) .. ' ' .. interval .. ' ' .. attempts .. ' ' .. text(not_before) .. ' ' .. history ..
      '\\0' .. owner .. '\\0' .. h.name .. '\\0' .. record
    new_leases[size + 1] = now + lease_ms
    new_leases[size + 2] = id
    size = #taken
    taken[size + 1] = id
    taken[size + 2] = fence
    n = n + 1
  end
  set_number('clock', clock)
  return n
end
local function is_ready(h, now)
  if math.max(h.free, h.blocked, h.held) > now then return false end
  if h.l > 0 then wake(h, now) end
  return h.r > 0 or h.w ~= ''
end

local counts = {}
local function count(key, by) counts[key] = (counts[key] or 0) + by end
local function count_pending(request, kind, by) count('p:' .. request .. '\\0' .. kind, by) end
local function count_end(request, kind, outcome, reason, by)
  count('e:' .. request .. '\\0' .. kind .. '|' .. outcome .. '|' .. (reason or ''), by or 1)
end
local function add_sums(request, sums)
  for name, amount in pairs(some(sums) or {}) do
    local key = P .. 'u:' .. request
    call('HSET', key, name, text(tonumber(call('HGET', key, name) or '0') + amount))
  end
end

local function settle_all()
  settle_hosts()
  call_many('HSET', P .. 'leased', new_leased)
  call_many('ZADD', P .. 'leases', new_leases)
  for key, by in pairs(counts) do
    local name, field = string.match(key, '^([^%z]*)%z(.*)$')
    call('HINCRBY', P .. name, field, by)
  end
  local args = {}
  for field, n in pairs(numbers) do
    if n ~= numbers_were[field] then
      args[#args + 1] = field
      args[#args + 1] = n
    end
  end
  call_many('HSET', P .. 'meta', args)
end

local names = {}
local function name_of(request)
  if not names[request] then names[request] = call('HGET', P .. 'names', request) end
  return names[request]
end
local function request_of(name)
  local request = call('HGET', P .. 'requests', name)
  if request then return request end
  request = text(next_number('request'))
  call('HSET', P .. 'requests', name, request)
  call('HSET', P .. 'names', request, name)
  return request
end

-- What is known of a task: request, fence it was settled under, '!' when it has ended.
local function seen(bucket, id)
  local known = call('HGET', P .. 's:' .. bucket, id)
  if not known then return nil end
  return string.match(known, '^(%d+):?(%d*)(!?)$')
end
local function set_seen(bucket, id, request, fence, ended)
  call('HSET', P .. 's:' .. bucket, id, request .. ':' .. fence .. (ended and '!' or ''))
end

-- head: kind, weight, bucket, reason of a refusal and its outcome, host; in this order, parted by blanks.
local function admit(request, id, head, rest)
  local kind, weight, bucket, refused, outcome, name = string.match(head, '^(%a+) (%d+) (%d+) (%S*) (%S*) (.*)$')
  if call('HSETNX', P .. 's:' .. bucket, id, refused == '' and request or request .. '!') == 0 then
    local known, _, ended = seen(bucket, id)
    local reason = (known == request or ended == '') and 'duplicate-url' or 'already-done'
    if kind == 'image' then count_end(request, kind, 'refused', reason) end
    return reason
  end
  local q = next_number('sequence')
  if refused ~= '' then
    if kind == 'image' then count_end(request, kind, outcome, refused) end
    return refused
  end
  count_pending(request, kind, 1)
  local share = 's:' .. weight
  local stamp = math.max(number_of('clock'), number_of(share)) + math.floor(10000 / tonumber(weight) + 0.5)
  numbers[share] = stamp
  if call('RPUSH', P .. 'q:' .. weight .. ':' .. name, q .. ' ' .. text(stamp) .. ' ' .. request .. ' ' .. kind .. ' ' .. id .. '\\0' .. rest) == 1 then
    local h = host(name)
    h.w = h.w == '' and weight or h.w .. ',' .. weight
    h.restocked = true
    touch(h)
  end
  return 'queued'
end

local LEASE = '^(%d+) (%d+) (%a+) %d+ %d+ (%d+) (%d+) ([^%z]*)%z([^%z]*)%z([^%z]*)%z(.*)$'
-- Of a lease: fence, request, kind, attempts, notBefore, history, owner, host, record.
local function read_lease(lease)
  local fence, request, kind, attempts, not_before, history, owner, name, record = string.match(lease, LEASE)
  return fence, request, kind, tonumber(attempts), tonumber(not_before), history, owner, name, record
end

local function unlease(id)
  call('HDEL', P .. 'leased', id)
  call('ZREM', P .. 'leases', id)
end
local function give_back(id, lease)
  unlease(id)
  local _, _, _, attempts, not_before, history, _, name, record = read_lease(lease)
  local q, stamp = string.match(record, '^(%d+) (%d+)')
  park(host(name), id, tonumber(q), tonumber(stamp), attempts, not_before, history, record)
end
local function expire(now)
  repeat
    local out = call('ZRANGEBYSCORE', P .. 'leases', '-inf', now, 'LIMIT', 0, 1000)
    for _, id in ipairs(out) do give_back(id, call('HGET', P .. 'leased', id)) end
  until #out < 1000
end

-- Of a lease that does not hold: whether it was settled before.
local function settled(id, fence, bucket)
  local _, last = seen(bucket, id)
  return last == fence and 'done' or 'void'
end
local function is_held(lease, fence) return lease and string.match(lease, '^%d+') == fence end

local function bury_later(id, q, attempts, not_before, history, outcome, reason, name, record)
  call('HSET', P .. 'dead', id, cmsgpack.pack(attempts, not_before, history, outcome, reason, name, record))
  call('ZADD', P .. 'deads', q, id)
end

local function next_at(now)
  if call('ZCARD', P .. 'due') > 0 then return text(now) end
  local first = math.huge
  for _, key in ipairs({'later', 'leases'}) do
    local found = tonumber(call('ZRANGE', P .. key, 0, 0, 'WITHSCORES')[2])
    if found then first = math.min(first, found) end
  end
  return first < math.huge and text(math.max(now, first)) or ''
end
`

const step = (body: string): string => PRELUDE + body
/** A step that ends work, or tells of it: allowed when Redis is out of memory, or nothing could ever be freed. */
const relief = (body: string): string => `#!lua flags=allow-oom\n${PRELUDE}${body}`

/** The first argument is the host delay's floor, or nothing for the fleet's, the second that of addresses; what follows is said at each. */
export const SCRIPTS = {
  // version, the server's run
  open: step(`
local version = call('HGET', P .. 'meta', 'version')
if not version then
  version = ARGV[3]
  call('HSET', P .. 'meta', 'version', version)
end
-- A server that was started again may have lost its last second (appendfsync everysec, and a power cut): no fence that
-- was given out in it may be given again, and no host that was visited in it be visited too soon.
if ARGV[1] ~= '' then call('HSET', P .. 'meta', 'delay', ARGV[1], 'addressDelay', ARGV[2]) end
local run = call('HGET', P .. 'meta', 'run')
if run ~= ARGV[4] then
  if run then call('HSET', P .. 'meta', 'fence', number_of('fence') + ${FENCES_A_SECOND}, 'resumed', -1) end
  call('HSET', P .. 'meta', 'run', ARGV[4])
end
return version
`),

  // request, sequence, then of each task: id, head, text
  add: step(`
local request = request_of(ARGV[3])
local sequence = tonumber(ARGV[4])
if sequence <= tonumber(call('HGET', P .. 'sequences', request) or '0') then
  settle_all()
  return 'repeated'
end
call('HSET', P .. 'sequences', request, ARGV[4])
local answers = {}
for i = 5, #ARGV, 3 do answers[#answers + 1] = admit(request, ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
settle_all()
return table.concat(answers, ' ')
`),

  // the ask, in JSON
  reserve: step(`
local ask = cjson.decode(ARGV[3])
local now = ask.now
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
  rows[i] = text(new_leases[i - 1])
end
return {rows, next_at(now)}
`),

  // limit, now, whether the requests of their first tasks are told
  due: step(`
local limit, now, tells = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1'
expire(now)
promote(now)
local rows = {}
if limit > 0 then
  for _, name in ipairs(call('ZRANGE', P .. 'due', 0, limit - 1)) do
    local n = 1
    if floor_ms == 0 then
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
end
settle_all()
return {rows, next_at(now)}
`),

  // now, leaseMs, fence, then of each assignment: host, owner, count
  assign: step(`
local now, lease_ms = tonumber(ARGV[3]), tonumber(ARGV[4])
if tonumber(ARGV[5]) < number_of('leader') then return false end
set_number('leader', tonumber(ARGV[5]))
promote(now)
local result, inboxes = {}, {}
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

  // of each: id, fence, bucket, outcome, reason or nothing, sums in JSON or nothing, how many it spawns; of each spawned: id, head, text
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
  local id, fence, bucket, outcome, reason, sums, spawn = unpack(ARGV, start, start + 6)
  local lease = not over[id] and leases[i]
  if is_held(lease, fence) then
    over[id] = true
    gone[#gone + 1] = id
    local request, kind = string.match(lease, '^%d+ (%d+) (%a+)')
    set_seen(bucket, id, request, fence, true)
    count_pending(request, kind, -1)
    count_end(request, kind, outcome, reason)
    if sums ~= '' then add_sums(request, cjson.decode(sums)) end
    for from = start + 7, start + 4 + 3 * tonumber(spawn), 3 do admit(request, ARGV[from], ARGV[from + 1], ARGV[from + 2]) end
    if outcome == 'failed' then
      local _, _, _, attempts, not_before, history, _, name, record = read_lease(lease)
      bury_later(id, string.match(record, '^%d+'), attempts, not_before, history, outcome, reason, name, record)
    end
    result[i] = 'done'
  else result[i] = settled(id, fence, bucket) end
end
call_many('HDEL', P .. 'leased', gone)
call_many('ZREM', P .. 'leases', gone)
settle_all()
return result
`),

  // failures in JSON, with bucket and outcome, and how much of the history is kept
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
    set_seen(failed.bucket, failed.id, request, fence, not retry_at)
    if retry_at then park(host(name), failed.id, tonumber(q), tonumber(stamp), attempts, retry_at, history, record)
    else
      count_pending(request, kind, -1)
      count_end(request, kind, failed.outcome, failed.reason)
      if failed.outcome == 'failed' then bury_later(failed.id, q, attempts, not_before, history, failed.outcome, failed.reason, name, record) end
    end
    add_sums(request, failed.sums)
    result[i] = 'done'
  else result[i] = settled(failed.id, fence, failed.bucket) end
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
if wanted == 'all' then wanted = call('HKEYS', P .. 'requests') end
for i, name in ipairs(wanted) do
  local request = call('HGET', P .. 'requests', name) or ''
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

  // of each: id, bucket
  revive: step(`
local result = {}
for i = 3, #ARGV, 2 do
  local id, bucket = ARGV[i], ARGV[i + 1]
  local dead = call('HGET', P .. 'dead', id)
  if dead then
    local _, _, _, _, outcome, reason, name, record = cmsgpack.unpack_limit(dead, 7)
    local q, stamp, request, kind = string.match(record, '^(%d+) (%d+) (%d+) (%a+)')
    call('HDEL', P .. 'dead', id)
    call('ZREM', P .. 'deads', id)
    local _, last = seen(bucket, id)
    set_seen(bucket, id, request, last, false)
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
  result[i - 2] = call('HDEL', P .. 'dead', ARGV[i])
  call('ZREM', P .. 'deads', ARGV[i])
end
return result
`),

  // of each: host, count, now
  grant: relief(`
local result = {}
for i = 3, #ARGV, 3 do
  local fence, at, interval = grant(host(ARGV[i]), tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]))
  result[#result + 1] = text(fence) .. ' ' .. text(at) .. ' ' .. text(interval)
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
  end
  touch(h)
end
settle_all()
return 1
`),
} as const
