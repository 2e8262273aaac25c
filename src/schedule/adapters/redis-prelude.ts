/**
 * What the steps of the schedule on Redis (redis-scripts.ts, which tells the keys) share, in Lua: hosts and their lines,
 * grants and leases, counters; read once a step, written once at its end. It stands before each of them.
 */
import { MARK_MS, MOST_MARKS } from '../marks.ts'
import { KNOWN } from './redis-known.ts'

/** A host that nobody waits for and that has no memory is forgotten after a week: no block lasts longer than a day. */
const FORGET_HOST_MS = 7 * 24 * 3_600_000

/** More than any fleet gives out in the second or two that a server may forget. */
export const FENCES_A_SECOND = 10_000_000

/** Lines of so many tasks are remembered as deep, and each time that they have grown by so many. */
export const DEEP = 64

/** Of a fleet that nobody has set the pace of. */
export const DEFAULT_DELAY_MS = 500

export const PRELUDE = `
local P = KEYS[1]
local call = redis.call
local floor_ms, address_floor_ms = tonumber(ARGV[1]), tonumber(ARGV[2])
if not floor_ms then
  -- The fleet's: whoever hands out has set it.
  local pace = call('HMGET', P .. 'meta', 'delay', 'addressDelay')
  floor_ms, address_floor_ms = tonumber(pace[1] or ${DEFAULT_DELAY_MS}), tonumber(pace[2] or 0)
end

-- Of a whole number; cjson would round to 14 digits, and Redis would write it as a fraction, which takes it twice as long.
local function text(n) return string.format('%d', n) end
-- Of one that is met again in the same step: times, intervals.
local texts = {}
local function text_again(n)
  local known = texts[n]
  if not known then
    known = text(n)
    texts[n] = known
  end
  return known
end
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
${KNOWN}
-- stamp, how many in r:HOST and d:HOST; and then: request, delay, free, blocked, held, weights, address. Numbers as Lua has
-- them: packing is a tenth of what MessagePack takes.
local LINE = '<dI4I4'
local HOST = LINE .. 'dddddss'
-- dirty: it is to be written. restocked: its first task may be another. waited: it had tasks when it was read.
local hosts, dirty_hosts = {}, {}
local function meet(name, known)
  local h = {name = name, stamp = 0, r = 0, l = 0, request = 0, delay = 0, free = 0, blocked = 0, held = 0, w = '', address = false}
  if known then
    local address
    h.stamp, h.r, h.l, h.request, h.delay, h.free, h.blocked, h.held, h.w, address = struct.unpack(HOST, known)
    h.address = address ~= '' and address
  end
  h.waited = h.r > 0 or h.l > 0 or h.w ~= ''
  hosts[name] = h
  return h
end
local function host(name) return hosts[name] or meet(name, call('HGET', P .. 'h', name)) end
-- Hosts that will be asked for, in one call.
local function meet_all(names)
  local unknown = {}
  for _, name in ipairs(names) do if not hosts[name] then unknown[#unknown + 1] = name end end
  for i, known in ipairs(read_many('HMGET', P .. 'h', unknown)) do meet(unknown[i], known) end
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
    local record = call('LINDEX', P .. 'q:' .. weight .. ':' .. h.name, '0')
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

-- Whether anybody has paused hosts: most steps need ask no more.
local any_paused
local function paused_among(names)
  if any_paused == nil then any_paused = call('EXISTS', P .. 'paused') == 1 end
  local found = {}
  if any_paused then
    for i, score in ipairs(read_many('ZMSCORE', P .. 'paused', names)) do if score then found[names[i]] = true end end
  end
  return found
end
local function stands_still(h) return paused_among({h.name})[h.name] end

local kept, later, not_later, not_due, idle, not_idle, drained = {}, {}, {}, {}, {}, {}, {}
-- Writes what has changed of the hosts, and where they stand in line.
local function settle_hosts()
  local names = {}
  for i, h in ipairs(dirty_hosts) do names[i] = h.name end
  local paused = #names > 0 and paused_among(names)
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
    kept[#kept + 1] = name
    kept[#kept + 1] = struct.pack(HOST, h.stamp, h.r, h.l, h.request, h.delay, h.free, h.blocked, h.held, h.w, h.address or '')
    if waits then
      if paused[name] then not_later[#not_later + 1] = name
      else
        later[#later + 1] = text_again(at)
        later[#later + 1] = name
      end
      not_due[#not_due + 1] = name
      if not h.waited then
        call('ZADD', P .. 'hosts', 0, name)
        not_idle[#not_idle + 1] = name
      end
    else
      if h.waited then
        not_later[#not_later + 1] = name
        not_due[#not_due + 1] = name
        drained[#drained + 1] = name
        call('ZREM', P .. 'hosts', name)
      end
      if not call('ZSCORE', P .. 'remembered', name) then
        idle[#idle + 1] = text(math.max(at, number_of('promoted')) + ${FORGET_HOST_MS})
        idle[#idle + 1] = name
      end
    end
    h.waited, h.dirty, h.restocked = waits, false, false
  end
  dirty_hosts = {}
  call_many('HSET', P .. 'h', kept)
  call_many('ZREM', P .. 'due', not_due)
  call_many('ZADD', P .. 'later', later)
  call_many('ZREM', P .. 'later', not_later)
  call_many('ZADD', P .. 'idle', idle)
  call_many('ZREM', P .. 'idle', not_idle)
  call_many('ZREM', P .. 'deep', drained)
  kept, later, not_later, not_due, idle, not_idle, drained = {}, {}, {}, {}, {}, {}, {}
end

-- Hosts that nobody asked for in a long time; a few a step.
local function forget_hosts(now)
  local names = call('ZRANGEBYSCORE', P .. 'idle', '-inf', now, 'LIMIT', 0, 100)
  call_many('HDEL', P .. 'h', names)
  call_many('ZREM', P .. 'idle', names)
end

local totals = {}
local function total(field, by) totals[field] = (totals[field] or 0) + by end
-- By which the weight and kind of a waiting task are counted: its record's text begins with its weight.
local function depth_of(record)
  local kind, weight = string.match(record, '^%d+ %d+ %d+ (%a+) [^%z]*%z%[(%d+)')
  return 'w:' .. weight .. ':' .. kind
end

-- What has arrived since the last mark had arrived by now (marks.ts).
local function mark(now)
  local q = number_of('sequence')
  local last = call('LINDEX', P .. 'marks', '-1')
  local last_q, at = string.match(last or '', '^(%d+) (%-?%d+)$')
  if q <= tonumber(last_q or '0') then return end
  if at and now - tonumber(at) < ${MARK_MS} then
    call('LSET', P .. 'marks', '-1', text(q) .. ' ' .. at)
  elseif call('RPUSH', P .. 'marks', text(q) .. ' ' .. text(now)) > ${MOST_MARKS} then
    local older = call('LPOP', P .. 'marks', ${MOST_MARKS / 2})
    local left = {}
    for i = #older, 2, -2 do left[#left + 1] = older[i] end
    call('LPUSH', P .. 'marks', unpack(left))
  end
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
  total(depth_of(record), 1)
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
  open_when_old(now)
  forget_hosts(now)
  forget_tasks(now)
  forget_requests(now)
  repeat
    local ready = call('ZRANGEBYSCORE', P .. 'later', '-inf', now, 'LIMIT', 0, 1000)
    local place = {}
    for i, known in ipairs(read_many('HMGET', P .. 'h', ready)) do
      local stamp, _, delayed = struct.unpack(LINE, known)
      if delayed > 0 then wake(host(ready[i]), now) end
      place[2 * i - 1] = stamp
      place[2 * i] = ready[i]
    end
    -- Those woken are written, and stand in line anew; all are due.
    settle_hosts()
    for i, name in ipairs(ready) do place[2 * i - 1] = text(hosts[name] and hosts[name].stamp or place[2 * i - 1]) end
    call_many('ZADD', P .. 'due', place)
    call_many('ZREM', P .. 'later', ready)
  until #ready < 1000
end

local function is_lane(name) return string.sub(name, 1, 5) == 'work:' end
local function interval_of(h)
  local least = is_lane(h.name) and 0 or string.sub(h.name, 1, 8) == 'address:' and address_floor_ms or floor_ms
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

-- The host's first task leaves its line: record, attempts, notBefore, history; nothing when there is none.
local function pop_first(h)
  local weight = h.w
  -- The usual line: one weight, and nothing came back.
  if h.r > 0 or string.find(weight, ',', 1, true) then
    local _, _, from = first_of(h)
    weight = from
  end
  h.restocked = true
  if weight == '' then return nil end
  if weight then return call('LPOP', P .. 'q:' .. weight .. ':' .. h.name), '0', '0', '' end
  local id = id_of(call('ZPOPMIN', P .. 'r:' .. h.name)[1])
  local _, _, attempts, not_before, history, record = cmsgpack.unpack_limit(call('HGET', P .. 'parked', id), 5)
  call('HDEL', P .. 'parked', id)
  h.r = h.r - 1
  return record, text(attempts), text(not_before), history
end

local new_leases, new_leased = {}, {}
-- Leases up to count tasks of a host that is ready: appends id, fence for each.
local function take(h, owner, count, lease_ms, now, taken)
  if put_off(h, now) then return end
  if h.held ~= 0 then h.held = 0 touch(h) end
  if count > 1 and is_paced(h) then count = 1 end
  local clock, until_ = number_of('clock'), text_again(now + lease_ms)
  for _ = 1, count do
    local record, attempts, not_before, history = pop_first(h)
    if not record then break end
    local stamp, request, kind, id, weight = string.match(record, '^%d+ (%d+) (%d+) (%a+) ([^%z]*)%z%[(%d+)')
    total('w:' .. weight .. ':' .. kind, -1)
    clock = math.max(clock, tonumber(stamp))
    local fence, at, interval = grant(h, 1, now)
    fence = text(fence)
    local size = #new_leased
    new_leased[size + 1] = id
    new_leased[size + 2] = fence .. ' ' .. request .. ' ' .. kind .. ' ' .. text_again(at) .. ' ' .. text_again(interval) .. ' ' .. attempts .. ' ' .. not_before .. ' ' ..
      history .. '\\0' .. owner .. '\\0' .. h.name .. '\\0' .. record
    new_leases[size + 1] = until_
    new_leases[size + 2] = id
    size = #taken
    taken[size + 1] = id
    taken[size + 2] = fence
  end
  set_number('clock', clock)
end
local function is_ready(h, now)
  if math.max(h.free, h.blocked, h.held) > now or stands_still(h) then return false end
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
    call('HSET', key, name, string.format('%.17g', tonumber(call('HGET', key, name) or '0') + amount))
  end
end

local function settle_all()
  settle_hosts()
  call_many('HSET', P .. 'leased', new_leased)
  call_many('ZADD', P .. 'leases', new_leases)
  for key, by in pairs(counts) do
    local name, field = string.match(key, '^([^%z]*)%z(.*)$')
    local sort = string.sub(name, 1, 2)
    if call('HINCRBY', P .. name, field, by) == 0 and sort == 'p:' then rests(string.sub(name, 3)) end
    -- The counts of all requests together: p:KIND, and e:KIND|OUTCOME|REASON, where no end is taken back.
    if sort == 'p:' or (sort == 'e:' and by > 0) then total(sort .. field, by) end
  end
  if #new_leased > 0 then total('dispatched', #new_leased / 2) end
  for field, by in pairs(totals) do if by ~= 0 then call('HINCRBY', P .. 'totals', field, by) end end
  open_when_full()
  local args = {}
  if opened_another then args = {'generations', generations_text()} end
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

-- head: kind, weight, hash, reason of a refusal and its outcome, host; in this order, parted by blanks. again: it was
-- brought before, and what became of it is counted.
local function admit(request, id, head, rest, again)
  local kind, weight, hash, refused, outcome, name = string.match(head, '^(%a+) (%d+) (%d+) (%S*) (%S*) (.*)$')
  local known, _, ended = meet_task(hash, id, refused == '' and request or request .. '!')
  if known then
    local reason = (known == request or ended == '') and 'duplicate-url' or 'already-done'
    if kind == 'image' and not again then count_end(request, kind, 'refused', reason) end
    return reason
  end
  local q = next_number('sequence')
  if refused ~= '' then
    if kind == 'image' then count_end(request, kind, outcome, refused) end
    return refused
  end
  count_pending(request, kind, 1)
  total('accepted', 1)
  total('w:' .. weight .. ':' .. kind, 1)
  local share = 's:' .. weight
  local stamp = math.max(number_of('clock'), number_of(share)) + math.floor(10000 / tonumber(weight) + 0.5)
  numbers[share] = stamp
  local length = call('RPUSH', P .. 'q:' .. weight .. ':' .. name, text(q) .. ' ' .. text(stamp) .. ' ' .. request .. ' ' .. kind .. ' ' .. id .. '\\0' .. rest)
  if length % ${DEEP} == 0 then call('ZADD', P .. 'deep', length, name) end
  if length == 1 then
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
local function settled(id, fence, hash)
  local _, last = seen(hash, id)
  return last == fence and 'done' or 'void'
end
local function is_held(lease, fence) return lease and string.match(lease, '^%d+') == fence end

local function count_letters(request, by) count('letters\\0' .. request, by) end
local function bury_later(id, request, q, attempts, not_before, history, outcome, reason, name, record)
  count_letters(request, 1)
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
