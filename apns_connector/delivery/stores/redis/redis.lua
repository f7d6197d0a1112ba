-- All that a store in Redis does, each in one step. KEYS[1]: what the keys of a store begin with.
-- ARGV: what to do; its arguments, a list in msgpack that begins with the time now; then records.
--
-- A record is one text: a list in msgpack of its id, when it was created, its lane, its label, when
-- it is due, its attempts and its reason; behind that its body, which nobody here looks at. Numbers
-- keep all their digits in msgpack and as words of redis.call, but not in '..' and tostring.
--
-- What there is of a store, each key behind KEYS[1]:
--
--   records   hash: id to record
--   all       sorted set of all ids, each with 0: pages in the order of the ids
--   dead      the same of those that are dead
--   created   sorted set of the ids of all others, by when they were created
--   due       sorted set of the ids that can be claimed, by the time from which on
--   leases    sorted set of the ids that are claimed, by the end of the lease
--   receipts  hash: id to the receipt of the claim, for the same ids
--   places    hash: id to the place in its lane, for the ids that have one, dead or not
--   lane:L    sorted set of the ids in lane L that are not dead, by their places
--   number    the last one given out, as place or as receipt
--   woken     stream with one entry, of which claims that wait read that there may be something
--
-- Each command is written to the file of the server: few with many ids each are what makes it fast.
-- The script goes on with looking.lua, and ends with 'return run()'.

local now
local base = KEYS[1]
local records, places, receipts = base .. ':records', base .. ':places', base .. ':receipts'
local all, dead, created = base .. ':all', base .. ':dead', base .. ':created'
local due, leases, woken = base .. ':due', base .. ':leases', base .. ':woken'
local ID, CREATED, LANE, DUE, ATTEMPTS = 1, 2, 3, 5, 6
local offered = false

-- Lua has no room for more arguments than some thousands.
local PORTION = 1000

local function in_portions(words, run)
  for at = 1, #words, PORTION do
    run(unpack(words, at, math.min(at + PORTION - 1, #words)))
  end
end

-- A command that changes something for many; answers how many it was new to.
local function change(what, key, words)
  local changed = 0
  in_portions(words, function(...)
    changed = changed + redis.call(what, key, ...)
  end)
  return changed
end

-- A command that reads something of many; false stands for what is not there.
local function read(what, key, words)
  local found = {}
  in_portions(words, function(...)
    for _, one in ipairs(redis.call(what, key, ...)) do
      found[#found + 1] = one
    end
  end)
  return found
end

-- Two words for each of them.
local function each(them, two_words)
  local words = {}
  for number, one in ipairs(them) do
    words[2 * number - 1], words[2 * number] = two_words(one)
  end
  return words
end

local function has(set, id)
  return redis.call('ZSCORE', set, id) ~= false
end

-- What a record says of itself, and where that ends.
local function opened(record)
  local where, is = cmsgpack.unpack_one(record)
  return is, where
end

local function next_number()
  return redis.call('INCR', base .. ':number')
end

-- Others may claim them.
local function offer(times_and_ids)
  change('ZADD', due, times_and_ids)
  offered = offered or #times_and_ids > 0
end

local function about(id)
  return (opened(redis.call('HGET', records, id)))
end

-- New ones are due at once. Those that wait for another attempt shall not stand behind all of them.
local function due_since(is)
  return math.max(is[DUE], is[CREATED])
end

local function members(lane)
  return base .. ':lane:' .. lane
end

-- The first of a lane can be claimed when it is due, and nobody behind it.
local function arrange(lane)
  local head = redis.call('ZRANGE', members(lane), 0, 1)
  if head[2] then
    redis.call('ZREM', due, head[2])
  end
  if head[1] and not has(leases, head[1]) then
    offer({due_since(about(head[1])), head[1]})
  end
end

-- At the end, or where it was before.
local function enter(lane, id)
  local place = redis.call('HGET', places, id)
  if not place then
    place = next_number()
    redis.call('HSET', places, id, place)
  end
  redis.call('ZADD', members(lane), place, id)
  arrange(lane)
end

-- Lanes go on when all of these have left.
local function leave(ids)
  local left = {}
  for number, place in ipairs(read('HMGET', places, ids)) do
    if place then
      local lane = about(ids[number])[LANE]
      redis.call('ZREM', members(lane), ids[number])
      left[#left + 1] = lane
    end
  end
  for _, lane in ipairs(left) do
    arrange(lane)
  end
end

-- It waits: others may claim it when it is due and when it is its turn.
local function wait(id)
  local is = about(id)
  if is[LANE] ~= '' then
    arrange(is[LANE])
  else
    offer({due_since(is), id})
  end
end

-- Answers how many had a claim.
local function end_claims(ids)
  change('HDEL', receipts, ids)
  return change('ZREM', leases, ids)
end

local function end_leases()
  local ids = redis.call('ZRANGEBYSCORE', leases, '-inf', now)
  end_claims(ids)
  for _, id in ipairs(ids) do
    wait(id)
  end
end

local function forget(ids)
  if end_claims(ids) < #ids then
    change('ZREM', due, ids)
  end
  if change('ZREM', created, ids) < #ids then
    change('ZREM', dead, ids)
  end
  leave(ids)
  change('ZREM', all, ids)
  change('HDEL', records, ids)
  change('HDEL', places, ids)
end

local function bury(id)
  redis.call('ZREM', created, id)
  redis.call('ZADD', dead, 0, id)
  leave({id})
end

-- Records as one text: a list in msgpack, of which each one is two.
local function rows(ids)
  return '\221' .. struct.pack('>I4', 2 * #ids) .. table.concat(read('HMGET', records, ids))
end

-- The records of the call, and what is known of each.
local function given()
  local these = {}
  for number = 3, #ARGV do
    local is = opened(ARGV[number])
    is.record = ARGV[number]
    these[#these + 1] = is
  end
  return these
end

-- The ids that there are already, as a set.
local function known_of(these)
  local ids, known = {}, {}
  for number, is in ipairs(these) do
    ids[number] = is[ID]
  end
  for number, score in ipairs(read('ZMSCORE', all, ids)) do
    known[ids[number]] = score and true
  end
  return known
end

-- Those of them that are not known yet, and so become.
local function new_of(these, first, last, known)
  local new = {}
  for number = first, last do
    local is = these[number]
    if not known[is[ID]] then
      known[is[ID]] = true
      new[#new + 1] = is
    end
  end
  return new
end

local function keep(new)
  local laned, free = {}, {}
  for _, is in ipairs(new) do
    local some = is[LANE] ~= '' and laned or free
    some[#some + 1] = is
  end
  change('HSET', records, each(new, function(is) return is[ID], is.record end))
  change('ZADD', all, each(new, function(is) return 0, is[ID] end))
  change('ZADD', created, each(new, function(is) return is[CREATED], is[ID] end))
  offer(each(free, function(is) return due_since(is), is[ID] end))
  for _, is in ipairs(laned) do
    enter(is[LANE], is[ID])
  end
end

local command = {}

-- Groups of records, by their sizes: all or none of each. Answers the numbers of those that the
-- limit leaves no room for.
function command.put(limit, sizes)
  local these = given()
  local known, room = known_of(these), limit - redis.call('ZCARD', all)
  local kept, refused, last = {}, {}, 0
  for group, size in ipairs(sizes) do
    local new = new_of(these, last + 1, last + size, known)
    local fits = #new <= room or #new == 0
    for _, is in ipairs(new) do
      known[is[ID]] = fits
      kept[#kept + 1] = fits and is or nil
    end
    room = room - (fits and #new or 0)
    refused[#refused + 1] = not fits and group or nil
    last = last + size
  end
  keep(kept)
  return refused
end

-- Answers the records; their receipt; when there may be the next one, or ''; and behind which entry
-- of woken to wait.
function command.claim(limit, lease_end)
  end_leases()
  local ids = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, limit)
  local receipt = #ids > 0 and next_number() or 0
  change('ZREM', due, ids)
  change('ZADD', leases, each(ids, function(id) return lease_end, id end))
  change('HSET', receipts, each(ids, function(id) return id, receipt end))
  local next_due = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2] or ''
  local next_end = redis.call('ZRANGE', leases, 0, 0, 'WITHSCORES')[2] or ''
  local last = redis.call('XREVRANGE', woken, '+', '-', 'COUNT', 1)[1]
  return {rows(ids), receipt, next_due, next_end, last and last[1] or '0-0'}
end

-- Whether that claim is not lost.
local function holds(id, receipt)
  local held = redis.call('HGET', receipts, id)
  return held and tonumber(held) == receipt
end

-- Each claim as id and receipt.
function command.extend(lease_end, claims)
  end_leases()
  for _, claim in ipairs(claims) do
    if holds(unpack(claim)) then
      redis.call('ZADD', leases, lease_end, claim[1])
    end
  end
end

-- The ids of those that are done. Then what became of others, each with its receipt; the records of
-- the call are what these are from now on.
function command.settle(done, others)
  end_leases()
  forget(done)
  for number, is in ipairs(given()) do
    local what, receipt = unpack(others[number])
    local id = is[ID]
    if holds(id, receipt) then
      redis.call('HSET', records, id, is.record)
      end_claims({id})
      if what == 'dead' then
        bury(id)
      else
        wait(id)
      end
    end
  end
end

local function run()
  local arguments = cmsgpack.unpack(ARGV[2])
  now = table.remove(arguments, 1)
  local first_due = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2]
  local answer = command[ARGV[1]](unpack(arguments))
  -- Nobody waits while there was something due.
  if offered and not (first_due and tonumber(first_due) <= now) then
    redis.call('XADD', woken, 'MAXLEN', 1, '*', 'at', now)
  end
  return answer
end
