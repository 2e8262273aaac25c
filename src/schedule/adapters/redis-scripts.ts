/**
 * The atomic steps of the schedule on Redis, in Lua. A script is one step: Redis runs nothing else meanwhile, but it
 * also undoes nothing, so a script reads and decides on what it was given and must not fail half-way. What a step
 * changes of hosts and counters is gathered and written once, at its end: Redis spends its time on calls, and a step
 * of a hundred tasks makes some five calls a task.
 *
 * A waiting task takes what its text takes and some hundred bytes: it lies in its host's list as one record, and is
 * known by a field of a small hash. Keys, all under one prefix with one hash tag:
 * - meta: version, sequence, fence, request (the last numbers given), clock (of the stamps), leader (fence of the
 *   dispatcher that assigned last), promoted (time of the last look), s:WEIGHT (the last stamp given)
 * - requests: name → number; names: number → name; sequences: number → highest batch sequence
 * - s:BUCKET: task id → request[:fence it was last settled under][! when it has ended]
 * - q:WEIGHT:HOST: a host's tasks of one weight that were never leased, in order of arrival: records
 * - parked: id → what came back, with its attempts; r:HOST: of these the ready ones by stamp; d:HOST: those whose
 *   notBefore had not come when last looked, by notBefore. Members are sequence:id
 * - leased: id → lease and record; leases: ids by until; i:OWNER: ids assigned and not collected, with their fence;
 *   inboxes: owners who may have some
 * - dead: id → what failed for good; deads: their ids by sequence
 * - h:HOST: d delay, f free, b blocked, t held (put off until then; of an address, the place at the end of its line),
 *   a address (the name of another host), m memory, w weights that wait, r and l how many in r:HOST and d:HOST
 * - hosts: hosts with waiting tasks by name; due: of these the ones whose time had come when last looked, by the stamp
 *   of their first task; later: the others by the time they become ready; remembered: hosts with a memory
 * - e:REQUEST: kind|outcome|reason → count; p:REQUEST: kind → waiting or leased; u:REQUEST: name → amount
 * A record is (sequence, stamp, request, kind, id, text) in MessagePack; its text is the client's business.
 */
export const LAYOUT_VERSION = 2

/** A host that nobody waits for and that has no memory is forgotten after a week: no block lasts longer than a day. */
const FORGET_HOST_SECONDS = 7 * 24 * 3600

const PRELUDE = `
local P = KEYS[1]
local call = redis.call
local pack, unpack_some = cmsgpack.pack, cmsgpack.unpack_limit
local floor_ms, address_floor_ms = tonumber(ARGV[1]), tonumber(ARGV[2])

-- cjson would round to 14 digits.
local function text(n) return string.format('%.17g', n) end
local function some(v) if v == nil or v == cjson.null or v == false then return nil end return v end
local function member(q, id) return string.format('%016d:', q) .. id end
local function id_of(member) return string.sub(member, 18) end

-- One call for many arguments; Lua's stack bears 8,000.
local function call_many(command, key, args)
  for from = 1, #args, 4000 do
    call(command, key, unpack(args, from, math.min(from + 3999, #args)))
  end
end

local meta = {was = {}, now = {}}
local function number_of(field)
  if not meta.now[field] then
    meta.now[field] = tonumber(call('HGET', P .. 'meta', field) or '0')
    meta.was[field] = meta.now[field]
  end
  return meta.now[field]
end
local function set_number(field, n) number_of(field) meta.now[field] = n end
local function next_number(field) set_number(field, number_of(field) + 1) return meta.now[field] end

local hosts = {}
local function host(name)
  local h = hosts[name]
  if h then return h end
  local v = call('HMGET', P .. 'h:' .. name, 'd', 'f', 'b', 't', 'r', 'l', 'w', 'a')
  h = {name = name, v = v, d = tonumber(v[1] or '0'), f = tonumber(v[2] or '0'), b = tonumber(v[3] or '0'), t = tonumber(v[4] or '0'),
    r = tonumber(v[5] or '0'), l = tonumber(v[6] or '0'), w = v[7] or '', address = v[8] or nil}
  h.waited = h.r > 0 or h.l > 0 or h.w ~= ''
  hosts[name] = h
  return h
end
local function waits(h) return h.r > 0 or h.l > 0 or h.w ~= '' end

local moves = {}
local function move(zset, command, ...)
  local key = command .. ' ' .. zset
  local args = moves[key]
  if not args then args = {} moves[key] = args end
  for _, arg in ipairs({...}) do args[#args + 1] = arg end
end
local function make_moves()
  for key, args in pairs(moves) do
    local command, zset = string.match(key, '^(%S+) (%S+)$')
    call_many(command, P .. zset, args)
  end
  moves = {}
end

local FIELDS = {'d', 'f', 'b', 't', 'r', 'l', 'w'}
-- Writes what has changed of the hosts, and where they stand in line.
local function settle_hosts()
  for name, h in pairs(hosts) do
    if h.dirty then
      local args = {}
      for i, field in ipairs(FIELDS) do
        local value = field == 'w' and h.w or text(h[field])
        if value ~= (h.v[i] or (field == 'w' and '' or '0')) then
          args[#args + 1] = field
          args[#args + 1] = value
          h.v[i] = value
        end
      end
      if #args > 0 then call('HSET', P .. 'h:' .. name, unpack(args)) end
      if waits(h) then
        local at = 0
        if h.r == 0 and h.w == '' then at = tonumber(call('ZRANGE', P .. 'd:' .. name, 0, 0, 'WITHSCORES')[2]) end
        move('later', 'ZADD', text(math.max(h.f, h.b, h.t, at)), name)
        move('due', 'ZREM', name)
        if not h.waited then
          move('hosts', 'ZADD', 0, name)
          call('PERSIST', P .. 'h:' .. name)
        end
        h.waited = true
      else
        if h.waited then
          move('later', 'ZREM', name)
          move('due', 'ZREM', name)
          move('hosts', 'ZREM', name)
        end
        h.waited = false
        if not call('ZSCORE', P .. 'remembered', name) then call('EXPIRE', P .. 'h:' .. name, ${FORGET_HOST_SECONDS}) end
      end
      h.dirty = false
    end
  end
  make_moves()
end

local function without(weights, gone)
  local left = {}
  for weight in string.gmatch(weights, '%d+') do if weight ~= gone then left[#left + 1] = weight end end
  return table.concat(left, ',')
end

-- The host's first task that could be leased: stamp, request, weight of its list or false when it came back.
local function first_of(h)
  local stamp, sequence, request, from
  for weight in string.gmatch(h.w, '%d+') do
    local record = call('LINDEX', P .. 'q:' .. weight .. ':' .. h.name, 0)
    local _, q, at, of = unpack_some(record, 3)
    if not stamp or at < stamp or (at == stamp and q < sequence) then stamp, sequence, request, from = at, q, of, weight end
  end
  if h.r > 0 then
    local found = call('ZRANGE', P .. 'r:' .. h.name, 0, 0, 'WITHSCORES')
    local at, q = tonumber(found[2]), tonumber(string.sub(found[1], 1, 16))
    if not stamp or at < stamp or (at == stamp and q < sequence) then
      local _, _, _, _, _, record = unpack_some(call('HGET', P .. 'parked', id_of(found[1])), 5)
      local _, _, _, of = unpack_some(record, 3)
      stamp, request, from = at, of, false
    end
  end
  return stamp, request, from
end

local function park(h, id, q, stamp, attempts, not_before, history, record)
  call('HSET', P .. 'parked', id, pack(stamp, attempts, not_before, history, record))
  if not_before > 0 then
    call('ZADD', P .. 'd:' .. h.name, text(not_before), member(q, id))
    h.l = h.l + 1
  else
    call('ZADD', P .. 'r:' .. h.name, text(stamp), member(q, id))
    h.r = h.r + 1
  end
  h.dirty = true
end

-- What was delayed and whose time has come is ready.
local function wake(h, now)
  for _, found in ipairs(call('ZRANGEBYSCORE', P .. 'd:' .. h.name, '-inf', text(now))) do
    local _, stamp = unpack_some(call('HGET', P .. 'parked', id_of(found)), 1)
    call('ZADD', P .. 'r:' .. h.name, text(stamp), found)
    call('ZREM', P .. 'd:' .. h.name, found)
    h.r, h.l = h.r + 1, h.l - 1
    h.dirty = true
  end
end

-- A clock that is behind the last one finds what, by it, has not come yet waiting as before. Rare: looks at every host.
local function rewind(now)
  for _, name in ipairs(call('ZRANGE', P .. 'hosts', 0, -1)) do
    local h = host(name)
    for _, found in ipairs(h.r > 0 and call('ZRANGE', P .. 'r:' .. name, 0, -1) or {}) do
      local _, _, _, not_before = unpack_some(call('HGET', P .. 'parked', id_of(found)), 3)
      if not_before > now then
        call('ZREM', P .. 'r:' .. name, found)
        call('ZADD', P .. 'd:' .. name, text(not_before), found)
        h.r, h.l = h.r - 1, h.l + 1
      end
    end
    h.dirty = true
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
    local ready = call('ZRANGEBYSCORE', P .. 'later', '-inf', text(now), 'LIMIT', 0, 1000)
    for _, name in ipairs(ready) do
      local h = host(name)
      if h.l > 0 then
        wake(h, now)
        -- Its place in line is given below.
        call('HSET', P .. 'h:' .. name, 'r', h.r, 'l', h.l)
        h.v[5], h.v[6], h.dirty = text(h.r), text(h.l), false
      end
      h.stamp, h.request = first_of(h)
      move('due', 'ZADD', text(h.stamp), name)
      move('later', 'ZREM', name)
    end
    make_moves()
  until #ready < 1000
end

local function interval_of(h)
  local least = string.sub(h.name, 1, 8) == 'address:' and address_floor_ms or floor_ms
  return math.max(least, h.d)
end
local function is_paced(h) return interval_of(h) > 0 or (h.address and interval_of(host(h.address)) > 0) end

-- Whether the host must wait for its address, which then gives it a place in line.
local function put_off(h, now)
  if not h.address then return false end
  local address = host(h.address)
  local free = math.max(address.f, address.b)
  if free <= now then return false end
  if h.t > 0 then h.t = free
  else
    h.t = math.max(free, address.t)
    address.t = h.t + interval_of(address)
    address.dirty = true
  end
  h.dirty = true
  return true
end

-- Leave for visits: fence, not before, interval.
local function grant(h, count, now)
  local interval, of_address = interval_of(h), now
  if h.address then
    local address = host(h.address)
    of_address = math.max(now, address.f, address.b)
    address.f = of_address + count * interval_of(address)
    address.dirty = true
  end
  local at = math.max(of_address, h.f, h.b)
  h.f = at + count * interval
  h.dirty = true
  return next_number('fence'), at, interval
end

-- The host's first task leaves its line: record, attempts, notBefore, history.
local function pop_first(h)
  local weight = h.w
  if h.r > 0 or string.find(weight, ',', 1, true) then
    local stamp, _, from = first_of(h)
    weight = from
  end
  if weight then
    if weight == '' then return nil end
    local key = P .. 'q:' .. weight .. ':' .. h.name
    local record = call('LPOP', key)
    if call('LLEN', key) == 0 then h.w = without(h.w, weight) end
    return record, 0, 0, ''
  end
  local found = call('ZPOPMIN', P .. 'r:' .. h.name)[1]
  local id = id_of(found)
  local _, _, attempts, not_before, history, record = unpack_some(call('HGET', P .. 'parked', id), 5)
  call('HDEL', P .. 'parked', id)
  h.r = h.r - 1
  return record, attempts, not_before, history
end

local new_leases, new_leased = {}, {}
-- Leases up to count tasks of a host that is ready: appends (id, fence) pairs.
local function take(h, owner, count, lease_ms, now, taken)
  if put_off(h, now) then return 0 end
  if h.t ~= 0 then h.t = 0 h.dirty = true end
  if count > 1 and is_paced(h) then count = 1 end
  local n = 0
  while n < count do
    local record, attempts, not_before, history = pop_first(h)
    if not record then break end
    local _, _, stamp, _, _, id = unpack_some(record, 5)
    if stamp > number_of('clock') then set_number('clock', stamp) end
    local fence, at, interval = grant(h, 1, now)
    new_leased[#new_leased + 1] = id
    new_leased[#new_leased + 1] = pack(fence, at, interval, attempts, not_before, history, owner, h.name, record)
    new_leases[#new_leases + 1] = text(now + lease_ms)
    new_leases[#new_leases + 1] = id
    taken[#taken + 1] = {id, fence}
    n = n + 1
  end
  return n
end
local function is_ready(h, now)
  if math.max(h.f, h.b, h.t) > now then return false end
  if h.l > 0 then wake(h, now) end
  return h.r > 0 or h.w ~= ''
end

local counts = {}
local function count(key, field, by)
  local of = counts[key]
  if not of then of = {} counts[key] = of end
  of[field] = (of[field] or 0) + by
end
local function count_end(request, kind, outcome, reason, by)
  count('e:' .. request, kind .. '|' .. outcome .. '|' .. (reason or ''), by or 1)
end
local function add_sums(request, sums)
  for name, amount in pairs(some(sums) or {}) do
    local key = P .. 'u:' .. request
    call('HSET', key, name, text(tonumber(call('HGET', key, name) or '0') + amount))
  end
end

local function settle_all()
  settle_hosts()
  if #new_leased > 0 then
    call_many('HSET', P .. 'leased', new_leased)
    call_many('ZADD', P .. 'leases', new_leases)
  end
  for key, fields in pairs(counts) do
    for field, by in pairs(fields) do call('HINCRBY', P .. key, field, by) end
  end
  local args = {}
  for field, n in pairs(meta.now) do
    if n ~= meta.was[field] then
      args[#args + 1] = field
      args[#args + 1] = text(n)
    end
  end
  if #args > 0 then call('HSET', P .. 'meta', unpack(args)) end
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
  count('p:' .. request, kind, 1)
  local stamp = math.max(number_of('clock'), number_of('s:' .. weight)) + math.floor(10000 / tonumber(weight) + 0.5)
  set_number('s:' .. weight, stamp)
  local record = pack(q, stamp, tonumber(request), kind, id, rest)
  if call('RPUSH', P .. 'q:' .. weight .. ':' .. name, record) == 1 then
    local h = host(name)
    h.w = h.w == '' and weight or h.w .. ',' .. weight
    h.dirty = true
  end
  return 'queued'
end

local function unlease(id)
  call('HDEL', P .. 'leased', id)
  call('ZREM', P .. 'leases', id)
end
local function give_back(id, lease)
  unlease(id)
  local _, _, _, _, attempts, not_before, history, _, name, record = unpack_some(lease, 9)
  local _, q, stamp = unpack_some(record, 2)
  park(host(name), id, q, stamp, attempts, not_before, history, record)
end
local function expire(now)
  repeat
    local out = call('ZRANGEBYSCORE', P .. 'leases', '-inf', text(now), 'LIMIT', 0, 1000)
    for _, id in ipairs(out) do give_back(id, call('HGET', P .. 'leased', id)) end
  until #out < 1000
end

-- Whether the lease holds; else what the caller is told.
local function standing(id, fence, bucket)
  local lease = call('HGET', P .. 'leased', id)
  if lease then
    local _, held = unpack_some(lease, 1)
    if held == fence then return 'held', lease end
  end
  local _, settled = seen(bucket, id)
  return settled and tonumber(settled) == fence and 'done' or 'void'
end
local function set_seen(bucket, id, request, fence, ended)
  call('HSET', P .. 's:' .. bucket, id, text(request) .. ':' .. text(fence) .. (ended and '!' or ''))
end

local function lease_row(id, lease, till)
  local _, fence, at, interval, attempts, _, _, _, name, record = unpack_some(lease, 9)
  local _, q, _, request, kind, _, rest = unpack_some(record, 6)
  return '[' .. cjson.encode({id, fence, at, interval, attempts, q, kind, name_of(request), name, tonumber(till)}) .. ',' .. rest .. ']'
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

/** The first argument is the host delay's floor, the second that of addresses; what follows is said at each. */
export const SCRIPTS = {
  // version
  open: step(`
local version = call('HGET', P .. 'meta', 'version')
if not version then
  version = ARGV[3]
  call('HSET', P .. 'meta', 'version', version)
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
while page > 0 and #taken < ask.count and looked < 2000 do
  local found = call('ZRANGE', P .. 'due', looked, looked + page - 1)
  for _, name in ipairs(found) do
    local room = math.min(ask.perHost - (ask.busy[name] or 0), ask.count - #taken)
    if room > 0 then take(host(name), ask.owner, room, ask.leaseMs, now, taken) end
  end
  looked = looked + #found
  if #found < page then break end
end
settle_all()
local rows = {}
for i, one in ipairs(taken) do rows[i] = lease_row(one[1], call('HGET', P .. 'leased', one[1]), text(now + ask.leaseMs)) end
return {rows, next_at(now)}
`),

  // limit, now
  due: step(`
local limit, now = tonumber(ARGV[3]), tonumber(ARGV[4])
expire(now)
promote(now)
local rows = {}
if limit > 0 then
  for _, name in ipairs(call('ZRANGE', P .. 'due', 0, limit - 1)) do
    local h = host(name)
    if not h.request then h.stamp, h.request = first_of(h) end
    local n = 1
    if not is_paced(h) then
      n = h.r
      for weight in string.gmatch(h.w, '%d+') do n = n + call('LLEN', P .. 'q:' .. weight .. ':' .. name) end
    end
    rows[#rows + 1] = name
    rows[#rows + 1] = n
    rows[#rows + 1] = name_of(h.request)
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
  for _, one in ipairs(taken) do inbox[#inbox + 1] = text(one[2]) .. ' ' .. one[1] end
  result[#result + 1] = #taken
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
  for _, one in ipairs(found) do
    local fence, id = string.match(one, '^(%d+) (.*)$')
    local lease = call('HGET', P .. 'leased', id)
    if lease then
      local _, held = unpack_some(lease, 1)
      if held == tonumber(fence) then
        rows[#rows + 1] = lease_row(id, lease, call('ZSCORE', P .. 'leases', id))
        left = left - 1
      end
    end
  end
end
return rows
`),

  // until, then of each: id, fence
  renew: relief(`
local result = {}
for i = 4, #ARGV, 2 do
  local lease, kept = call('HGET', P .. 'leased', ARGV[i]), 0
  if lease then
    local _, held = unpack_some(lease, 1)
    if held == tonumber(ARGV[i + 1]) then
      call('ZADD', P .. 'leases', 'GT', ARGV[3], ARGV[i])
      kept = 1
    end
  end
  result[#result + 1] = kept
end
return result
`),

  // of each: id, fence, bucket, outcome, reason or nothing, sums in JSON or nothing, how many it spawns; of each spawned: id, head, text
  complete: relief(`
local result, at = {}, 3
while at <= #ARGV do
  local id, fence, bucket, outcome, reason, sums, spawn = unpack(ARGV, at, at + 6)
  at = at + 7
  local answer, lease = standing(id, tonumber(fence), bucket)
  if answer == 'held' then
    local _, held, _, _, _, _, _, _, _, record = unpack_some(lease, 9)
    local _, q, _, request, kind = unpack_some(record, 4)
    unlease(id)
    set_seen(bucket, id, request, held, true)
    request = text(request)
    count('p:' .. request, kind, -1)
    count_end(request, kind, outcome, reason)
    if sums ~= '' then add_sums(request, cjson.decode(sums)) end
    for i = 0, tonumber(spawn) - 1 do admit(request, ARGV[at + 3 * i], ARGV[at + 3 * i + 1], ARGV[at + 3 * i + 2]) end
    if outcome == 'failed' then
      local _, _, _, _, attempts, not_before, history, _, name = unpack_some(lease, 8)
      call('HSET', P .. 'dead', id, pack(attempts, not_before, history, outcome, reason, name, record))
      call('ZADD', P .. 'deads', q, id)
    end
    answer = 'done'
  end
  at = at + 3 * tonumber(spawn)
  result[#result + 1] = answer
end
settle_all()
return result
`),

  // failures in JSON, with bucket and outcome, and how much of the history is kept
  fail: relief(`
local result = {}
for i, failed in ipairs(cjson.decode(ARGV[3])) do
  local answer, lease = standing(failed.id, failed.fence, failed.bucket)
  if answer == 'held' then
    local _, held, _, _, attempts, not_before, history, _, name, record = unpack_some(lease, 9)
    local _, q, stamp, request, kind = unpack_some(record, 4)
    unlease(failed.id)
    if not failed.uncounted then
      attempts = attempts + 1
      local reasons = {}
      for reason in string.gmatch(history .. ',' .. failed.reason, '[^,]+') do reasons[#reasons + 1] = reason end
      history = table.concat(reasons, ',', math.max(1, #reasons - failed.keep + 1))
    end
    local retry_at = some(failed.retryAt)
    set_seen(failed.bucket, failed.id, request, held, not retry_at)
    if retry_at then park(host(name), failed.id, q, stamp, attempts, retry_at, history, record)
    else
      count('p:' .. text(request), kind, -1)
      count_end(text(request), kind, failed.outcome, failed.reason)
      if failed.outcome == 'failed' then
        call('HSET', P .. 'dead', failed.id, pack(attempts, not_before, history, failed.outcome, failed.reason, name, record))
        call('ZADD', P .. 'deads', q, failed.id)
      end
    end
    add_sums(text(request), failed.sums)
    answer = 'done'
  end
  result[i] = answer
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
  local _, fence, _, _, _, _, _, owner = unpack_some(lease, 7)
  if owner == ARGV[3] and not kept[text(fence) .. ' ' .. id] then
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
  local _, q, _, request, kind, id, rest = unpack_some(record, 6)
  if wanted and not wanted[id] then return end
  rows[#rows + 1] = '[' .. cjson.encode({id, q, kind, name_of(request), name, attempts, state, not_before, history, outcome or '', reason or ''}) .. ',' .. rest .. ']'
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
  local _, _, attempts, not_before, history, record = unpack_some(call('HGET', P .. 'parked', id_of(found)), 5)
  row('waiting', record, attempts, not_before, history, name)
end
while phase ~= 'end' and more() do
  if not ask.states[phase] then
    phase, offset = phase == 'leased' and 'dead' or phase == 'dead' and 'waiting' or 'end', 0
  elseif phase == 'leased' then
    if walk(ids_of('leases'), function(id)
      local _, _, _, _, attempts, not_before, history, _, name, record = unpack_some(call('HGET', P .. 'leased', id), 9)
      row('leased', record, attempts, not_before, history, name)
    end) then phase, offset = 'dead', 0 end
  elseif phase == 'dead' then
    if walk(ids_of('deads'), function(id)
      local _, attempts, not_before, history, outcome, reason, name, record = unpack_some(call('HGET', P .. 'dead', id), 7)
      row('ended', record, attempts, not_before, history, name, outcome, reason)
    end) then phase, offset = 'waiting', 0 end
  else
    if not at_host then
      at_host = call('ZRANGEBYLEX', P .. 'hosts', '-', '+', 'LIMIT', 0, 1)[1]
      offset, line = 0, 1
    end
    if not at_host then phase = 'end' break end
    local name, lines = at_host, {'r', 'd'}
    for weight in string.gmatch(call('HGET', P .. 'h:' .. name, 'w') or '', '%d+') do lines[#lines + 1] = 'q:' .. weight end
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
    local _, _, _, _, outcome, reason, name, record = unpack_some(dead, 7)
    local _, q, stamp, request, kind = unpack_some(record, 4)
    call('HDEL', P .. 'dead', id)
    call('ZREM', P .. 'deads', id)
    local _, settled = seen(bucket, id)
    set_seen(bucket, id, request, tonumber(settled), false)
    count_end(text(request), kind, outcome, reason, -1)
    count('p:' .. text(request), kind, 1)
    park(host(name), id, q, stamp, 0, 0, '', record)
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
for i, name in ipairs(found) do result[i] = {name, call('HGET', P .. 'h:' .. name, 'm')} end
return result
`),

  // paces in JSON
  pace: relief(`
for _, update in ipairs(cjson.decode(ARGV[3])) do
  local h = host(update.host)
  local key = P .. 'h:' .. update.host
  h.d = some(update.delayMs) or h.d
  h.b = some(update.notBefore) or h.b
  if update.address == cjson.null then
    call('HDEL', key, 'a')
    h.address = nil
  elseif update.address then
    call('HSET', key, 'a', update.address)
    h.address = update.address
  end
  if update.memory == cjson.null then
    call('HDEL', key, 'm')
    call('ZREM', P .. 'remembered', update.host)
  elseif update.memory then
    call('HSET', key, 'm', update.memory)
    call('ZADD', P .. 'remembered', 0, update.host)
    call('PERSIST', key)
  end
  h.dirty = true
end
settle_all()
return 1
`),
} as const
