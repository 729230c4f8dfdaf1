"""The clients that are measured: script, environment and event loop of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """A client that is measured.

    Attributes:
        label: The name in tables.
        script: A module of `clients`.
        environment: A file of `requirements`.
        loop: The event loop of asynchronous runs.
    """

    label: str
    script: str
    environment: str
    loop: str = "asyncio"


PEERS = {
    "this": Peer("this package", "this_package", "this"),
    "this-uvloop": Peer("this package, uvloop", "this_package", "this", "uvloop"),
    "mistralai": Peer("mistralai (generated)", "generated_sdk", "mistralai"),
    "mistralai-uvloop": Peer("mistralai, uvloop", "generated_sdk", "mistralai", "uvloop"),
    "openai": Peer("openai", "openai_sdk", "openai"),
    "litellm": Peer("litellm", "litellm_library", "litellm"),
    "httpx2": Peer("by hand, httpx2 and json", "by_hand_httpx2", "by-hand"),
    "aiohttp": Peer("by hand, aiohttp and json", "by_hand_aiohttp", "by-hand"),
    "floor-pydantic": Peer("floor, pydantic", "floor_pydantic", "floors"),
    "floor-msgspec": Peer("floor, msgspec", "floor_msgspec", "floors"),
    "floor-uvloop": Peer("floor, pydantic, uvloop", "floor_pydantic", "floors", "uvloop"),
    "gather": Peer("this package, gather by hand", "by_hand_gather", "this"),
    "curator": Peer("curator, online", "curator_online", "curator"),
    "assistant-stream": Peer("assistant-stream, Redis", "assistant_stream_redis", "assistant"),
    "queues": Peer("a queue per follower by hand", "by_hand_queues", "this"),
    "sse-starlette": Peer("sse-starlette, a queue per follower", "by_hand_queues", "relay"),
    "this-ray": Peer("this package, Ray, 2 workers", "this_on_ray", "ray"),
}

OURS = tuple(name for name in PEERS if name.startswith("this"))
