/**
 * What the schedule on Redis knows of tasks and requests, and for how long: constants, and the Lua that
 * redis-prelude.ts takes in. Every URL that was ever taken is asked for again sooner or later, so this is what fills the
 * memory of a fleet that runs for a year, and it is laid out for that.
 *
 * Tasks are known in generations, each a set of small hashes (buckets) told apart by the first octal digits of a hash of
 * the id. New ids go into the newest; a lookup asks all. The newest is closed when it is full, and the next has eight
 * times its buckets; or when it is old, and the next has what its own number called for. A task that is settled or revived
 * moves into the newest, so it is known by one generation at a time. A generation that was closed long enough ago is
 * dropped, a few buckets a step: tasks that have not ended, and dead letters that still wait for a person, are carried over
 * into the newest, so they keep their place, their one end and their being revivable however long they take. Exact
 * throughout: nothing is ever taken for known that is not.
 *
 * A request of which nothing is pending is forgotten when it has rested as long: its name, its counts and its highest
 * sequence. One with dead letters is not, they bear its name; nor one whose tally is still asked for, as its node does until
 * it has ended: another shard may be busy with it. So only a node that was away for a month can deliver a batch again that
 * nobody knows, and brings a new request of the same name: what of it is still known is refused, the rest is done anew, and
 * the counts from before are gone. To keep sequences for ever would guard that one case and would grow with every request
 * that was ever made.
 */
const DAY_MS = 24 * 3_600_000

export interface Retention {
  /** Octal digits of the first generation's buckets, and the fewest of any; 1 to 9. */
  readonly digits: number
  /** Tasks a bucket, on average, at which a generation is full. */
  readonly perBucket: number
  /** Age at which a generation is closed, in milliseconds. */
  readonly openMs: number
  /** From its closing until it is dropped; and how long a request must rest. */
  readonly keptMs: number
}

/** Not settings: the port promises a month, and the memory follows from it. What exists says its own digits, so these may change. */
export const RETENTION: Retention = {
  // 3 million tasks. A bucket weighs some 105 bytes without them, which is 3 bytes each at a million.
  digits: 5,
  // A bucket is one flat piece of memory up to 512 tasks (`hash-max-listpack-entries`; a server that has it at 128 fits all but
  // one full bucket in a thousand), which is searched from end to end: so it should be no longer than this, some 4 KB.
  perBucket: 96,
  // Half of what it is kept: a task is known for 30 to 45 days, and lookups ask three generations, for a day or so four.
  openMs: 15 * DAY_MS,
  keptMs: 30 * DAY_MS,
}

/** 134 million buckets, 13 billion tasks: more than one Redis holds. A key has ten digits of its hash. */
const MOST_DIGITS = 9

/** A step drops no more than so many tasks or buckets: ten steps a second keep up with 5,000 new tasks a second. */
const MOST_TASKS_A_STEP = 500
const MOST_BUCKETS_A_STEP = 200
const MOST_REQUESTS_A_STEP = 10

/** Stands first in a script. */
export const retentionLua = ({ digits, perBucket, openMs, keptMs }: Retention): string =>
  `local FIRST_DIGITS, PER_BUCKET, OPEN_MS, KEPT_MS = ${digits}, ${perBucket}, ${openMs}, ${keptMs}\n`

/**
 * What a task's bucket is found by: FNV-1a of the id's bytes, its upper 30 bits as ten octal digits. `hash_of` below is the
 * same in Lua, for what is carried over.
 */
export const hashOf = (id: string): string => {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(id)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 2).toString(8).padStart(10, '0')
}

export const KNOWN = `
-- The newest first: number, digits, opened (0 until somebody tells the time). One was closed when the next was opened.
local generations, opened_another
local function generation(number, digits, opened)
  return {number = number, digits = digits, opened = opened, prefix = P .. 's:' .. text(number) .. ':'}
end
local function alive()
  if generations then return generations end
  local found = call('HMGET', P .. 'meta', 'generations', 'known', 'promoted')
  numbers_were.known = tonumber(found[2] or '0')
  numbers.known = numbers_were.known
  if not numbers.promoted then
    numbers_were.promoted = tonumber(found[3] or '0')
    numbers.promoted = numbers_were.promoted
  end
  generations = {}
  for number, digits, opened in string.gmatch(found[1] or '1 ' .. FIRST_DIGITS .. ' 0', '(%d+) (%d+) (%d+)') do
    generations[#generations + 1] = generation(tonumber(number), tonumber(digits), tonumber(opened))
  end
  return generations
end
local function bucket_in(of, hash) return of.prefix .. string.sub(hash, 1, of.digits) end

local function room_of(digits) return PER_BUCKET * 8 ^ digits end
local function open_next(digits, at)
  table.insert(alive(), 1, generation(alive()[1].number + 1, math.min(digits, ${MOST_DIGITS}), at))
  set_number('known', 0)
  opened_another = true
end
-- At the end of a step that may have made something known.
local function open_when_full()
  if not generations then return end
  local digits = generations[1].digits
  if number_of('known') > room_of(digits) then open_next(digits + 1, number_of('promoted')) end
end
local function open_when_old(now)
  for _, one in ipairs(alive()) do
    -- Nobody had told the time, or told it wrong.
    if one.opened == 0 or one.opened > now then
      one.opened = now
      opened_another = true
    end
  end
  if now - alive()[1].opened < OPEN_MS then return end
  local digits = FIRST_DIGITS
  while room_of(digits) < 2 * number_of('known') do digits = digits + 1 end
  open_next(digits, now)
end
local function generations_text()
  local all = {}
  for i, one in ipairs(generations) do all[i] = text(one.number) .. ' ' .. text(one.digits) .. ' ' .. text(one.opened) end
  return table.concat(all, ';')
end

-- Of a task: request, fence it was settled under, '!' when it has ended.
local function read_known(known) return string.match(known, '^(%d+):?(%d*)(!?)$') end
local function seen(hash, id)
  for _, one in ipairs(alive()) do
    local known = call('HGET', bucket_in(one, hash), id)
    if known then return read_known(known) end
  end
end
local function set_seen(hash, id, request, fence, ended)
  local all = alive()
  if call('HSET', bucket_in(all[1], hash), id, request .. ':' .. fence .. (ended and '!' or '')) == 0 then return end
  next_number('known')
  for i = 2, #all do if call('HDEL', bucket_in(all[i], hash), id) == 1 then return end end
end
-- Makes one known, unless it is; then what is known of it.
local function meet_task(hash, id, known)
  local all = alive()
  for i = 2, #all do
    local before = call('HGET', bucket_in(all[i], hash), id)
    if before then return read_known(before) end
  end
  local bucket = bucket_in(all[1], hash)
  if call('HSETNX', bucket, id, known) == 0 then return read_known(call('HGET', bucket, id)) end
  next_number('known')
end

local function hash_of(id)
  local h = 2166136261
  for i = 1, #id do
    h = bit.bxor(h, string.byte(id, i)) % 4294967296
    -- Times 16777619, which a double has no room for.
    h = (h * 403 + h % 256 * 16777216) % 4294967296
  end
  return string.format('%010o', math.floor(h / 4))
end
-- Of a bucket: what has not ended, and what is dead and neither revived nor dropped.
local function carry_over(found, some_dead)
  local ended = {}
  for i = 1, #found, 2 do
    if string.byte(found[i + 1], -1) ~= 33 then meet_task(hash_of(found[i]), found[i], found[i + 1])
    elseif some_dead then ended[#ended + 1] = i end
  end
  local ids = {}
  for nth, i in ipairs(ended) do ids[nth] = found[i] end
  for nth, dead in ipairs(read_many('ZMSCORE', P .. 'deads', ids)) do
    local i = ended[nth]
    if dead then meet_task(hash_of(found[i]), found[i], found[i + 1]) end
  end
end
local function forget_tasks(now)
  local all = alive()
  local oldest = all[#all]
  if #all == 1 or now - all[#all - 1].opened < KEPT_MS then return end
  -- Looked up no more: what is carried over would be found where it was.
  all[#all] = nil
  local bucket, buckets, tasks = number_of('swept'), 0, 0
  local last, some_dead = 8 ^ oldest.digits, call('ZCARD', P .. 'deads') > 0
  while bucket < last and buckets < ${MOST_BUCKETS_A_STEP} and tasks < ${MOST_TASKS_A_STEP} do
    local key = oldest.prefix .. string.format('%0' .. oldest.digits .. 'o', bucket)
    local found = call('HGETALL', key)
    if #found > 0 then
      carry_over(found, some_dead)
      call('DEL', key)
      tasks = tasks + #found / 2
    end
    bucket, buckets = bucket + 1, buckets + 1
  end
  if bucket < last then
    set_number('swept', bucket)
    all[#all + 1] = oldest
  else
    set_number('swept', 0)
    opened_another = true
  end
end

-- Something came, or the last of what was pending has ended.
local function rests(request)
  alive()
  call('ZADD', P .. 'resting', number_of('promoted'), request)
end
-- Somebody wants to know of it; written once a day.
local function is_wanted(request)
  local since = call('ZSCORE', P .. 'resting', request)
  if since and number_of('promoted') - tonumber(since) > ${DAY_MS} then rests(request) end
end
local function is_over(request)
  for _, pending in ipairs(call('HVALS', P .. 'p:' .. request)) do if pending ~= '0' then return false end end
  return true
end
local function forget_requests(now)
  local found = call('ZRANGEBYSCORE', P .. 'resting', '-inf', now - KEPT_MS, 'WITHSCORES', 'LIMIT', 0, ${MOST_REQUESTS_A_STEP})
  for i = 1, #found, 2 do
    local request = found[i]
    -- When its last task ends it rests anew.
    if not is_over(request) then call('ZREM', P .. 'resting', request)
    -- It came before anybody told the time, or its dead letters bear its name.
    elseif found[i + 1] == '0' or (call('HGET', P .. 'letters', request) or '0') ~= '0' then call('ZADD', P .. 'resting', now, request)
    else
      call('HDEL', P .. 'requests', call('HGET', P .. 'names', request))
      for _, key in ipairs({'names', 'sequences', 'letters'}) do call('HDEL', P .. key, request) end
      call('DEL', P .. 'e:' .. request, P .. 'p:' .. request, P .. 'u:' .. request)
      call('ZREM', P .. 'resting', request)
    end
  end
end
`
