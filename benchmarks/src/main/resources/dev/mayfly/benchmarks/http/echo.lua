-- What wrk sends: 64 bytes to be echoed, or with the argument `get` nothing. What it says at the end, in one line:
--   result elapsedNs requests errors latencyNs:count ...
wrk.method = "POST"
wrk.body = string.rep("x", 64)
wrk.headers["Content-Type"] = "application/octet-stream"

function init(args)
  if args[1] == "get" then
    wrk.method = "GET"
    wrk.body = nil
    wrk.headers["Content-Type"] = nil
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("result %d %d %d", summary.duration * 1000, summary.requests, e.connect + e.read + e.write + e.status + e.timeout))
  for i = 1, #latency do
    local us, count = latency(i)
    io.write(string.format(" %d:%d", us * 1000, count))
  end
  io.write("\n")
end
