"""A chat page on this machine: `mistralai web` as an application. It needs the extra `web`."""

from .page import Page

__all__ = ["Page"]
