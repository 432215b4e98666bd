-- Keep the answer that was promised, if it is still awaited.
local found = late()
if found and found[1] == args.number then
  redis.call('HSET', LATE, 'words', args.words)
end
