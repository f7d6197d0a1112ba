-- What those do to the records of a store who look at them and help them on: the other part of
-- redis.lua, which says what there is.

local function state_of(id)
  return has(dead, id) and 'dead' or has(leases, id) and 'claimed' or 'waiting'
end

function command.count()
  end_leases()
  local oldest = redis.call('ZRANGE', created, 0, 0, 'WITHSCORES')[2]
  return {
    redis.call('ZCARD', all), redis.call('ZCARD', leases), redis.call('ZCARD', dead), oldest or ''
  }
end

-- Answers the states, and the records.
local function seen(ids)
  local states = {}
  for number, id in ipairs(ids) do
    states[number] = state_of(id)
  end
  return {states, rows(ids)}
end

-- State: '' for any.
function command.browse(state, limit, after)
  end_leases()
  local from, found, set = after == '' and '-' or '(' .. after, {}, all
  if state == 'dead' then
    set = dead
  elseif state == 'claimed' then
    set = base .. ':page'
    change('ZADD', set, each(redis.call('ZRANGE', leases, 0, -1), function(id) return 0, id end))
  end
  repeat
    local ids = redis.call('ZRANGEBYLEX', set, from, '+', 'LIMIT', 0, limit)
    for _, id in ipairs(ids) do
      if #found < limit and (state == '' or state == state_of(id)) then
        found[#found + 1] = id
      end
    end
    from = #ids > 0 and '(' .. ids[#ids]
  until #ids < limit or #found == limit
  redis.call('DEL', base .. ':page')
  return seen(found)
end

function command.find(id)
  end_leases()
  return seen(has(all, id) and {id} or {})
end

-- It is due now. One that was dead begins again.
local function hasten(id, was_dead)
  local record = redis.call('HGET', records, id)
  local is, where = opened(record)
  is[DUE], is[ATTEMPTS] = now, was_dead and 0 or is[ATTEMPTS]
  redis.call('HSET', records, id, cmsgpack.pack(is) .. string.sub(record, where + 1))
  redis.call('ZREM', dead, id)
  redis.call('ZADD', created, is[CREATED], id)
  if is[LANE] ~= '' then
    enter(is[LANE], id)
  else
    offer({now, id})
  end
end

local function is_for_later(id)
  local record = not has(leases, id) and redis.call('HGET', records, id)
  return record and opened(record)[DUE] > now
end

function command.retry(ids)
  end_leases()
  local retried = 0
  for _, id in ipairs(ids) do
    local is_dead = has(dead, id)
    if is_dead or is_for_later(id) then
      hasten(id, is_dead)
      retried = retried + 1
    end
  end
  return retried
end

function command.drop(ids)
  end_leases()
  local dropped = 0
  for _, id in ipairs(ids) do
    if has(all, id) and not has(leases, id) then
      forget({id})
      dropped = dropped + 1
    end
  end
  return dropped
end
