-- wrk sends prepared requests, one a line of the file in REQUESTS: headers as name=value joined by |, then a tab, then
-- the body. ORDERED=1 sends them from the first on, otherwise from anywhere. The end is one line of JSON.
local requests, at = {}, 0

function init(_)
  local path = os.getenv("REQUEST_PATH")
  for line in io.lines(os.getenv("REQUESTS")) do
    local given, body = line:match("^([^\t]*)\t(.*)$")
    local headers = { ["content-type"] = "application/json", ["accept"] = "application/json" }
    for name, value in given:gmatch("([^=|]+)=([^|]*)") do headers[name] = value end
    requests[#requests + 1] = wrk.format("POST", path, headers, body)
  end
  math.randomseed(os.time())
  if os.getenv("ORDERED") ~= "1" then at = math.random(#requests) end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, _)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "bytes": %d, "failed": %d, "p50": %f, "p99": %f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
