/**
 * The atomic steps of the schedule on Redis, in Lua. A script is one step: Redis runs nothing else
 * meanwhile, but it also undoes nothing, so a script reads and decides on what it was given and
 * must not fail half-way. Numbers leave Lua as text (`%.17g`): cjson would round them to 14 digits.
 *
 * Keys, all under one prefix with one hash tag:
 * - meta: version, sequence, fence; requests: request → highest batch sequence
 * - task:ID: q sequence, r request, h host, k kind, u url, w weight, p payload, a attempts,
 *   s state (w, l, e), n notBefore, o owner, f fence, t until, d settled, x outcome, y reason, z history
 * - order: all tasks by sequence; leases: leased tasks by until
 * - host:NAME: delay, free, blocked, fresh (waiting tasks whose notBefore is 0), address (the name of
 *   another host), held (put off until then; of an address, the place at the end of its line), memory
 * - remembered: hosts with a memory
 * - hosts: hosts with waiting tasks by the time they become ready
 * - ready:HOST: waiting tasks by (−weight; sequence), less those in delayed
 * - delayed: waiting tasks whose notBefore had not come when last looked, by notBefore
 * - later:HOST: waiting tasks whose notBefore is above 0, by notBefore
 * - tally:REQUEST: kind|outcome|reason → count; pending:REQUEST: kind → count; sums:REQUEST: name → amount
 */
export const LAYOUT_VERSION = 1

const PRELUDE = `
local P = KEYS[1]
local input = cjson.decode(ARGV[1])
local call = redis.call
local floor_ms = tonumber(ARGV[2])
local address_floor_ms = tonumber(ARGV[3])
local dirty = {}

local function text(n) return string.format('%.17g', n) end
local function some(v) if v == nil or v == cjson.null then return nil end return v end
local function member(q, id) return string.format('%016d:', q) .. id end
local function task_key(id) return P .. 'task:' .. id end
local function host_number(host, field) return tonumber(call('HGET', P .. 'host:' .. host, field) or '0') end

local function waits(host, id, q, weight, not_before, promoted)
  dirty[host] = true
  if promoted then call('ZADD', P .. 'ready:' .. host, text(-weight), member(q, id))
  else call('ZADD', P .. 'delayed', text(not_before), id) end
  if not_before > 0 then call('ZADD', P .. 'later:' .. host, text(not_before), id)
  else call('HINCRBY', P .. 'host:' .. host, 'fresh', 1) end
end

local function flush()
  for host in pairs(dirty) do
    local first
    if host_number(host, 'fresh') > 0 then first = 0
    else first = tonumber(call('ZRANGE', P .. 'later:' .. host, 0, 0, 'WITHSCORES')[2]) end
    if first then
      local at = math.max(host_number(host, 'free'), host_number(host, 'blocked'), host_number(host, 'held'), first)
      call('ZADD', P .. 'hosts', text(at), host)
    else call('ZREM', P .. 'hosts', host) end
  end
  dirty = {}
end

local function interval_of(host)
  local least = string.sub(host, 1, 8) == 'address:' and address_floor_ms or floor_ms
  return math.max(least, host_number(host, 'delay'))
end
local function free_at(host) return math.max(host_number(host, 'free'), host_number(host, 'blocked')) end
local function address_of(host) return call('HGET', P .. 'host:' .. host, 'address') or nil end

-- Whether the host must wait for its address, which then gives it a place in line.
local function put_off(host, address, now)
  local free = free_at(address)
  if free <= now then return false end
  if host_number(host, 'held') > 0 then call('HSET', P .. 'host:' .. host, 'held', text(free))
  else
    local at = math.max(free, host_number(address, 'held'))
    call('HSET', P .. 'host:' .. host, 'held', text(at))
    call('HSET', P .. 'host:' .. address, 'held', text(at + interval_of(address)))
  end
  dirty[host] = true
  return true
end

-- One visit or several: fence, not before, interval.
local function grant(host, count, now)
  local interval = interval_of(host)
  local address, of_address = address_of(host), now
  if address then
    of_address = math.max(now, free_at(address))
    call('HSET', P .. 'host:' .. address, 'free', text(of_address + count * interval_of(address)))
  end
  local at = math.max(of_address, free_at(host))
  call('HSET', P .. 'host:' .. host, 'free', text(at + count * interval))
  dirty[host] = true
  return call('HINCRBY', P .. 'meta', 'fence', 1), at, interval
end

local function count_end(request, kind, outcome, reason)
  call('HINCRBY', P .. 'tally:' .. request, kind .. '|' .. outcome .. '|' .. (reason or ''), 1)
end

local function add_sums(request, sums)
  for name, amount in pairs(some(sums) or {}) do
    local key = P .. 'sums:' .. request
    call('HSET', key, name, text(tonumber(call('HGET', key, name) or '0') + amount))
  end
end

local function refusal_of(known_request, state, request)
  if known_request == request or state ~= 'e' then return 'duplicate-url' end
  return 'already-done'
end

local function admit(request, t)
  local key = task_key(t.id)
  local known = call('HMGET', key, 'r', 's')
  if known[1] then
    local reason = refusal_of(known[1], known[2], request)
    if t.kind == 'image' then count_end(request, t.kind, 'refused', reason) end
    return reason
  end
  local q = call('HINCRBY', P .. 'meta', 'sequence', 1)
  call('HSET', key, 'q', q, 'r', request, 'h', t.host, 'k', t.kind, 'u', t.url, 'w', text(t.weight),
    'p', t.payload, 'a', 0, 'n', 0, 's', 'w')
  call('ZADD', P .. 'order', q, t.id)
  local refused = some(t.refused)
  if refused then
    call('HSET', key, 's', 'e', 'x', t.outcome, 'y', refused)
    if t.kind == 'image' then count_end(request, t.kind, t.outcome, refused) end
    return refused
  end
  call('HINCRBY', P .. 'pending:' .. request, t.kind, 1)
  waits(t.host, t.id, q, t.weight, 0, true)
  return 'queued'
end

local function unlease(id)
  call('ZREM', P .. 'leases', id)
  call('HDEL', task_key(id), 'o', 'f', 't')
end

local function give_back(id)
  local t = call('HMGET', task_key(id), 'h', 'q', 'w', 'n')
  unlease(id)
  call('HSET', task_key(id), 's', 'w')
  waits(t[1], id, tonumber(t[2]), tonumber(t[3]), tonumber(t[4]), true)
end

-- 'held' when the lease holds; else what the caller is told.
local function settle(id, fence)
  local t = call('HMGET', task_key(id), 's', 'f', 'd')
  if t[3] and tonumber(t[3]) == fence then return 'done' end
  if t[1] == 'l' and tonumber(t[2]) == fence then return 'held' end
  return 'void'
end

local function finish(id, fence, outcome, reason)
  local key = task_key(id)
  local t = call('HMGET', key, 'r', 'k')
  unlease(id)
  call('HSET', key, 's', 'e', 'd', text(fence), 'x', outcome)
  if reason then call('HSET', key, 'y', reason) end
  call('HINCRBY', P .. 'pending:' .. t[1], t[2], -1)
  count_end(t[1], t[2], outcome, reason)
end

local function row(id)
  return call('HMGET', task_key(id), 'q', 'r', 'h', 'k', 'u', 'w', 'p', 'a', 's', 'n', 'x', 'y', 'z')
end
`

const step = (body: string): string => PRELUDE + body

export const SCRIPTS = {
  open: step(`
call('HSETNX', P .. 'meta', 'version', input.version)
return call('HGET', P .. 'meta', 'version')
`),

  add: step(`
local result = {}
local highest = tonumber(call('HGET', P .. 'requests', input.request) or '0')
if input.sequence <= highest then
  for i, t in ipairs(input.tasks) do
    local known = call('HMGET', task_key(t.id), 'r', 's', 'x', 'y')
    if not known[1] then result[i] = 'duplicate-url'
    elseif known[1] ~= input.request then result[i] = refusal_of(known[1], known[2], input.request)
    elseif known[3] == 'refused' then result[i] = known[4]
    else result[i] = 'queued' end
  end
  return result
end
call('HSET', P .. 'requests', input.request, text(input.sequence))
for i, t in ipairs(input.tasks) do result[i] = admit(input.request, t) end
flush()
return result
`),

  reserve: step(`
local now, per_host = input.now, input.perHost
for _, id in ipairs(call('ZRANGEBYSCORE', P .. 'delayed', '-inf', text(now))) do
  local t = call('HMGET', task_key(id), 'h', 'q', 'w')
  call('ZREM', P .. 'delayed', id)
  call('ZADD', P .. 'ready:' .. t[1], text(-tonumber(t[3])), member(tonumber(t[2]), id))
end
for _, id in ipairs(call('ZRANGEBYSCORE', P .. 'leases', '-inf', text(now))) do give_back(id) end
flush()

local leases, full = {}, 0
for _, visits in pairs(input.busy) do if visits >= per_host then full = full + 1 end end
local looked, page = 0, input.count > 0 and input.count + full or 0
while page > 0 and #leases < input.count and looked < 2000 do
local hosts = call('ZRANGEBYSCORE', P .. 'hosts', '-inf', text(now), 'LIMIT', text(looked), text(page))
for _, host in ipairs(hosts) do
  local room = math.min(per_host - (input.busy[host] or 0), input.count - #leases)
  if room > 0 then
    local address = address_of(host)
    if address and put_off(host, address, now) then room = 0
    else
      call('HSET', P .. 'host:' .. host, 'held', 0)
      if interval_of(host) > 0 or (address and interval_of(address) > 0) then room = 1 end
    end
  end
  local offset = 0
  while room > 0 do
    local found = call('ZRANGE', P .. 'ready:' .. host, offset, offset)[1]
    if not found then break end
    local id = string.sub(found, 18)
    local t = row(id)
    local not_before = tonumber(t[10])
    if not_before > now then offset = offset + 1
    else
      local fence, at, interval = grant(host, 1, now)
      call('ZREM', P .. 'ready:' .. host, found)
      if not_before > 0 then call('ZREM', P .. 'later:' .. host, id)
      else call('HINCRBY', P .. 'host:' .. host, 'fresh', -1) end
      call('HSET', task_key(id), 's', 'l', 'o', input.owner, 'f', fence, 't', text(now + input.leaseMs))
      call('ZADD', P .. 'leases', text(now + input.leaseMs), id)
      leases[#leases + 1] = {id, text(fence), text(at), text(interval), t}
      room = room - 1
    end
  end
end
looked = looked + #hosts
if #hosts < page then break end
end
flush()
local next_at = math.huge
for _, key in ipairs({'hosts', 'leases'}) do
  local first = tonumber(call('ZRANGE', P .. key, 0, 0, 'WITHSCORES')[2])
  if first then next_at = math.min(next_at, first) end
end
return {leases, next_at < math.huge and text(math.max(now, next_at)) or ''}
`),

  renew: step(`
local result = {}
for i, held in ipairs(input.held) do
  local t = call('HMGET', task_key(held.id), 's', 'f', 't')
  if t[1] == 'l' and tonumber(t[2]) == held.fence then
    local till = text(math.max(tonumber(t[3]), input['until']))
    call('HSET', task_key(held.id), 't', till)
    call('ZADD', P .. 'leases', till, held.id)
    result[i] = 1
  else result[i] = 0 end
end
return result
`),

  complete: step(`
local result = {}
for i, done in ipairs(input) do
  local standing = settle(done.id, done.fence)
  if standing == 'held' then
    local request = call('HGET', task_key(done.id), 'r')
    finish(done.id, done.fence, done['end'].outcome, some(done['end'].reason))
    add_sums(request, done['end'].sums)
    for _, t in ipairs(done.spawn) do admit(request, t) end
    standing = 'done'
  end
  result[i] = standing
end
flush()
return result
`),

  fail: step(`
local result = {}
for i, failed in ipairs(input) do
  local standing = settle(failed.id, failed.fence)
  if standing == 'held' then
    local key = task_key(failed.id)
    local t = call('HMGET', key, 'r', 'h', 'q', 'w', 'z')
    if not failed.uncounted then
      call('HINCRBY', key, 'a', 1)
      local history = {}
      for reason in string.gmatch((t[5] or '') .. ',' .. failed.reason, '[^,]+') do history[#history + 1] = reason end
      call('HSET', key, 'z', table.concat(history, ',', math.max(1, #history - failed.keep + 1)))
    end
    local retry_at = some(failed.retryAt)
    if retry_at then
      unlease(failed.id)
      call('HSET', key, 's', 'w', 'd', text(failed.fence), 'n', text(retry_at))
      waits(t[2], failed.id, tonumber(t[3]), tonumber(t[4]), retry_at, false)
    else finish(failed.id, failed.fence, failed.outcome, failed.reason) end
    add_sums(t[1], failed.sums)
    standing = 'done'
  end
  result[i] = standing
end
flush()
return result
`),

  recover: step(`
local kept, count = {}, 0
for _, held in ipairs(input.held) do kept[held.id .. ' ' .. text(held.fence)] = true end
for _, id in ipairs(call('ZRANGE', P .. 'leases', 0, -1)) do
  local t = call('HMGET', task_key(id), 'o', 'f')
  if t[1] == input.owner and not kept[id .. ' ' .. t[2]] then
    give_back(id)
    count = count + 1
  end
end
flush()
return count
`),

  tally: step(`
local result = {}
if input == 'all' then input = call('HKEYS', P .. 'requests') end
for i, request in ipairs(input) do
  result[i] = {
    call('HGETALL', P .. 'tally:' .. request), call('HGETALL', P .. 'pending:' .. request),
    call('HGETALL', P .. 'sums:' .. request), call('HGET', P .. 'requests', request) or '0',
  }
end
return result
`),

  // Sorted ids come as (sequence, id) pairs; without a shortcut the order is walked 200 at a time.
  tasks: step(`
local result, wanted = {}, {waiting = 'w', leased = 'l', ended = 'e'}
local state, ids = wanted[some(input.state) or ''], some(input.ids)
local function take(id)
  local t = row(id)
  if t[1] and tonumber(t[1]) > input.after and (not state or t[9] == state) then result[#result + 1] = {id, t} end
end
if not ids and state == 'l' then ids = call('ZRANGE', P .. 'leases', 0, -1) end
if ids then
  local seen = {}
  for _, id in ipairs(ids) do
    if not seen[id] then take(id) end
    seen[id] = true
  end
  table.sort(result, function(a, b) return tonumber(a[2][1]) < tonumber(b[2][1]) end)
  while #result > input.limit do table.remove(result) end
  return result
end
local after = input.after
while #result < input.limit do
  local some_ids = call('ZRANGEBYSCORE', P .. 'order', '(' .. text(after), '+inf', 'LIMIT', 0, 200)
  for _, id in ipairs(some_ids) do
    if #result < input.limit then take(id) end
  end
  if #some_ids < 200 then break end
  after = tonumber(call('ZSCORE', P .. 'order', some_ids[#some_ids]))
end
return result
`),

  grant: step(`
local result = {}
for i, ask in ipairs(input) do
  local fence, at, interval = grant(ask.host, ask.count, ask.now)
  result[i] = {text(fence), text(at), text(interval)}
end
flush()
return result
`),

  memories: step(`
local after = some(input.after)
local found = call('ZRANGEBYLEX', P .. 'remembered', after and '(' .. after or '-', '+', 'LIMIT', 0, text(input.limit))
local result = {}
for i, host in ipairs(found) do result[i] = {host, call('HGET', P .. 'host:' .. host, 'memory')} end
return result
`),

  pace: step(`
for _, update in ipairs(input) do
  local key = P .. 'host:' .. update.host
  if some(update.delayMs) then call('HSET', key, 'delay', text(update.delayMs)) end
  if some(update.notBefore) then call('HSET', key, 'blocked', text(update.notBefore)) end
  if update.address == cjson.null then call('HDEL', key, 'address')
  elseif update.address then call('HSET', key, 'address', update.address) end
  if update.memory == cjson.null then
    call('HDEL', key, 'memory')
    call('ZREM', P .. 'remembered', update.host)
  elseif update.memory then
    call('HSET', key, 'memory', update.memory)
    call('ZADD', P .. 'remembered', 0, update.host)
  end
  dirty[update.host] = true
end
flush()
return 1
`),
} as const
