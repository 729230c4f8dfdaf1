"""The file format of recorded exchanges.

A recording is a text file of JSON lines. Each line belongs to one exchange, identified by a number:

    {"exchange": 1, "request": {"method": "POST", "server": "https://api.mistral.ai",
     "target": "/v1/chat/completions", "headers": {…}, "text": "{…}"}, "started": "2026-…"}
    {"exchange": 1, "response": {"status": 200, "headers": {…}}, "after": 0.31}
    {"exchange": 1, "read": {"text": "data: {…}"}, "after": 0.32}
    {"exchange": 1, "end": "complete", "after": 1.2}

A line with `read` is one read of the response body; bytes that are not UTF-8 are stored as
`base64` instead of `text`. `after` is seconds since the request was sent. Bodies are recorded
decoded: neither compressed nor chunked.

Only the header fields of `KEPT_HEADERS` are recorded. The key is masked everywhere, even if it is
split between two reads. Prompts and answers are recorded: inspect a file before you share it. Files
have mode 0600, and several clients may record to the same file. The client records in this format,
and the simulator plays it back.
"""

from .exchanges import Ending, Exchange, Read, RecordingError, load
from .mask import Mask
from .recorder import KEPT_HEADERS, ExchangeRecorder, Recorder

__all__ = [
    "KEPT_HEADERS",
    "Ending",
    "Exchange",
    "ExchangeRecorder",
    "Mask",
    "Read",
    "Recorder",
    "RecordingError",
    "load",
]
