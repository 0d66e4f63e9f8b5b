-- One exchange of a node with its fleet: records the node's report, and returns the view that follows from it.
-- The rules are those of InMemoryFleetStore; a test compares the two step by step.
--
-- KEYS  1 nodes (sorted set: node -> live until)     2 fleet (hash: node -> number of its last report, and the clock)
--       3 commands (hash: what it is for -> "number given-at content", and the counter)
--       then one key per limit (hash of rows by node), then four keys per circuit (a hash of rows by node; sorted sets
--       of nodes by time: votes, voters, broken)
-- ARGV  1 node   2 number   3 leaving   4 interval   5 lease   6 expected nodes   7 last command   8 limits   9 circuits
--       then one argument per limit    "limit wants allowance has in-use"
--       then one argument per circuit  "quorum? quorum state called vote due"
--       then two arguments per command: what it is for, and its content, which this script does not interpret
-- Reply 1 number   2 live nodes, separated by spaces
--       then one line per limit    "limit grant granted nodes"
--       then one line per circuit  "votes voters voted-elsewhere open trial"
--       then one line per command  "number content"
--
-- Numbers are whole, times are milliseconds, and what is stored is text: cjson would write 1000000000000 as 1e+12.
-- Names are escaped by the caller, so that none contains a space or begins with a colon.

local NODES, FLEET, COMMANDS = KEYS[1], KEYS[2], KEYS[3]
local COMMANDS_KEPT = 7 * 24 * 3600 * 1000
local CALLED_RECENTLY = 10 * 1000
local KEYS_OUTLIVE_ROWS = 60 * 1000 -- an expired key is only cleaned up: what it held has ended by its own times

local call = redis.call
local node = ARGV[1]
local number, leaving, interval, lease = tonumber(ARGV[2]), ARGV[3] == '1', tonumber(ARGV[4]), tonumber(ARGV[5])
local expectedNodes, lastCommand = tonumber(ARGV[6]), tonumber(ARGV[7])
local limits, circuits = tonumber(ARGV[8]), tonumber(ARGV[9])

local function int(value)
  return string.format('%d', value)
end

local function line(values)
  for i = 1, #values do
    values[i] = int(values[i])
  end
  return table.concat(values, ' ')
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

-- Nodes: who is live, and whether this report is older than the last one of its node.
for _, dead in ipairs(call('ZRANGEBYSCORE', NODES, '-inf', int(now))) do
  call('HDEL', FLEET, dead)
  call('ZREM', NODES, dead)
end
-- A stale report (doubled, overtaken) is answered and changes nothing.
local stale = number <= tonumber(call('HGET', FLEET, node) or '0')
if not stale then
  liveUntil = math.max(liveUntil, now + lease)
  call('HSET', FLEET, ':clock', line({now, offset, liveUntil}))
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
  row.limit, row.wants, row.allowance, row.has, row.grant, row.inUse, row.share, row.liveUntil = unpack(numbers(text))
  return row
end

local function writeRow(key, name, row)
  call('HSET', key, name, line({
    row.limit, row.wants, row.allowance, row.has, row.grant, row.inUse, row.share, row.liveUntil}))
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
-- rest equally, the first ones with one more. Returns the parts and what is left.
local function fill(left, asked)
  local smallestFirst, part, open = {}, {}, #asked
  for i = 1, #asked do
    smallestFirst[i] = i
  end
  table.sort(smallestFirst, function(a, b) return asked[a] < asked[b] end)
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
        part[i] = equal + (more > 0 and 1 or 0)
        more = more - 1
      end
    end
    left = 0
  end
  return part, left
end

-- Sets the shares of all rows, of which the one with the greatest demand comes first.
local function computeShares(rows, limit)
  table.sort(rows, function(a, b)
    return a.wants > b.wants or a.wants == b.wants and precedes(a.node, b.node)
  end)
  local base, asked = math.floor(limit / 10), {}
  for i, row in ipairs(rows) do -- a tenth is spread evenly, so that an idle node's first call passes
    row.share = math.floor(base / #rows) + (i <= base % #rows and 1 or 0)
    asked[i] = math.max(0, row.wants - row.share)
  end
  local demand, left = fill(limit - base, asked)
  for i, row in ipairs(rows) do
    asked[i] = math.max(0, row.allowance - math.max(0, row.share - row.wants))
  end
  local allowance = fill(left, asked)
  for i, row in ipairs(rows) do
    row.share = row.share + demand[i] + allowance[i]
  end
end

-- Drops the rows that are over, and computes the shares of the others. Returns the limit, what is counted for the other
-- nodes, and the number of rows.
local function compute(key, own)
  own.node = node
  local rows, limit, others = {own}, own.limit, 0
  local stored = call('HGETALL', key)
  for i = 1, #stored, 2 do
    local name = stored[i]
    if name ~= ':limit' and name ~= node then
      local row = readRow(stored[i + 1])
      if row.liveUntil <= now then
        call('HDEL', key, name)
      else
        row.node, row.former = name, row.share
        rows[#rows + 1] = row
        limit = math.min(limit, row.limit)
        others = others + counted(row)
      end
    end
  end
  computeShares(rows, limit)
  for _, row in ipairs(rows) do
    if row.former and row.former ~= row.share then
      writeRow(key, row.node, row)
    end
  end
  return limit, others, #rows
end

local function exchangeLimit(key, report)
  local limit, wants, allowance, has, inUse = unpack(numbers(report))
  local stored = call('HMGET', key, ':limit', node)
  local state, row = {}, nil
  if stored[1] then
    state.epoch, state.computedAt, state.limit, state.granted, state.liveUntil = unpack(numbers(stored[1]))
    row = stored[2] and readRow(stored[2])
  end
  if not stored[1] or now >= state.liveUntil then
    if stale or leaving then
      return line({limit, 0, 0, 0})
    end
    call('DEL', key)
    state, row = {epoch = now, computedAt = 0, limit = limit, granted = 0, liveUntil = 0}, nil
  end
  if stale then
    return line({state.limit, row and row.grant or 0, state.granted, call('HLEN', key) - 1})
  end

  local others, rows = state.granted - (row and counted(row) or 0), nil
  if leaving then
    call('HDEL', key, node)
    rows = call('HLEN', key) - 1
    state.granted = others
    if rows == 0 then
      call('DEL', key)
      return line({state.limit, 0, 0, 0})
    end
  else
    local computes = not row or row.limit ~= limit or now - state.computedAt >= interval
    row = row or {grant = 0, share = 0}
    row.limit, row.wants, row.allowance, row.inUse, row.liveUntil = limit, wants, allowance, inUse, now + lease
    row.has = number == 1 and 0 or has -- before its first report a node has admitted nothing
    if computes then
      state.limit, others, rows = compute(key, row)
      state.computedAt = now
    else
      rows = call('HLEN', key) - 1
    end
    row.grant = math.max(0, math.min(row.share, state.limit - others))
    if now - state.epoch < lease then -- what was granted before the data was lost is not known yet
      local most = has
      if now - state.epoch >= 2 * interval then
        most = math.max(has, math.floor(state.limit / math.max(rows, expectedNodes)))
      end
      row.grant = math.min(row.grant, most)
    end
    state.granted = others + counted(row)
    state.liveUntil = math.max(state.liveUntil, row.liveUntil)
    writeRow(key, node, row)
  end
  call('HSET', key, ':limit', line({state.epoch, state.computedAt, state.limit, state.granted, state.liveUntil}))
  call('PEXPIRE', key, int(state.liveUntil - now + KEYS_OUTLIVE_ROWS))
  return line({state.limit, leaving and 0 or row.grant, state.granted, rows})
end

-------------------------------------------------------------------------------------------------------------- circuits

local CLOSED, OPEN = 0, 1

local function later(key)
  return call('ZCOUNT', key, '(' .. int(now), '+inf')
end

-- Rows are "called-until round live-until". A vote counts in the round in which the node began to vote: a new round
-- begins when a trial has closed the circuit, and the votes for the former opening are void.
local function readCircuitRow(text)
  local row = {}
  row.calledUntil, row.round, row.liveUntil = unpack(numbers(text))
  return row
end

local function setUntil(key, name, time)
  if time > now then
    call('ZADD', key, int(time), name)
  else
    call('ZREM', key, name)
  end
end

local function voidVotes(state, votes, voters)
  for _, voter in ipairs(call('ZRANGE', votes, 0, -1)) do
    local text = call('HGET', state.key, voter)
    local row = text and readCircuitRow(text) or {calledUntil = 0, liveUntil = 0}
    setUntil(voters, voter, math.min(row.calledUntil, row.liveUntil))
  end
  call('DEL', votes)
  state.round = state.round + 1
end

-- Drops the rows that are over. Returns the number of the others.
local function sweep(state, votes, voters, broken)
  for _, set in ipairs({votes, voters, broken}) do
    call('ZREMRANGEBYSCORE', set, '-inf', int(now))
  end
  local rows, stored = 0, call('HGETALL', state.key)
  for i = 1, #stored, 2 do
    if stored[i] ~= ':circuit' then
      if readCircuitRow(stored[i + 1]).liveUntil <= now then
        call('HDEL', state.key, stored[i])
      else
        rows = rows + 1
      end
    end
  end
  state.sweptAt = now
  return rows
end

-- The holder gives the trials of the fleet back when it has closed or reopened its circuit, when it has made no trial
-- for two intervals, or when it is gone. Returns whether there was no trial, and whether the circuit is closed.
local function followHolder(state, nodeState, due)
  if state.holder == node then
    if nodeState == CLOSED then
      state.open, state.holder = 0, ''
      return false, true
    elseif nodeState ~= OPEN then
      state.tried = 1
    elseif state.tried == 1 or due == 0 then
      state.holder = ''
    elseif now - state.lentAt >= 2 * interval then
      state.holder = ''
      return true, false
    end
  elseif state.holder ~= '' then
    local text = call('HGET', state.key, state.holder)
    if not text or readCircuitRow(text).liveUntil <= now then
      state.holder = ''
    end
  end
  return false, false
end

local function exchangeCircuit(key, votes, voters, broken, report)
  local quorumMode, quorum, nodeState, called, vote, due = unpack(numbers(report))
  local stored = call('HMGET', key, ':circuit', node)
  local state, row = nil, stored[2] and readCircuitRow(stored[2])
  if stored[1] then
    local holder
    state, holder = {key = key}, string.match(stored[1], '[^ ]*$')
    state.open, state.tried, state.round, state.lentAt, state.sweptAt, state.liveUntil =
      unpack(numbers(string.sub(stored[1], 1, -1 - #holder)))
    state.holder = holder
  end
  if not state or now >= state.liveUntil then
    if stale or leaving then
      return line({0, 0, 0, 0, 0})
    end
    call('DEL', key, votes, voters, broken)
    state = {key = key, open = 0, tried = 0, round = 1, lentAt = 0, sweptAt = now, liveUntil = 0, holder = ''}
    row = nil
  end
  if row and row.liveUntil <= now then
    row = nil
  end
  local ownVote = 0
  if stale then
    ownVote = tonumber(call('ZSCORE', votes, node) or '0') > now and 1 or 0
  elseif leaving then
    call('HDEL', key, node)
    for _, set in ipairs({votes, voters, broken}) do
      call('ZREM', set, node)
    end
    if sweep(state, votes, voters, broken) == 0 then
      call('DEL', key, votes, voters, broken)
      return line({0, 0, 0, 0, 0})
    end
    if state.holder == node then
      state.holder = ''
    end
    followHolder(state, nodeState, due)
  else
    row = row or {calledUntil = 0, round = 0}
    row.liveUntil = now + lease
    row.calledUntil = called == 1 and now + CALLED_RECENTLY or row.calledUntil
    row.round = vote > 0 and (row.round > 0 and row.round or state.round) or 0
    call('HSET', key, node, line({row.calledUntil, row.round, row.liveUntil}))
    setUntil(broken, node, nodeState ~= CLOSED and row.liveUntil or 0)
    local untried, closed = followHolder(state, nodeState, due)
    if closed then
      voidVotes(state, votes, voters)
    end
    ownVote = row.round == state.round and 1 or 0
    local voteUntil = ownVote == 1 and now + math.min(vote, lease) or 0
    setUntil(votes, node, voteUntil)
    setUntil(voters, node, math.min(math.max(row.calledUntil, voteUntil), row.liveUntil))
    if quorumMode == 1 and state.open == 0
        and later(votes) >= math.max(2, math.ceil(quorum * later(voters) / 1000)) then
      state.open, state.holder, state.tried = 1, '', 0
    end
    if quorumMode == 1 and state.open == 1 and state.holder == '' and not untried and nodeState == OPEN and due == 1
        and row.calledUntil > now and now - state.lentAt >= interval then
      state.holder, state.lentAt, state.tried = node, now, 0
    end
    state.liveUntil = math.max(state.liveUntil, row.liveUntil)
    if now - state.sweptAt >= lease then
      sweep(state, votes, voters, broken)
    end
  end
  local count = later(votes)
  if not stale then
    if state.open == 1 and count == 0 and later(broken) == 0 then
      state.open, state.holder = 0, ''
    end
    call('HSET', key, ':circuit', line({
      state.open, state.tried, state.round, state.lentAt, state.sweptAt, state.liveUntil}) .. ' ' .. state.holder)
    for _, touched in ipairs({key, votes, voters, broken}) do
      call('PEXPIRE', touched, int(state.liveUntil - now + KEYS_OUTLIVE_ROWS))
    end
  end
  return line({count, later(voters), count - ownVote > 0 and 1 or 0, state.open, state.holder == node and 1 or 0})
end

-------------------------------------------------------------------------------------------------------------- commands

local function exchangeCommands(first, reply)
  local last = tonumber(call('HGET', COMMANDS, ':last') or '0')
  if not stale then
    local former = last
    last = math.max(last, lastCommand) -- after lost data the numbers go on
    for i = first, #ARGV - 1, 2 do
      local subject, content = ARGV[i], ARGV[i + 1]
      local kept = call('HGET', COMMANDS, subject)
      if not kept or string.match(kept, '^%d+ %d+ (.*)$') ~= content then -- else repeated after a lost reply
        last = last + 1
        call('HSET', COMMANDS, subject, int(last) .. ' ' .. int(now) .. ' ' .. content)
      end
    end
    if last > former then
      call('HSET', COMMANDS, ':last', int(last))
      call('PEXPIRE', COMMANDS, int(COMMANDS_KEPT))
    end
  end
  if last <= lastCommand then
    return
  end
  local news, stored = {}, call('HGETALL', COMMANDS)
  for i = 1, #stored, 2 do
    local count, givenAt, content = string.match(stored[i + 1], '^(%d+) (%d+) (.*)$')
    if count and now - tonumber(givenAt) >= COMMANDS_KEPT then
      call('HDEL', COMMANDS, stored[i])
    elseif count and tonumber(count) > lastCommand then
      news[#news + 1] = {number = tonumber(count), text = count .. ' ' .. content}
    end
  end
  table.sort(news, function(a, b) return a.number < b.number end)
  for _, command in ipairs(news) do
    reply[#reply + 1] = command.text
  end
end

local reply = {int(number), table.concat(call('ZRANGEBYSCORE', NODES, '(' .. int(now), '+inf', 'LIMIT', 0, 1000), ' ')}
for i = 1, limits do
  reply[#reply + 1] = exchangeLimit(KEYS[3 + i], ARGV[9 + i])
end
for i = 1, circuits do
  local first = 3 + limits + 4 * i - 4
  reply[#reply + 1] =
    exchangeCircuit(KEYS[first + 1], KEYS[first + 2], KEYS[first + 3], KEYS[first + 4], ARGV[9 + limits + i])
end
exchangeCommands(10 + limits + circuits, reply)
return reply
