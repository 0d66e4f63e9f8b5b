-- One exchange of a node with its fleet: records the node's report, and returns the view that follows from it.
-- The rules are those of InMemoryFleetStore; a test compares the two step by step.
--
-- KEYS  1 nodes (sorted set: node -> live until)     2 fleet (hash: node -> number of its last report, and the clock)
--       3 commands (hash: what a part of a command is for -> "number given-at taken-at
--       content", the mark "number taken-at began-at": of the latest command, and when the numbers began; and
--       ":at number" -> taken-at, of the last numbers)
--       then one key per limit (hash of rows by node), then four keys per circuit (a hash of rows by node; sorted sets
--       of nodes by time: votes, voters, broken), then the same four keys per command that resets a circuit
-- ARGV  1 node   2 number   3 leaving   4 interval   5 lease   6 expected nodes   7 last command   8 limits   9 circuits
--       10 when the report was made, in the fleet's time; 0 if its node does not know it   11 when the last command
--       was taken
--       then one argument per limit    "limit wants allowance has in-use"
--       then one argument per circuit  "quorum? quorum state called vote due opening"
--       then three arguments per part of a command: what it is for; "age further? reset?", further if it belongs to the
--       command of the part before; and its content, which this script does not interpret
-- Reply 1 number   2 the time of the fleet   3 live nodes, separated by spaces   4 the mark "number taken-at", and "lost?"
--       then one line per limit    "limit grant granted nodes"
--       then one line per circuit  "votes voters voted-elsewhere open trial opening-votes voted-at"
--       then one line per part of a command  "number age content"
--
-- Numbers are whole, times are milliseconds, and what is stored is text: cjson would write 1000000000000 as 1e+12.
-- Names are escaped by the caller, so that none contains a space or begins with a colon.

local NODES, FLEET, COMMANDS = KEYS[1], KEYS[2], KEYS[3]
local COMMANDS_KEPT = 7 * 24 * 3600 * 1000
local NUMBERS_KEPT = 1000
local CALLED_RECENTLY = 10 * 1000
local KEYS_OUTLIVE_ROWS = 60 * 1000 -- to expire only cleans up: what is in a key ends by the times that are in it

local call = redis.call
local node = ARGV[1]
local number, leaving, interval, lease = tonumber(ARGV[2]), ARGV[3] == '1', tonumber(ARGV[4]), tonumber(ARGV[5])
local expectedNodes, lastCommand, lastTakenAt = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[11])
local limits, circuits, sentAt = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local FIRST = 12 -- the first argument of a limit
local lost = 0 -- whether the node knows commands that are lost
local appliedCommand = lastCommand -- the resets up to this one are known to be applied

local function int(value)
  return string.format('%d', value)
end

local function line(values)
  return string.format(string.sub(string.rep('%d ', #values), 1, -2), unpack(values))
end

local function numbers(text)
  local found = {}
  for digits in string.gmatch(text, '%d+') do
    found[#found + 1] = tonumber(digits)
  end
  return found
end

-- The time of the fleet: the server's, but it never goes back, not even after a failover to a server that is behind.
local clock = call('TIME')
local lastTime, offset, liveUntil = unpack(numbers(call('HGET', FLEET, ':clock') or '0 0 0'))
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000) + offset
if now < lastTime then
  offset = offset + lastTime - now
  now = lastTime
end

-- How long the report has waited for its execution, behind a server that did not answer: what it says of time is that
-- much older.
local waited = sentAt > 0 and math.max(0, now - sentAt) or 0

-- Nodes: which are live, and whether this report is older than the last one of its node. The first write is one that a
-- server without memory denies: after any other write, it would let the script go on.
local dead = call('ZRANGEBYSCORE', NODES, '-inf', int(now))
local lastNumber = tonumber(call('HGET', FLEET, node) or '0')
for _, name in ipairs(dead) do
  lastNumber = name == node and 0 or lastNumber
end
local current = number > lastNumber
liveUntil = current and math.max(liveUntil, now + lease) or liveUntil
call('HSET', FLEET, ':clock', line({now, offset, liveUntil}))
for _, name in ipairs(dead) do
  call('HDEL', FLEET, name)
  call('ZREM', NODES, name)
end
if current then
  if leaving then
    call('HDEL', FLEET, node)
    call('ZREM', NODES, node)
  else
    call('HSET', FLEET, node, int(number))
    call('ZADD', NODES, int(now + lease), node)
  end
  call('PEXPIRE', FLEET, int(liveUntil - now + KEYS_OUTLIVE_ROWS))
  call('PEXPIRE', NODES, int(liveUntil - now + KEYS_OUTLIVE_ROWS))
end

---------------------------------------------------------------------------------------------------------------- limits

-- What a node may be using: what was granted counts although its reply may be lost, what the node has counts until it
-- reports that it has less.
local function counted(row)
  return math.max(row.has, row.grant, row.inUse)
end

local function readRow(text)
  local row = {}
  row.number, row.liveUntil, row.limit, row.wants, row.allowance, row.has, row.inUse, row.share, row.grant, row.since,
    row.left = unpack(numbers(text))
  return row
end

local function rowText(row)
  return line({
    row.number, row.liveUntil, row.limit, row.wants, row.allowance, row.has, row.inUse, row.share, row.grant, row.since,
    row.left})
end

local function waits(row)
  return row.grant == 0 and row.wants > 0
end

-- The smaller, the sooner it gets one of too few units: first who has just got one, then who waits.
local function rank(row)
  if waits(row) then
    return 1 + row.since
  end
  return row.grant > 0 and now - row.since < 3 * interval and 0 or 1e15 - row.since
end

-- The operator < compares strings by the server's locale.
local function precedes(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then
      return x < y
    end
  end
  return #a < #b
end

-- Divides max-min fairly: who asks for no more than an equal part gets what it asks for, and the others divide the
-- rest equally, the first ones by rank with one more. Returns the parts and what is left.
local function fill(left, asked, rows)
  local smallestFirst, part, lacking = {}, {}, {}
  for i = 1, #asked do
    smallestFirst[i] = i
  end
  table.sort(smallestFirst, function(a, b) return asked[a] < asked[b] end)
  local open = #asked
  for _, i in ipairs(smallestFirst) do
    if asked[i] > math.floor(left / open) then
      break
    end
    part[i] = asked[i]
    left = left - asked[i]
    open = open - 1
  end
  if open > 0 then
    local equal, more = math.floor(left / open), left % open
    for i = 1, #asked do
      if not part[i] then
        lacking[#lacking + 1] = i
      end
    end
    table.sort(lacking, function(a, b)
      return rows[a].rank < rows[b].rank or rows[a].rank == rows[b].rank and a < b
    end)
    for _, i in ipairs(lacking) do
      part[i] = equal + (more > 0 and 1 or 0)
      more = more - 1
    end
    left = 0
  end
  return part, left
end

-- Sets the shares of all rows, of which the one that wants most comes first. Returns what is free.
local function computeShares(rows, limit)
  table.sort(rows, function(a, b)
    return a.wants > b.wants or a.wants == b.wants and precedes(a.node, b.node)
  end)
  -- A tenth is spread evenly, so that an idle node's first call passes; of its remainder only idle nodes get a unit.
  local even, more, left, asked = math.floor(math.floor(limit / 10) / #rows), math.floor(limit / 10) % #rows, limit, {}
  for i, row in ipairs(rows) do
    row.rank = rank(row)
    row.share = math.min(even + (i > #rows - more and row.wants <= even and 1 or 0), row.wants + row.allowance)
    left = left - row.share
    asked[i] = math.max(0, row.wants - row.share)
  end
  local demand
  demand, left = fill(left, asked, rows)
  for i, row in ipairs(rows) do
    asked[i] = math.max(0, row.allowance - math.max(0, row.share - row.wants))
  end
  local allowance
  allowance, left = fill(left, asked, rows)
  local spare = math.floor(math.floor(left / 2) / #rows) -- so that a burst of an idle node passes
  for i, row in ipairs(rows) do
    row.share = row.share + demand[i] + allowance[i] + spare
  end
  return left - spare * #rows
end

-- Drops the rows that are over, and computes the shares of the nodes that have not left. Returns what is counted for
-- the other rows, and the number of rows.
local function compute(key, state, own)
  own.node = node
  local rows, others, left = {own}, 0, 0
  state.limit, state.computedAt, state.risen = own.limit, now, 0
  local stored = call('HGETALL', key)
  for i = 1, #stored, 2 do
    local name = stored[i]
    if name ~= ':limit' and name ~= node then
      local row = readRow(stored[i + 1])
      if row.liveUntil <= now then
        call('HDEL', key, name)
      elseif row.left == 1 then
        left = left + 1
        others = others + counted(row)
      else
        row.node, row.former = name, row.share
        rows[#rows + 1] = row
        state.limit = math.min(state.limit, row.limit)
        others = others + counted(row)
      end
    end
  end
  state.free = computeShares(rows, state.limit)
  for _, row in ipairs(rows) do
    if row.former and row.former ~= row.share then
      call('HSET', key, row.node, rowText(row))
    end
  end
  return others, #rows + left
end

local function limitText(state)
  return line({state.epoch, state.computedAt, state.limit, state.free, state.granted, state.keyUntil, state.risen})
end

-- A demand that has risen by half is worth a computation before the interval is over.
local function isDue(state)
  return now - state.computedAt >= (state.risen == 1 and math.floor(interval / 4) or interval)
end

local function exchangeLimit(key, report)
  local limit, wants, allowance, has, inUse = unpack(numbers(report))
  local stored = call('HMGET', key, ':limit', node)
  local state, row = nil, stored[2] and readRow(stored[2])
  if stored[1] then
    state = {}
    state.epoch, state.computedAt, state.limit, state.free, state.granted, state.keyUntil, state.risen =
      unpack(numbers(stored[1]))
  end
  if not state or state.keyUntil <= now then
    if leaving then
      return line({limit, 0, 0, 0})
    end
    call('DEL', key)
    state, row = {epoch = now, keyUntil = 0, granted = 0}, nil
  end
  if row and number <= row.number then -- doubled or overtaken by a later report
    return line({state.limit, row.grant, state.granted, call('HLEN', key) - 1})
  end
  local others = state.granted - (row and counted(row) or 0)
  if leaving then
    state.free = state.free + (row and row.share or 0)
    state.granted = others + inUse
    if inUse > 0 then -- these calls count until a later report has fewer, or for a lease
      state.keyUntil = math.max(state.keyUntil, now + 2 * lease)
      call('HSET', key, node, rowText({
        number = number, liveUntil = now + lease, limit = limit, wants = 0, allowance = 0, has = 0, inUse = inUse,
        share = 0, grant = 0, since = now, left = 1}))
      call('PEXPIRE', key, int(state.keyUntil - now + KEYS_OUTLIVE_ROWS))
    elseif row then
      call('HDEL', key, node)
    end
    call('HSET', key, ':limit', limitText(state))
    return line({state.limit, 0, state.granted, call('HLEN', key) - 1})
  end

  local computes = not row or row.left == 1 or row.limit ~= limit or isDue(state)
  local first = not row and number == 1 -- it waits for its first view
  row = row or {share = 0, grant = 0, wants = 0, since = now}
  local hadSome, waited, wanted = row.grant > 0, waits(row), row.wants
  row.number, row.liveUntil, row.limit, row.wants, row.allowance = number, now + lease, limit, wants, allowance
  row.has, row.inUse, row.left = first and 0 or has, inUse, 0
  local rows
  if computes then
    others, rows = compute(key, state, row)
  else
    rows = call('HLEN', key) - 1
    local taken = math.max(0, math.min(wants - row.share, state.free)) -- what is free is had at once
    row.share, state.free = row.share + taken, state.free - taken
    if wants > row.share and 2 * wants >= 3 * wanted then
      state.risen = 1
      if isDue(state) then
        others, rows = compute(key, state, row)
      end
    end
  end
  row.grant = math.max(0, math.min(row.share, state.limit - others))
  local age = now - state.epoch -- a young key does not know yet what was granted before the data were lost
  if age < 2 * interval then
    row.grant = math.min(row.grant, has)
  elseif age < lease then
    row.grant = math.min(row.grant, math.max(has, math.floor(state.limit / math.max(rows, expectedNodes))))
  end
  if hadSome ~= (row.grant > 0) or waited ~= waits(row) then
    row.since = now
  end
  state.granted = others + counted(row)
  state.keyUntil = math.max(state.keyUntil, now + 2 * lease)
  call('HSET', key, ':limit', limitText(state), node, rowText(row))
  call('PEXPIRE', key, int(state.keyUntil - now + KEYS_OUTLIVE_ROWS))
  return line({state.limit, row.grant, state.granted, rows})
end

-------------------------------------------------------------------------------------------------------------- circuits

local CLOSED, OPEN = 0, 1

-- The rows of a circuit are counted by sorted sets, whose scores are the times until which a row counts.
local function count(set)
  return call('ZCOUNT', set, '(' .. int(now), '+inf')
end

local function setUntil(circuit, set, name, time)
  if time > now then
    call('ZADD', set, int(time), name)
    call('PEXPIRE', set, int(circuit.keyUntil - now + KEYS_OUTLIVE_ROWS))
  else
    call('ZREM', set, name)
  end
end

local function readCircuitRow(text)
  local row = {}
  row.number, row.liveUntil, row.calledUntil, row.opening, row.voided, row.counted = unpack(numbers(text))
  return row
end

local function circuitRowText(row)
  return line({row.number, row.liveUntil, row.calledUntil, row.opening, row.voided, row.counted})
end

local function readCircuit(key, text)
  local holder = string.match(text, '[^ ]*$') -- empty if nobody holds the trials
  local circuit = {key = key, holder = holder}
  circuit.open, circuit.lentAt, circuit.sweptAt, circuit.keyUntil, circuit.reset, circuit.resetAt, circuit.openVotes,
    circuit.votedAt = unpack(numbers(string.sub(text, 1, -1 - #holder)))
  return circuit
end

local function circuitText(circuit)
  return line({
    circuit.open, circuit.lentAt, circuit.sweptAt, circuit.keyUntil, circuit.reset, circuit.resetAt, circuit.openVotes,
    circuit.votedAt
  }) .. ' ' .. circuit.holder
end

-- A circuit that is not known, or not any more.
local function newCircuit(key, votes, voters, broken)
  call('DEL', key, votes, voters, broken)
  return {
    key = key, open = 0, lentAt = 0, sweptAt = now, keyUntil = 0, reset = 0, resetAt = 0, openVotes = 0, votedAt = 0,
    holder = ''}
end

local function writeCircuit(circuit)
  call('HSET', circuit.key, ':circuit', circuitText(circuit))
  call('PEXPIRE', circuit.key, int(circuit.keyUntil - now + KEYS_OUTLIVE_ROWS))
end

-- Calls a function with all rows that are not over, and drops those that are.
local function sweep(circuit, each)
  local stored = call('HGETALL', circuit.key)
  for i = 1, #stored, 2 do
    if stored[i] ~= ':circuit' then
      local row = readCircuitRow(stored[i + 1])
      if row.liveUntil <= now then
        call('HDEL', circuit.key, stored[i])
      elseif each then
        each(stored[i], row)
      end
    end
  end
  for _, set in ipairs({circuit.votes, circuit.voters, circuit.broken}) do
    call('ZREMRANGEBYSCORE', set, '-inf', int(now))
  end
  circuit.sweptAt = now
end

-- A trial or an operator has closed the circuit: the votes for this opening and for former ones are void.
local function voidVotes(circuit)
  call('DEL', circuit.votes)
  sweep(circuit, function(name, row)
    row.voided = row.opening
    call('HSET', circuit.key, name, circuitRowText(row))
    setUntil(circuit, circuit.voters, name, math.min(row.calledUntil, row.liveUntil))
  end)
end

-- The holder of the trials reports. Returns whether they are taken back because it made none.
local function endsTrials(circuit, nodeState, due)
  if nodeState == CLOSED then
    circuit.open, circuit.holder = 0, ''
    voidVotes(circuit)
  elseif nodeState == OPEN and not due then
    circuit.holder = ''
  elseif nodeState == OPEN and now - circuit.lentAt >= 2 * interval then
    circuit.holder = ''
    return true
  end
  return false
end

local function requireHolder(circuit)
  if circuit.holder ~= '' and circuit.holder ~= node then
    local text = call('HGET', circuit.key, circuit.holder)
    if not text or readCircuitRow(text).liveUntil <= now then
      circuit.holder = ''
    end
  end
end

-- Opens or closes the circuit of the fleet.
local function decide(circuit, quorumMode, quorum)
  local votes = count(circuit.votes)
  if circuit.open == 1 then
    if votes == 0 and count(circuit.broken) == 0 then
      circuit.open, circuit.holder = 0, ''
    end
  elseif quorumMode and votes >= 2 and votes >= math.ceil(quorum * count(circuit.voters) / 1000) then
    circuit.open, circuit.holder, circuit.lentAt, circuit.openVotes = 1, '', 0, votes
  end
end

local function circuitView(circuit, quorumMode)
  local votes = count(circuit.votes)
  local own = votes > 0 and tonumber(call('ZSCORE', circuit.votes, node) or '0') > now and 1 or 0
  return line({
    votes, count(circuit.voters), votes > own and 1 or 0, quorumMode and circuit.open or 0,
    circuit.open == 1 and circuit.holder == node and 1 or 0, circuit.open == 1 and circuit.openVotes or 0,
    circuit.votedAt})
end

-- A process that was killed votes no longer when it has started again, under its name with another number: the votes of
-- nodes of that name are void until they report again.
local function voidVotesOfNamesakes(circuit)
  local name = string.sub(node, 1, -18)
  for _, other in ipairs(name == '' and {} or call('ZRANGEBYSCORE', circuit.votes, '-inf', '+inf')) do
    local text = other ~= node and string.sub(other, 1, -18) == name and call('HGET', circuit.key, other)
    if text then
      local row = readCircuitRow(text)
      call('ZREM', circuit.votes, other)
      setUntil(circuit, circuit.voters, other, math.min(row.calledUntil, row.liveUntil))
    end
  end
end

local function exchangeCircuit(key, votes, voters, broken, report)
  local mode, quorum, nodeState, called, vote, due, opening = unpack(numbers(report))
  local quorumMode = mode == 1
  local stored = call('HMGET', key, ':circuit', node)
  local circuit, row = stored[1] and readCircuit(key, stored[1]), stored[2] and readCircuitRow(stored[2])
  if not circuit or circuit.keyUntil <= now then
    if leaving then
      return line({0, 0, 0, 0, 0, 0, 0})
    end
    circuit, row = newCircuit(key, votes, voters, broken), nil
  end
  circuit.votes, circuit.voters, circuit.broken = votes, voters, broken
  if row and row.liveUntil <= now then
    row = nil
  end
  if row and number <= row.number then -- doubled or overtaken by a later report
    return circuitView(circuit, quorumMode)
  end

  if leaving then
    call('HDEL', key, node)
    for _, set in ipairs({votes, voters, broken}) do
      call('ZREM', set, node)
    end
    if circuit.holder == node then
      circuit.holder = ''
    end
    requireHolder(circuit)
    decide(circuit, quorumMode, quorum)
    writeCircuit(circuit)
    return circuitView(circuit, quorumMode)
  end
  circuit.keyUntil = math.max(circuit.keyUntil, now + 2 * lease)
  if not row then
    voidVotesOfNamesakes(circuit)
    row = {calledUntil = 0, voided = 0, counted = 1}
  end
  row.number, row.liveUntil, row.opening = number, now + lease, opening
  row.calledUntil = called == 1 and now + CALLED_RECENTLY or row.calledUntil
  if appliedCommand < circuit.reset and now - circuit.resetAt < COMMANDS_KEPT then
    row.voided = opening -- the node has not applied the reset yet
  end
  local counts = waited < interval and opening > row.voided -- what has waited for longer is not true any more, perhaps
  -- It is made anew with each report: the vote of a process that was killed must not meet that of its restart.
  local voteUntil = counts and vote > waited and math.min(now + vote - waited, now + 2 * interval, row.liveUntil) or 0
  if voteUntil > 0 then
    circuit.votedAt = math.max(circuit.votedAt, now - waited)
  end
  local isCounted = voteUntil > 0 or nodeState ~= CLOSED
  if isCounted or row.counted == 1 then -- else it is in neither set
    setUntil(circuit, votes, node, voteUntil)
    setUntil(circuit, broken, node, nodeState ~= CLOSED and row.liveUntil or 0)
  end
  row.counted = isCounted and 1 or 0
  setUntil(circuit, voters, node, math.min(math.max(row.calledUntil, voteUntil), row.liveUntil))
  call('HSET', key, node, circuitRowText(row))
  local takenBack = circuit.holder == node and endsTrials(circuit, nodeState, due == 1)
  requireHolder(circuit)
  decide(circuit, quorumMode, quorum)
  if quorumMode and circuit.open == 1 and circuit.holder == '' and not takenBack and nodeState == OPEN and due == 1
      and row.calledUntil > now and now - circuit.lentAt >= interval then
    circuit.holder, circuit.lentAt = node, now
  end
  if now - circuit.sweptAt >= lease then
    sweep(circuit)
  end
  writeCircuit(circuit)
  return circuitView(circuit, quorumMode)
end

-------------------------------------------------------------------------------------------------------------- commands

-- An operator has reset the circuit on all nodes.
local function resetCircuit(keys, command)
  local key, votes, voters, broken = unpack(keys)
  local stored = call('HGET', key, ':circuit')
  local circuit = stored and readCircuit(key, stored)
  if not circuit or circuit.keyUntil <= now then
    circuit = newCircuit(key, votes, voters, broken)
  end
  circuit.votes, circuit.voters, circuit.broken = votes, voters, broken
  circuit.keyUntil = math.max(circuit.keyUntil, now + 2 * lease)
  circuit.open, circuit.holder, circuit.reset, circuit.resetAt = 0, '', command, now
  voidVotes(circuit)
  writeCircuit(circuit)
end

-- The number of the latest command, when it was taken, and when the numbers began: a mark from before has a number that
-- meant another command.
local function markOfCommands()
  local mark = numbers(call('HGET', COMMANDS, ':last') or '')
  return mark[1] or 0, mark[2] or 0, mark[3] or 0
end

local function writeMark(last, takenAt, beganAt)
  call('HSET', COMMANDS, ':last', line({last, takenAt, beganAt}))
  call('PEXPIRE', COMMANDS, int(COMMANDS_KEPT))
end

-- The store has lost its data if the node knows commands that the store does not, or that are from before its numbers
-- began. What has been kept since has numbers that the node may take for known: the numbers go on
-- from that of the node, and it gets everything.
local function findLoss()
  local former, formerAt, beganAt = markOfCommands()
  if lastCommand == former and lastTakenAt == formerAt then
    return
  end
  local taken = call('HGET', COMMANDS, ':at ' .. int(lastCommand))
  local noted = lastCommand > 0 and (lastTakenAt < beganAt or taken and tonumber(taken) ~= lastTakenAt)
  if lastCommand < former and lastTakenAt <= now and not noted then
    return
  end
  local kept, numbersTaken, stored = {}, {}, call('HGETALL', COMMANDS)
  for i = 1, #stored, 2 do
    local count, rest = string.match(stored[i + 1], '^(%d+)( %d+ %d+ .*)$')
    if count then
      kept[#kept + 1] = {subject = stored[i], number = tonumber(count), rest = rest}
    elseif string.sub(stored[i], 1, 4) == ':at ' then
      numbersTaken[#numbersTaken + 1] = stored[i]
    end
  end
  local last = former
  if lastCommand >= former and not (noted and #kept == 0) then
    table.sort(kept, function(a, b) return a.number < b.number end)
    local before = 0
    last = lastCommand
    for _, part in ipairs(kept) do
      last = part.number > before and last + 1 or last
      before = part.number
      call('HSET', COMMANDS, part.subject, int(last) .. part.rest)
    end
    for _, at in ipairs(numbersTaken) do
      call('HDEL', COMMANDS, at)
    end
  end
  writeMark(last, noted and formerAt or now, noted and beganAt or now)
  lastCommand, lastTakenAt, lost = 0, 0, 1
  appliedCommand = #kept > 0 and 0 or appliedCommand
end

-- Keeps the parts of new commands, each instead of the one for the same, unless that is the same or has been given later.
local function takeCommands(first, keys)
  local former, _, beganAt = markOfCommands()
  local last = former
  local numbered = 0
  for i = first, #ARGV - 2, 3 do
    local subject, content = ARGV[i], ARGV[i + 2]
    local age, further, resets = unpack(numbers(ARGV[i + 1]))
    age = age + waited
    numbered = further == 1 and numbered or 0
    local keptAt, kept = string.match(call('HGET', COMMANDS, subject) or '', '^%d+ (%d+) %d+ (.*)$')
    keptAt = tonumber(keptAt or '0')
    if not kept or now - keptAt >= COMMANDS_KEPT or keptAt <= now - age and kept ~= content then
      if numbered == 0 then
        last = last + 1
        numbered = last
        call('HSET', COMMANDS, ':at ' .. int(numbered), int(now))
        call('HDEL', COMMANDS, ':at ' .. int(numbered - NUMBERS_KEPT))
      end
      call('HSET', COMMANDS, subject, line({numbered, now - age, now}) .. ' ' .. content)
      if resets == 1 then
        resetCircuit({unpack(KEYS, keys, keys + 3)}, numbered)
      end
    end
    keys = keys + 4 * resets
  end
  if last > former then
    writeMark(last, now, former == 0 and now or beganAt)
  end
end

-- The parts of commands that the node has not applied.
local function newCommands(reply)
  local last, takenLast = markOfCommands()
  if lastCommand == last and lastTakenAt == takenLast then
    return
  end
  local news, stored = {}, call('HGETALL', COMMANDS)
  for i = 1, #stored, 2 do
    local count, givenAt, takenAt, content = string.match(stored[i + 1], '^(%d+) (%d+) (%d+) (.*)$')
    local age = count and now - tonumber(givenAt)
    if count and age >= COMMANDS_KEPT then
      call('HDEL', COMMANDS, stored[i])
    elseif count and (tonumber(count) > lastCommand or tonumber(takenAt) >= lastTakenAt) then
      news[#news + 1] = {number = tonumber(count), text = count .. ' ' .. int(age) .. ' ' .. content}
    end
  end
  table.sort(news, function(a, b) return a.number < b.number end)
  for _, command in ipairs(news) do
    reply[#reply + 1] = command.text
  end
end

if current then
  findLoss()
  takeCommands(FIRST + limits + circuits, 4 + limits + 4 * circuits)
end
local reply = {int(number), int(now), table.concat(call('ZRANGEBYSCORE', NODES, '(' .. int(now), '+inf', 'LIMIT', 0, 1000), ' '), ''}
for i = 1, limits do
  reply[#reply + 1] = exchangeLimit(KEYS[3 + i], ARGV[FIRST - 1 + i])
end
for i = 1, circuits do
  local first = 3 + limits + 4 * i - 4
  reply[#reply + 1] =
    exchangeCircuit(KEYS[first + 1], KEYS[first + 2], KEYS[first + 3], KEYS[first + 4], ARGV[FIRST - 1 + limits + i])
end
newCommands(reply)
local last, takenLast = markOfCommands()
reply[4] = line({last, takenLast, lost})
return reply
