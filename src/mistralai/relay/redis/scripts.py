"""The keys of an answer in Redis, and the scripts that change them.

Theory of operation. A start of an answer is a *run*, with a random id. An answer has these keys,
all of which expire:

- the state, a hash: `log`, the run whose events are kept; `run`, the run that is producing, absent
  once there is none; `base` and `last`, the number before its first event and that of its newest;
  `end`, how it ended; `open`, present until somebody asks for a stop; `leave`, present if the last
  reader's leaving stops it, and `followed`, once it had a reader;
- the stream of the run: an entry with the id `0-<number of its last event>` holds in its field `e`
  a JSON array of events;
- the lease, which the producer renews by whatever it sends, at least once per second;
- the readers, where `leave` is set: a member for each process that follows.

The state says whose the log is, the lease only whether its owner lives: a producer whose lease
expired, but whom nobody has declared dead, continues. A script is atomic, and true after it is:

- `START`: the state names the new run, its numbers continue behind those of the last run, and the
  lease exists. The stream of the last run, which has its end, is kept for a minute, for those who
  still read it. Before it, or if a run is alive: nothing has changed.
- `APPEND`: the entry is in the stream, `last` is its number, the lease is renewed. If the reply is
  lost and the command repeated, it finds `last` and changes nothing. If Redis is out of
  memory, the entry is refused and only the lease renewed. If `run` is another or absent, or the
  numbers do not join, nothing has changed. The producer is told which of these it was.
- `APPEND` with an end: besides, `end` is set, and `run` and lease are gone, in the same step: no
  reader sees the last data without the end.
- `LOSE`: the producer is cut off (`run` is gone), the end `lost` is in the stream. It happens once:
  the first one that removes `run` writes it. Removing comes first because Redis refuses what needs
  memory when it has none, but nothing that follows a write in the same script.
- `STOP`: `open` is gone, which the producer sees in the reply to whatever it sends next. It is a
  removal for the same reason.

Expiry of the state is set together with that of the stream, so numbers count on for as long as the
log is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag
from hashlib import sha1
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .packing import Command, Word


@dataclass(frozen=True, slots=True)
class Script:
    """A script in Lua, and the hash by which Redis calls it."""

    text: str
    keys: int
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        digest = sha1(self.text.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "sha", digest)

    def __call__(self, *words: Word) -> Command:
        """Return the command that runs it: its keys, then its arguments."""
        return ("EVALSHA", self.sha, self.keys, *words)


class Told(IntFlag):
    """The flags by which each reply tells a producer of its answer."""

    HELD = 1
    STOP = 2
    FOLLOWED = 4
    PRESENT = 8
    FULL = 16


# A producer that is declared dead: `run` is removed, and the end goes into the stream.
_LOSE: Final = """
local function lose(state, lease, log, last, entry, keep)
  redis.call('HDEL', state, 'run')
  local number = string.format('%.0f', tonumber(last) + 1)
  redis.call('HSET', state, 'end', 'lost', 'last', number)
  redis.call('DEL', lease)
  redis.pcall('XADD', log, '0-' .. number, 'e', entry)
  redis.call('PEXPIRE', log, keep)
  redis.call('PEXPIRE', state, keep)
end
"""

# Keys: state, lease. Arguments: run, lease in ms, keep in ms, '1' if leaving stops, the beginning
# of the names of streams, the entry of a lost end, '1' if a run without a lease may be declared
# dead. Returns the number before the first event, or -1 where a run is alive.
START: Final = Script(
    _LOSE
    + """
local now = redis.call('HMGET', KEYS[1], 'log', 'run', 'base', 'last')
if now[2] == ARGV[1] then return tonumber(now[3]) end
if now[2] then
  if ARGV[7] ~= '1' or redis.call('EXISTS', KEYS[2]) == 1 then return -1 end
  lose(KEYS[1], KEYS[2], ARGV[5] .. now[1], now[4], ARGV[6], ARGV[3])
  now[4] = redis.call('HGET', KEYS[1], 'last')
end
local base = now[4] or '0'
redis.call('HSET', KEYS[1], 'log', ARGV[1], 'run', ARGV[1], 'base', base, 'last', base, 'open', '1')
redis.call('HDEL', KEYS[1], 'end', 'leave', 'followed')
if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'leave', '1') end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
if now[1] then
  local log = ARGV[5] .. now[1]
  if redis.call('PTTL', log) > 60000 then redis.call('PEXPIRE', log, 60000) end
end
return tonumber(base)
""",
    keys=2,
)

# Keys: state, stream, lease, readers. Arguments: run, lease in ms, keep in ms, then for an entry
# its first and last number, itself, the first number to keep ('' for all), the status of the end or
# ''. Returns flags of `Told`; 0 where the log is not this run's; -1 - last where the numbers do not
# join.
APPEND: Final = Script(
    """
local now = redis.call('HMGET', KEYS[1], 'run', 'last', 'open', 'leave', 'log', 'end', 'followed')
if now[1] ~= ARGV[1] then
  if ARGV[8] and now[5] == ARGV[1] and now[6] == ARGV[8] and now[2] == ARGV[5] then return 1 end
  return 0
end
local told = 1
if ARGV[4] and now[2] ~= ARGV[5] then
  if tonumber(now[2]) + 1 ~= tonumber(ARGV[4]) then return -1 - tonumber(now[2]) end
  local added = redis.pcall('XADD', KEYS[2], '0-' .. ARGV[5], 'e', ARGV[6])
  if added.err then
    told = told + 16
  else
    redis.call('HSET', KEYS[1], 'last', ARGV[5])
    if ARGV[7] ~= '' then redis.call('XTRIM', KEYS[2], 'MINID', '0-' .. ARGV[7]) end
  end
end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if ARGV[8] and ARGV[8] ~= '' and told == 1 then
  redis.call('HSET', KEYS[1], 'end', ARGV[8])
  redis.call('HDEL', KEYS[1], 'run', 'open')
  redis.call('DEL', KEYS[3], KEYS[4])
  return 1
end
if redis.call('PEXPIRE', KEYS[3], ARGV[2]) == 0 then
  redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2])
end
if not now[3] then told = told + 2 end
if now[4] and now[7] then
  told = told + 4
  local time = redis.call('TIME')
  local ms = time[1] * 1000 + math.floor(time[2] / 1000)
  if redis.call('ZCOUNT', KEYS[4], ms, '+inf') > 0 then told = told + 8 end
end
return told
""",
    keys=4,
)

# Keys: state, lease, readers. Arguments: the beginning of the names of streams, the process that
# follows ('' for none), how long it is remembered in ms. Returns nothing, or: log, 1 if a run
# produces, base, last, end, the lease in ms, the time of Redis in ms, 1 if the stream exists, 1 if
# leaving stops. A state that is no hash, or has no numbers, makes it return fewer than these.
LOOK: Final = Script(
    """
local now = redis.pcall('HMGET', KEYS[1], 'log', 'run', 'base', 'last', 'end', 'leave')
if now.err then return string.find(now.err, '^WRONGTYPE') and {0} or now end
if not now[1] then return {} end
local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000)
if now[2] and now[6] and ARGV[2] ~= '' then
  redis.pcall('HSET', KEYS[1], 'followed', '1')
  redis.pcall('ZADD', KEYS[3], ms + ARGV[3], ARGV[2])
  redis.pcall('PEXPIRE', KEYS[3], ARGV[3])
end
return {now[1], now[2] and 1 or 0, tonumber(now[3]), tonumber(now[4]), now[5] or '',
  redis.call('PTTL', KEYS[2]), ms, redis.call('EXISTS', ARGV[1] .. now[1]), now[6] and 1 or 0}
""",
    keys=3,
)

# Keys: state, lease. Arguments: run, the beginning of the names of streams, the entry of a lost
# end, keep in ms, and the time of the look that found no lease, or '' to lose it in any case. A
# look that is older than a second does not count: Redis was away since, and the producer could not
# renew. Returns 1 if this call ended the log.
LOSE: Final = Script(
    _LOSE
    + """
local now = redis.call('HMGET', KEYS[1], 'run', 'last')
if now[1] ~= ARGV[1] then return 0 end
if ARGV[5] ~= '' then
  local time = redis.call('TIME')
  if time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[5] > 1000 then return 0 end
  if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
end
lose(KEYS[1], KEYS[2], ARGV[2] .. ARGV[1], now[2], ARGV[3], ARGV[4])
return 1
""",
    keys=2,
)

# Keys: state. Asks the run that produces, if there is one, to stop.
STOP: Final = Script(
    """
if redis.call('HEXISTS', KEYS[1], 'run') == 1 then return redis.call('HDEL', KEYS[1], 'open') end
return 0
""",
    keys=1,
)

TEXTS: Final[Mapping[str, str]] = {
    script.sha: script.text for script in (START, APPEND, LOOK, LOSE, STOP)
}
"""The texts of the scripts by their hashes, for a Redis that has not seen them yet."""
