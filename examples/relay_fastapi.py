"""A server for useChat: `uvicorn relay_fastapi:app --timeout-graceful-shutdown 3`."""

from contextlib import asynccontextmanager

from fastapi import FastAPI

from mistralai import Mistral
from mistralai.relay import Relay, messages_from_ui

client = Mistral()
relay = Relay()


def ask(scope, body):  # check here who asks, and raise Refused(401, "…")
    messages = messages_from_ui(body)
    return client.chat.stream_async(model="mistral-large-latest", messages=messages)


@asynccontextmanager
async def lifespan(app):
    async with relay:
        yield


app = FastAPI(lifespan=lifespan)
app.mount("/api/chat", relay.asgi(ask, protocol="ai-sdk"))
