"""Calls that are stored as text, for this client and for the generated SDK alike."""

import datetime as dt
import io
import json
from operator import attrgetter

from mistralai.client import models
from mistralai.client.types import UNSET


class _Names(dict):
    """The names in the keywords: models are looked up when they are named."""

    def __missing__(self, name):
        try:
            return getattr(models, name)
        except AttributeError:
            raise KeyError(name) from None


def call(client, case, suffix=""):
    """Make the call of a case; the suffix of the method is `_async` for its asynchronous twin."""
    names = _Names({"UNSET": UNSET, "datetime": dt, "io": io})
    keywords = eval(f"dict({case['keywords']})", {}, names)
    return attrgetter(case["call"] + suffix)(client)(**keywords)


def store(path, cases):
    """Write cases by their names, one per line."""
    lines = [f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
