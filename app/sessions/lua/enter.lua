-- Give the turn the next number unless it has one, and tell how it stands.
local all = rows()
local row = all[args.turn]
if not row or not (row.is_open or row.answer) then
  row = { number = next_number(), holder = args.holder, is_open = true, expires_at = args.expires_at }
  put_row(args.turn, row)
end
if row.holder ~= args.holder then
  return { row.number, 0, 0, row.answer or false }
end
local is_next = 1
for _, other in pairs(all) do
  if other.number < row.number and other.is_open then
    is_next = 0
  end
end
return { row.number, 1, is_next, false, session(), late() }
