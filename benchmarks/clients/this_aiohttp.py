"""This package, on aiohttp's transport."""

from mistralai.client.aiohttp import DefaultAioHttpClient
from this_package import stream_async  # noqa: F401 - the same, but for its client

from mistralai import Mistral


def connect_async(url):
    return Mistral(api_key="key", server_url=url, async_client=DefaultAioHttpClient())
