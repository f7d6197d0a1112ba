-- All that a store in Redis does, each in one step. KEYS[1]: what the keys of a store begin with.
-- ARGV: what to do, the time now, and what that needs. Times stay the texts that they were given
-- as: a number of Lua would lose digits on its way to text.
--
-- A record is a hash. Its ticket, sixteen digits by the order of putting and its id, names it where
-- the order matters: due (claimable from that time on), leases (end of each claim), lane:L. By id
-- it is in all and, as the case may be, in dead; the score of these is 0, for pages in the order of
-- the ids. created has those that are not dead. woken is a stream with one entry, of which claims
-- that wait read that there may be something for them.

local base, now = KEYS[1], ARGV[2]
local all, dead, created = base .. ':all', base .. ':dead', base .. ':created'
local due, leases, woken = base .. ':due', base .. ':leases', base .. ':woken'
local first_due = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2]
local offered = false

local function record(id)
  return base .. ':record:' .. id
end

local function lane_of(name)
  return base .. ':lane:' .. name
end

local function id_of(ticket)
  return string.sub(ticket, 17)
end

local function has(set, member)
  return redis.call('ZSCORE', set, member) ~= false
end

local function add(set, id)
  redis.call('ZADD', set, 0, id)
end

-- The first of a lane can be claimed when it is due, and nobody behind it.
local function arrange(name)
  local head = redis.call('ZRANGE', lane_of(name), 0, 1)
  if head[2] then
    redis.call('ZREM', due, head[2])
  end
  if head[1] and not has(leases, head[1]) then
    redis.call('ZADD', due, redis.call('HGET', record(id_of(head[1])), 'due'), head[1])
    offered = true
  end
end

local function enter(name, ticket)
  if name ~= '' then
    add(lane_of(name), ticket)
  end
end

local function leave(name, ticket)
  if name ~= '' then
    redis.call('ZREM', lane_of(name), ticket)
    arrange(name)
  end
end

-- It waits: others may claim it when it is due and when it is its turn.
local function offer(id)
  local is = redis.call('HMGET', record(id), 'ticket', 'lane', 'due')
  if is[2] ~= '' then
    arrange(is[2])
  else
    redis.call('ZADD', due, is[3], is[1])
    offered = true
  end
end

local function end_leases()
  for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now)) do
    redis.call('ZREM', leases, ticket)
    offer(id_of(ticket))
  end
end

-- The ticket of a claim that is not lost.
local function ticket_of(id, receipt)
  local is = redis.call('HMGET', record(id), 'ticket', 'claim')
  return is[1] and is[2] == receipt and has(leases, is[1]) and is[1]
end

local function is_claimed(id)
  local ticket = redis.call('HGET', record(id), 'ticket')
  return ticket and has(leases, ticket)
end

local function forget(id)
  local is = redis.call('HMGET', record(id), 'ticket', 'lane')
  if not is[1] then
    return
  end
  if redis.call('ZREM', leases, is[1]) == 0 then
    redis.call('ZREM', due, is[1])
  end
  if redis.call('ZREM', created, id) == 0 then
    redis.call('ZREM', dead, id)
  end
  redis.call('ZREM', all, id)
  redis.call('DEL', record(id))
  leave(is[2], is[1])
end

local function bury(id, ticket)
  redis.call('ZREM', leases, ticket)
  redis.call('ZREM', created, id)
  add(dead, id)
  leave(redis.call('HGET', record(id), 'lane'), ticket)
end

local function row(id, state)
  local is = redis.call(
    'HMGET', record(id), 'body', 'created', 'lane', 'label', 'due', 'attempts', 'reason', 'claim'
  )
  return {id, state, unpack(is)}
end

local function state_of(id)
  return has(dead, id) and 'dead' or is_claimed(id) and 'claimed' or 'waiting'
end

-- A page of ids from a set.
local function page(set, from, limit)
  return redis.call('ZRANGEBYLEX', set, from, '+', 'LIMIT', 0, limit)
end

local command = {}

-- The limit, then eight for each record. -1: full.
function command.put()
  local new, seen = {}, {}
  for at = 4, #ARGV, 8 do
    local id = ARGV[at]
    if not seen[id] and redis.call('EXISTS', record(id)) == 0 then
      seen[id] = true
      new[#new + 1] = at
    end
  end
  if #new > 0 and redis.call('ZCARD', all) + #new > tonumber(ARGV[3]) then
    return -1
  end
  for _, at in ipairs(new) do
    local id, body, made, lane, label, when, attempts, reason = unpack(ARGV, at, at + 7)
    local ticket = string.format('%016d', redis.call('INCR', base .. ':put')) .. id
    redis.call(
      'HSET', record(id), 'ticket', ticket, 'body', body, 'created', made, 'lane', lane,
      'label', label, 'due', when, 'attempts', attempts, 'reason', reason, 'claim', 0
    )
    add(all, id)
    redis.call('ZADD', created, made, id)
    enter(lane, ticket)
    offer(id)
  end
  return #new
end

-- How many, and when the lease ends. Answers the records; when there may be the next one, or '';
-- and behind which entry of woken to wait.
function command.claim()
  end_leases()
  local found = {}
  local tickets = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, ARGV[3])
  for number, ticket in ipairs(tickets) do
    local id = id_of(ticket)
    redis.call('ZREM', due, ticket)
    redis.call('ZADD', leases, ARGV[4], ticket)
    redis.call('HINCRBY', record(id), 'claim', 1)
    found[number] = row(id, 'claimed')
  end
  local next_due = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2] or ''
  local next_end = redis.call('ZRANGE', leases, 0, 0, 'WITHSCORES')[2] or ''
  local last = redis.call('XREVRANGE', woken, '+', '-', 'COUNT', 1)[1]
  return {found, next_due, next_end, last and last[1] or '0-0'}
end

-- When the lease ends now, then id and receipt of each claim.
function command.extend()
  end_leases()
  for at = 4, #ARGV, 2 do
    local ticket = ticket_of(ARGV[at], ARGV[at + 1])
    if ticket then
      redis.call('ZADD', leases, ARGV[3], ticket)
    end
  end
end

-- Eight for each: what became of it, id, receipt, due, attempts, reason; whether it has another
-- body from now on, and which.
function command.settle()
  end_leases()
  for at = 3, #ARGV, 8 do
    local kind, id, receipt, when, attempts, reason, changed, body = unpack(ARGV, at, at + 7)
    local ticket = kind ~= 'done' and ticket_of(id, receipt)
    if kind == 'done' then
      forget(id)
    elseif ticket then
      redis.call('HSET', record(id), 'due', when, 'attempts', attempts, 'reason', reason)
      if changed == '1' then
        redis.call('HSET', record(id), 'body', body)
      end
      if kind == 'dead' then
        bury(id, ticket)
      else
        redis.call('ZREM', leases, ticket)
        offer(id)
      end
    end
  end
end

function command.count()
  end_leases()
  local oldest = redis.call('ZRANGE', created, 0, 0)[1]
  return {
    redis.call('ZCARD', all), redis.call('ZCARD', leases), redis.call('ZCARD', dead),
    oldest and redis.call('HGET', record(oldest), 'created') or ''
  }
end

-- A state or '', how many, behind which id.
function command.browse()
  end_leases()
  local state, limit, found, set = ARGV[3], tonumber(ARGV[4]), {}, all
  local from = ARGV[5] == '' and '-' or '(' .. ARGV[5]
  if state == 'dead' then
    set = dead
  elseif state == 'claimed' then
    set = base .. ':page'
    for _, ticket in ipairs(redis.call('ZRANGE', leases, 0, -1)) do
      add(set, id_of(ticket))
    end
  end
  repeat
    local ids = page(set, from, limit)
    for _, id in ipairs(ids) do
      local is = state_of(id)
      if #found < limit and (state == '' or state == is) then
        found[#found + 1] = row(id, is)
      end
    end
    from = #ids > 0 and '(' .. ids[#ids]
  until #ids < limit or #found == limit
  redis.call('DEL', base .. ':page')
  return found
end

function command.find()
  end_leases()
  return redis.call('EXISTS', record(ARGV[3])) == 1 and row(ARGV[3], state_of(ARGV[3])) or {}
end

function command.retry()
  end_leases()
  local retried = 0
  for at = 3, #ARGV do
    local id = ARGV[at]
    local is = redis.call('HMGET', record(id), 'ticket', 'lane', 'due', 'created')
    if has(dead, id) then
      redis.call('HSET', record(id), 'due', now, 'attempts', 0)
      redis.call('ZREM', dead, id)
      redis.call('ZADD', created, is[4], id)
      enter(is[2], is[1])
      offer(id)
      retried = retried + 1
    elseif is[1] and not has(leases, is[1]) and tonumber(is[3]) > tonumber(now) then
      redis.call('HSET', record(id), 'due', now)
      offer(id)
      retried = retried + 1
    end
  end
  return retried
end

function command.drop()
  end_leases()
  local dropped = 0
  for at = 3, #ARGV do
    if has(all, ARGV[at]) and not is_claimed(ARGV[at]) then
      forget(ARGV[at])
      dropped = dropped + 1
    end
  end
  return dropped
end

local answer = command[ARGV[1]]()
-- Nobody waits while there was something due.
if offered and not (first_due and tonumber(first_due) <= tonumber(now)) then
  redis.call('XADD', woken, 'MAXLEN', 1, '*', 'at', now)
end
return answer
