-- Say that the answer of a turn will come, if the turn is still open to that.
for _, row in pairs(rows()) do
  if row.number == args.number and row.is_open then
    redis.call('DEL', LATE)
    redis.call('HSET', LATE, 'number', args.number, 'expires_at', args.expires_at)
    expire(LATE, args.expires_at)
    return 1
  end
end
return 0
