-- Posts bodies in turn; prints one line of JSON at the end.
-- Arguments: what an answer that failed contains, or "" to look at the status alone, then the files that hold the bodies.
local requests = {}
local last = 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  wrk.method = "POST"
  for index = 2, #arguments do
    local file = assert(io.open(arguments[index], "rb"))
    wrk.body = file:read("*a")
    file:close()
    table.insert(requests, wrk.format())
  end
  refused = 0
  local failure = arguments[1]
  -- Defined only when it is asked for: with it, wrk hands every answer to Lua, which takes CPU from the server.
  if failure ~= "" then
    function response(status, headers, body)
      if body:find(failure, 1, true) then refused = refused + 1 end
    end
  end
  -- With one body, wrk sends it without asking Lua.
  if #requests > 1 then
    function request()
      last = last % #requests + 1
      return requests[last]
    end
  end
end

function done(summary, latency)
  local errors = summary.errors
  local refused = 0
  for _, thread in ipairs(threads) do refused = refused + thread:get("refused") end
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout + refused))
end
