"""What a request asks for, and who may ask, without an application."""

import pytest

from mistralai.relay.asgi.answers import Refused
from mistralai.relay.asgi.permissions import is_local
from mistralai.relay.asgi.requests import MAX_KEY, check_key, key_in, number_of
from mistralai.relay.asgi.routing import Place, Route, find_route
from support.asgi import Visit
from support.work import count_steps

START = Route(Place.START)
ROUTES = {
    # path, encoded: its route, where it is mounted
    "/": (START, ""),
    "": (START, ""),
    "//": (START, ""),
    "/chat-7/stream": (Route(Place.FOLLOW, "chat-7"), ""),
    "/chat-7/stream/": (Route(Place.FOLLOW, "chat-7"), ""),
    "//chat-7//stream": (Route(Place.FOLLOW, "chat-7"), ""),
    "/chat-7/stop": (Route(Place.STOP, "chat-7"), ""),
    "/a%2Fb/stream": (Route(Place.FOLLOW, "a/b"), ""),
    "/a/b/stream": (Route(Place.FOLLOW, "a/b"), ""),
    "/a%2F%2Fb/stop": (Route(Place.STOP, "a//b"), ""),
    "/%E2%82%AC%20%25/stream": (Route(Place.FOLLOW, "€ %"), ""),
    "/stream/stream": (Route(Place.FOLLOW, "stream"), ""),
    "/stream": (None, ""),
    "/chat-7": (None, ""),
    "/chat-7/streams": (None, ""),
    "/chat/completions": (START, ""),
    "/api": (START, "/api"),
    "/api/": (START, "/api"),
    "/api/chat-7/stream": (Route(Place.FOLLOW, "chat-7"), "/api"),
    "/api/a%2Fb/stream": (Route(Place.FOLLOW, "a/b"), "/api/"),
    "/apichat/stream": (Route(Place.FOLLOW, "apichat"), "/api"),
    "/chat/x/stream": (Route(Place.FOLLOW, "x"), "/api/chat"),  # a proxy has removed /api
    "/x/stop": (Route(Place.STOP, "x"), "/api/chat"),  # and a framework its mount
    "/api/%61/stream": (Route(Place.FOLLOW, "a"), "/api"),
    "/chat%2D7/stream?after=1": (Route(Place.FOLLOW, "chat-7"), ""),
}


def test_a_path_is_for_one_place(subtests):
    for path, (route, root) in ROUTES.items():
        visit = Visit("GET", path, root_path=root)
        with subtests.test(path=path, root=root):
            assert find_route(visit.scope, completions=True) == route
        if "%2F%2F" not in path:  # what a server has decoded cannot be told apart
            with subtests.test(path=path, root=root, raw=False):
                del visit.scope["raw_path"]
                assert find_route(visit.scope, completions=True) == route


def test_completions_are_a_place_for_openai_only():
    assert find_route(Visit("POST", "/chat/completions").scope, completions=False) is None


def test_a_path_that_was_rewritten_counts_more_than_the_encoded_one():
    visit = Visit("GET", "/v1/chat-7/stream")
    visit.scope["path"] = "/chat 8/stream"
    assert find_route(visit.scope, completions=False) == Route(Place.FOLLOW, "chat 8")


def test_twice_the_segments_take_twice_the_steps():
    def find(segments):
        visit = Visit("GET", "/%41" * segments + "/stream")
        return count_steps(lambda: find_route(visit.scope, completions=False))

    assert find(400) < 2.1 * find(200)


NUMBERS = {
    # query, Last-Event-ID: the number, or None
    ("", None): None,
    ("after=0", None): None,
    ("after=7", None): 7,
    ("x=1&after=7&y", None): 7,
    ("", "12"): 12,
    ("after=7", "12"): 12,
    ("after=7", ""): 7,
    ("after=999999999999999999", None): 999999999999999999,
}
MALFORMED = [
    ("after=", None),
    ("after=-1", None),
    ("after=+1", None),
    ("after=1.0", None),
    ("after=1_0", None),
    ("after=07", None),
    ("after=%D9%A3", None),  # a digit, in Arabic
    ("after=1&after=2", None),
    ("after=9999999999999999999", None),
    ("after=7", "-1"),
    ("", "0-7"),
    ("", "1\n"),
    ("", " 1"),
]


def request_with(query, last):
    return Visit(
        "GET", f"/x/stream?{query}", headers={} if last is None else {"Last-Event-ID": last}
    )


def test_a_reader_brings_a_number_or_none(subtests):
    for (query, last), number in NUMBERS.items():
        with subtests.test(query=query, last=last):
            assert number_of(request_with(query, last).scope) == number


def test_a_malformed_number_is_refused(subtests):
    for query, last in MALFORMED:
        with subtests.test(query=query, last=last), pytest.raises(Refused, match="number of") as e:
            number_of(request_with(query, last).scope)
        assert e.value.status == 400


def test_what_cannot_be_a_key_is_refused(subtests):
    for key in (7, "", "x" * (MAX_KEY + 1), "a\nb", "\x00", "\ud800", ["x"]):
        with subtests.test(key=key), pytest.raises(Refused, match="`id` of the body must") as e:
            key_in({"id": key}, "id")
        assert e.value.status == 400
    assert key_in({"id": "x" * MAX_KEY}, "id") == "x" * MAX_KEY
    assert key_in({}, "id") is None
    check_key("€ / %", "it")


LOCAL = {
    "a client on this machine": {},
    "localhost": {"headers": {"host": "localhost:8000"}},
    "a name below localhost": {"headers": {"Host": "app.localhost"}},
    "IPv6": {"client": ("::1", 1), "server": ("::1", 2), "headers": {"host": "[::1]:2"}},
    "mapped": {"client": ("::ffff:127.0.0.1", 1)},
    "another loopback address": {"server": ("127.8.8.8", 1)},
    "a page of this machine": {"headers": {"origin": "http://localhost:3000"}},
}
FOREIGN = {
    "a client elsewhere": {"client": ("192.0.2.1", 1)},
    "a client elsewhere, mapped": {"client": ("::ffff:192.0.2.1", 1)},
    "a client that is not known": {"client": None},
    "a server that is seen elsewhere": {"server": ("192.0.2.1", 80)},
    "all addresses": {"server": ("0.0.0.0", 80)},
    "a Unix socket": {"client": None, "server": ("/run/app.sock", None)},
    "a test client": {"client": ("testclient", 50000), "server": ("testserver", 80)},
    "Forwarded": {"headers": {"Forwarded": "for=127.0.0.1"}},
    "X-Forwarded-For": {"headers": {"X-Forwarded-For": "127.0.0.1"}},
    "X-Forwarded-Proto": {"headers": {"x-forwarded-proto": "https"}},
    "X-Real-IP": {"headers": {"x-real-ip": "127.0.0.1"}},
    "Via": {"headers": {"via": "1.1 proxy"}},
    "nginx, which says nothing": {"http_version": "1.0"},
    "another name": {"headers": {"host": "rebound.example"}},
    "no name": {"headers": {"host": ""}},
    "a page of another site": {"headers": {"origin": "https://example.com"}},
    "a page without an origin": {"headers": {"origin": "null"}},
    "a host that is none": {"headers": {"host": "[::1"}},
}


def test_only_what_this_machine_asks_itself_is_local(subtests):
    for expected, table in ((True, LOCAL), (False, FOREIGN)):
        for name, scope in table.items():
            with subtests.test(name):
                assert is_local(Visit("GET", "/x/stream", **scope).scope) is expected
