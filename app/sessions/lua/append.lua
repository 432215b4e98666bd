-- Close a turn: memory, care, answer and what is owed, all or nothing.
local forgotten = redis.call('GET', FORGOTTEN)
if forgotten and tonumber(forgotten) >= tonumber(args.began_at) then
  return
end

-- What an answer of ours was lost on the way to is brought again: once done, it is not done twice.
if redis.call('HEXISTS', TURNS, args.id) == 1 then
  return
end
put_row(args.id, { number = 0, holder = '', is_open = false, expires_at = args.turns_until })

local kept = live(SESSION, 'persona')
if not kept or kept[2] ~= args.persona then
  redis.call('DEL', SESSION, HISTORY)
end
redis.call('HINCRBY', SESSION, 'turns', 1)
redis.call('HSET', SESSION, 'persona', args.persona, 'expires_at', args.expires_at)
expire(SESSION, args.expires_at)

local care = live(CARE, 'risk_at')
if not care or tonumber(care[2]) <= tonumber(args.risk_at) then
  redis.call('HSET', CARE, 'state', args.care, 'risk_at', args.risk_at, 'expires_at', args.care_until)
  expire(CARE, args.care_until)
end

if args.exchange then
  local number = args.number or next_number()
  if number > tonumber(redis.call('GET', NUMBER) or 0) then -- a server that lost it all counts on from here
    redis.call('SET', NUMBER, number)
    expire(NUMBER, args.numbers_until)
  end
  redis.call('ZADD', HISTORY, number, number .. ':' .. args.exchange)
  redis.call('ZREMRANGEBYRANK', HISTORY, 0, -args.most_exchanges - 1)
end

-- Whom this turn has overtaken nobody waits for again: the worker may be dead.
for turn, row in pairs(rows()) do
  if turn == args.turn and row.holder == args.holder then
    row.is_open, row.answer, row.expires_at = false, args.answer, args.answer_until
    put_row(turn, row)
  elseif row.is_open and (not args.number or row.number < args.number) then
    row.is_open = false
    put_row(turn, row)
  end
end

local owed = args.owed == 'told' and late()
local told = owed and owed[2] and redis.call('ZRANGEBYSCORE', HISTORY, owed[1], owed[1])[1]
if told then
  local exchange = cjson.decode(string.sub(told, string.find(told, ':', 1, true) + 1))
  exchange[2], exchange[3] = owed[2], true
  redis.call('ZREM', HISTORY, told)
  redis.call('ZADD', HISTORY, owed[1], owed[1] .. ':' .. cjson.encode(exchange))
end
if args.owed ~= 'stays' then
  redis.call('DEL', LATE)
end
expire(HISTORY, args.expires_at)
