import pickle
import traceback
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from mistralai.client import __version__
from mistralai.client._call.request import (
    SERVERS,
    InsecureConnectionWarning,
    Key,
    Request,
    checked_headers,
    checked_url,
    joined,
    shown,
)
from mistralai.client.errors import MissingKeyError

KEY = "a-key-that-nobody-may-see"
URL = "https://api.mistral.ai/v1/chat/completions"


def request(url: str = URL, key: object = KEY, **given: object) -> Request:
    return Request("POST", url, Key(key), **given)


# --- the key -----------------------------------------------------------------


KEYS = {
    KEY: KEY,
    f" {KEY}\t\r\n": KEY,
    f"Bearer {KEY}": KEY,  # as in a header: the generated SDK takes it for one
    f" bearer  {KEY}\n": KEY,
    "Bearer": "Bearer",
    "": None,
    " \n": None,
    None: None,
}


def test_a_key_has_no_blanks_and_no_scheme_and_an_empty_one_is_none() -> None:
    for source, key in KEYS.items():
        for given in (Key(source), Key(lambda source=source: source)):
            given.check()
            assert given.reveal() == key, source


def test_a_callable_is_asked_at_each_request() -> None:
    keys = iter(["first", "second"])
    rotating = request(key=lambda: next(keys))
    sent = [rotating.all_headers()["authorization"] for _ in range(2)]
    assert sent == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize("wrong", ["kéy", "one\ntwo", "tab\there", "\u200bkey", "key\x7f", "a\0b"])
def test_a_key_that_is_not_printable_is_refused_unseen(wrong: str) -> None:
    with pytest.raises(ValueError, match="not printable ASCII") as at_once:
        Key(wrong).check()
    later = Key(lambda: wrong)
    with pytest.raises(ValueError, match="not printable ASCII") as when_asked:
        later.reveal()
    for error in (at_once.value, when_asked.value):
        assert wrong not in str(error)
        assert repr(wrong) not in repr(error)


@pytest.mark.parametrize("wrong", [5, b"bytes", ["key"], True])
def test_a_key_of_another_type_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match=f"api_key .* not a {type(wrong).__name__}"):
        Key(wrong).check()


@pytest.mark.parametrize("wrong", [5, b"secret-bytes", ["secret"]])
def test_a_callable_that_gives_another_type_is_refused_unseen(wrong: object) -> None:
    with pytest.raises(TypeError, match=f"api_key .* {type(wrong).__name__}") as caught:
        Key(lambda: wrong).reveal()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("key", "text"), [(KEY, "Key(hidden)"), (None, "Key(none)")])
def test_a_key_does_not_show_itself(key: str | None, text: str) -> None:
    for show in (repr, str, format):
        assert show(Key(key)) == text
    assert repr(Key(lambda: KEY)) == "Key(hidden)"
    assert KEY not in repr(request())


def shown_with_locals(call: Callable[[], object]) -> str:
    """The traceback of what a call raises, as tools render it that show local variables."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever it is
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(frames.format())
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("key", ["secret\nkey", b"secret", ["secret"]])
def test_a_traceback_with_locals_does_not_show_a_key_that_is_refused(key: Any) -> None:
    calls = [Key(key).check, Key(lambda key=key: key).reveal]
    del key
    for call in calls:
        shown = shown_with_locals(call)
        assert "Error: " in shown
        assert "api_key" in shown
        assert "secret" not in shown


@pytest.mark.filterwarnings("error::mistralai.client._call.request.InsecureConnectionWarning")
def test_a_traceback_with_locals_does_not_show_the_key_that_a_warning_is_about() -> None:
    shown = shown_with_locals(request("http://a.example").all_headers)
    assert "InsecureConnectionWarning" in shown
    assert KEY not in shown


def test_headers_show_no_key() -> None:
    headers = request().all_headers()
    assert headers["authorization"] == f"Bearer {KEY}"
    assert repr(headers["authorization"]) == "'(hidden)'"
    assert KEY not in repr(headers)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_key_is_not_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(request(), protocol)


# --- addresses ---------------------------------------------------------------


@pytest.mark.parametrize("url", [*SERVERS.values(), "http://localhost:8080", "https://[::1]:8443"])
@pytest.mark.parametrize("path", ["", "/", "//", "/prefix", "/prefix/"])
def test_an_address_loses_its_trailing_slashes(url: str, path: str) -> None:
    assert checked_url(url + path) == (url + path).rstrip("/")


def test_an_address_keeps_its_query_and_loses_the_slash_before_it() -> None:
    for given, kept in {
        "https://a.example/?v=1": "https://a.example?v=1",
        "https://a.example/base//?v=1&w=/x/": "https://a.example/base?v=1&w=/x/",
        "https://a.example/?": "https://a.example",
    }.items():
        assert checked_url(given) == kept, given


def test_a_fragment_of_an_address_is_refused_and_named() -> None:
    for wrong in ("https://a.example#part", "https://a.example/v1?token=secret#part"):
        with pytest.raises(ValueError, match="MISTRAL_SERVER_URL has the fragment '#part'") as no:
            checked_url(wrong, "MISTRAL_SERVER_URL")
        assert "secret" not in str(no.value), wrong


def test_the_queries_of_an_address_and_of_a_call_go_behind_the_path() -> None:
    for server_url, path, whole in [
        ("https://a.example", "/v1/x", "https://a.example/v1/x"),
        ("https://a.example", "/v1/x?p=1", "https://a.example/v1/x?p=1"),
        ("https://a.example/b?v=1", "/v1/x", "https://a.example/b/v1/x?v=1"),
        ("https://a.example?v=1&w=%20", "/x?p=1&p=2", "https://a.example/x?v=1&w=%20&p=1&p=2"),
        ("https://a.example?p=0&v=1&flag", "/x?p=1", "https://a.example/x?v=1&flag&p=1"),
        ("https://a.example?p=0", "/x?p=", "https://a.example/x?p="),
    ]:
        assert joined(server_url, path) == whole, (server_url, path)


def test_blanks_around_an_address_are_dropped() -> None:
    assert checked_url(" https://a.example/\r\n") == "https://a.example"


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "api.mistral.ai",
        "localhost:8080",
        "ftp://a.example",
        "https://",
        "https:///v1",
        "https://:443",
        "https://a.example:0",
        "https://a.example:99999",
        "https://a.example:port",
        "https://[::1",
        "https://a.example/in side",
        "https://a.example/in\nside",
    ],
)
def test_what_is_no_address_is_refused_by_its_name(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"MISTRAL_SERVER_URL is .*; give an address"):
        checked_url(wrong, "MISTRAL_SERVER_URL")


@pytest.mark.parametrize(
    ("url", "rest"),
    [
        ("ftp://user:secret@a.example/path", "ftp://a.example/path"),
        ("https://user:secret@a.example:99999", "https://a.example:99999"),
        ("https://user:sec/secret@a.example:99999", "https://a.example:99999"),
        ("https://user:a@secret@[::1", "https://[::1"),
        ("user:secret@a.example", "a.example"),
        ("https://us\ner:secret\n@a.example/in side", "https://a.example/in side"),
    ],
)
def test_an_address_that_is_refused_shows_no_password(url: str, rest: str) -> None:
    with pytest.raises(ValueError, match="server_url is") as caught:
        checked_url(url)
    assert str(caught.value) == (
        f"server_url is {rest!r}; give an address such as 'https://api.mistral.ai'"
    )


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://user:secret@a.example:8443/v1/x", "https://a.example:8443/v1/x"),
        ("https://us@er:secret@a.example", "https://a.example"),
        ("http://[::1]:80/v1?token=secret#secret", "http://[::1]:80/v1"),
    ],
)
def test_an_address_is_shown_without_user_password_and_query(url: str, text: str) -> None:
    assert shown(url) == text
    assert request(url).shown_url == text
    assert "secret" not in repr(request(url))


@pytest.mark.parametrize("wrong", [5, b"https://a.example", ["https://a.example"], None])
def test_an_address_of_another_type_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match=f"server_url takes a string, not a {type(wrong).__name__}"):
        checked_url(wrong)


# --- headers that callers add ------------------------------------------------


@pytest.mark.parametrize(
    "headers", [{}, {"X-Trace": "1", "a!#$%&'*+-.^_`|~9": "a\tb c", "empty": ""}]
)
def test_headers_that_http_can_carry_are_taken_as_they_are(headers: dict[str, str]) -> None:
    assert checked_headers(headers) == headers


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([("a", "b")], "http_headers takes a mapping, not a list"),
        ("a: b", "http_headers takes a mapping, not a str"),
        ({"a": 5}, "http_headers['a'] is a int; give strings"),
        ({"a": None}, "http_headers['a'] is a NoneType; give strings"),
        ({"a": b"b"}, "http_headers['a'] is a bytes; give strings"),
        ({b"a": "b"}, "http_headers[b'a'] is a str; give strings"),
    ],
)
def test_headers_of_another_type_are_refused(wrong: object, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        checked_headers(wrong)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\n", "\u00e9", "a\0", "(a)"])
def test_what_is_no_name_of_a_header_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="which is no name of a header") as caught:
        checked_headers({"fine": "x", name: "secret"})
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize(
    "value", ["secr\u00e9t", "two\nlines", " secret", "secret ", "\t", "\0", "\x7f", "x\r"]
)
def test_a_value_that_http_cannot_carry_is_refused_unseen(value: str) -> None:
    with pytest.raises(
        ValueError, match=r"http_headers\['authorization'\] has characters"
    ) as caught:
        checked_headers({"authorization": value})
    assert value not in str(caught.value).replace(" ", "") or not value.strip()
    assert "secr" not in str(caught.value)


# --- headers that are sent ---------------------------------------------------


def test_a_stream_asks_for_events_that_no_compression_holds_back() -> None:
    assert request(body=b"{}", stream=True).all_headers() == {
        "accept": "text/event-stream",
        "accept-encoding": "identity",
        "authorization": f"Bearer {KEY}",
        "content-type": "application/json",
        "user-agent": f"mistralai-stream-python/{__version__}",
    }


def test_other_requests_ask_for_json_and_name_a_body_only_if_they_have_one() -> None:
    assert request().all_headers() == {
        "accept": "application/json",
        "authorization": f"Bearer {KEY}",
        "user-agent": f"mistralai-stream-python/{__version__}",
    }


def test_headers_of_the_caller_win_however_they_are_written() -> None:
    given = {"ACCEPT": "x/y", "User-Agent": "mine", "X-Trace": "1"}
    headers = request(headers=given, stream=True).all_headers()
    assert headers["accept"] == "x/y"
    assert headers["user-agent"] == "mine"
    assert headers["x-trace"] == "1"
    assert headers["accept-encoding"] == "identity"
    assert headers.keys() == {name.lower() for name in headers}


def test_where_the_caller_authorises_the_key_is_not_asked_for() -> None:
    def never() -> str:
        raise AssertionError("the key was asked for")

    headers = request(key=never, headers={"Authorization": "Basic eA=="}).all_headers()
    assert headers["authorization"] == "Basic eA=="


@pytest.mark.parametrize("url", [*SERVERS.values(), "https://mistral.ai", "https://API.MISTRAL.AI"])
def test_without_a_key_nothing_goes_to_mistral(url: str) -> None:
    with pytest.raises(MissingKeyError, match="Set MISTRAL_API_KEY") as caught:
        request(url, key=None).all_headers()
    assert caught.value.status_code is None


@pytest.mark.parametrize("host", ["a.example", "notmistral.ai", "mistral.ai.example", "localhost"])
def test_without_a_key_other_servers_are_asked_without_authorization(host: str) -> None:
    assert "authorization" not in request(f"https://{host}", key=None).all_headers()


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:80", "api.localhost", "127.0.0.1:8765", "127.1.2.3", "[::1]:8765"],
)
def test_a_key_goes_to_this_machine_over_plain_http_in_silence(host: str) -> None:
    assert request(f"http://{host}/v1").all_headers()["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "host", ["a.example", "127.0.0.1.example", "localhost.example", "10.0.0.1", "[::2]"]
)
def test_a_key_goes_elsewhere_over_plain_http_only_with_a_warning(host: str) -> None:
    url = f"http://user:secret@{host}/v1"
    with pytest.warns(InsecureConnectionWarning, match="plain http") as caught:
        headers = request(url).all_headers()
    assert headers["authorization"] == f"Bearer {KEY}"
    [warning] = caught
    assert str(urlsplit(url).hostname) in str(warning.message)
    for secret in (KEY, "secret"):
        assert secret not in str(warning.message)


def test_no_warning_where_no_key_goes() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        request("http://a.example", key=None).all_headers()
        request(URL).all_headers()
