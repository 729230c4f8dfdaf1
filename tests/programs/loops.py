"""Use one client in event loops, one after the other, as the arguments name them."""

import sys

from common import ASK, run, say

from mistralai import Mistral

client = Mistral()


async def answer() -> str:
    async with client.chat.stream_async(**ASK) as stream:
        return await stream.get_final_text()


async def main() -> None:
    say(await answer(), await answer())


kinds, _, end = sys.argv[1].partition(":")
for kind in kinds.split(","):
    run(main, kind)
if end == "closed":
    run(client.aclose, kinds.split(",")[0])
