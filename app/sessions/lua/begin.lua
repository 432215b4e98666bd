-- Stands before each of the other scripts: the keys of one session, and what they have in common.
-- Every key carries its expiry twice: for Redis, which then deletes it, and as a field, for the caller's clock.
local SESSION, HISTORY, CARE, FORGOTTEN, NUMBER, TURNS, LATE = unpack(KEYS)
local args = cjson.decode(ARGV[1]) -- moments travel as strings: cjson would round them
local now = tonumber(args.now)

local function live(key, ...)
  local found = redis.call('HMGET', key, 'expires_at', ...)
  return found[1] and tonumber(found[1]) > now and found
end

local function expire(key, at)
  redis.call('PEXPIRE', key, math.max(1, math.ceil((tonumber(at) - now) * 1000)))
end

local function rows()
  local found, all = redis.call('HGETALL', TURNS), {}
  for index = 1, #found, 2 do
    local row = cjson.decode(found[index + 1])
    if tonumber(row.expires_at) > now then
      all[found[index]] = row
    else
      redis.call('HDEL', TURNS, found[index])
    end
  end
  return all
end

local function put_row(turn, row)
  redis.call('HSET', TURNS, turn, cjson.encode(row))
  expire(TURNS, args.turns_until)
end

local function next_number()
  local number = redis.call('INCR', NUMBER)
  expire(NUMBER, args.numbers_until)
  return number
end

local function late()
  local found = live(LATE, 'number', 'words')
  return found and { tonumber(found[2]), found[3] }
end

local function session()
  local kept, care = live(SESSION, 'persona', 'turns'), live(CARE, 'state')
  local history = kept and redis.call('ZRANGE', HISTORY, 0, -1) or {}
  return { kept and kept[2], kept and tonumber(kept[3]), history, care and care[2] }
end

