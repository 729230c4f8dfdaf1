"""A relay over HTTP, as an ASGI application without dependencies; see docs/relay.md."""

from .answers import Answer, Refused
from .app import Application

__all__ = ["Answer", "Application", "Refused"]
