-- gcra::decide over a key: answers 0 for allowed, else the microseconds to wait.
-- KEYS[1] key; ARGV interval_us, burst, units, now_us or '' for the clock of Redis (skew between processes does no harm),
-- 'foresee' to take nothing.
local interval, burst, units = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = tonumber(ARGV[4])
if not now then
    local time = redis.call('TIME')
    now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local window = interval * burst
units = math.min(units, burst)
local stored = tonumber(redis.call('GET', KEYS[1]) or '') or now
local arrival = math.min(math.max(stored, now), now + window)
local next = arrival + interval * units
local wait = next - window - now
if wait > 0 then
    return wait
end
if next > now and ARGV[5] ~= 'foresee' then
    redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000))
end
return 0
