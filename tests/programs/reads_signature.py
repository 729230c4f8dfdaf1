"""Read the signature of a method, then the types in it.

Prints after each of the two, in a line, which of the slow modules have been loaded.
"""

import inspect
import sys

from mistralai.client.chat import Chat

SLOW = ("pydantic", "httpx2", "mistralai.client.models.messages")

signature = inspect.signature(Chat.stream)
signature.bind(None, model="m", messages=[])
notes = Chat.stream.__annotations__
assert "model" in notes
assert len(notes) > 30
print(*(name for name in SLOW if name in sys.modules))

dict(notes)
print(*(name for name in SLOW if name in sys.modules))
