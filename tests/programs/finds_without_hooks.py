"""Find a module under its older path while another finder hooks the real one.

Prints whether that imported `mistralai.client`.
"""

import sys

from import_hooks import HOOKS, AsksAgain

__import__("mistralai")  # installs the finder
sys.meta_path.insert(0, AsksAgain())
HOOKS["mistralai.client.chat"] = id

from mistralai import _spellings  # noqa: E402 - after the hook

spec = _spellings.find_alias("mistralai.chat")
assert spec is not None
assert spec.origin is not None
assert spec.origin.endswith("chat.py")
print("mistralai.client" in sys.modules)
