import pickle
import traceback
from collections.abc import Callable

import pytest

from mistralai.client._call.request import Key
from mistralai.client._call.urls import SERVERS, checked_url, joined, shown
from support.made_requests import KEY, request

# --- the key ------------------------------------------------------------------


KEYS = {
    KEY: KEY,
    f" {KEY}\t\r\n": KEY,
    f"Bearer {KEY}": KEY,  # as in a header; the generated SDK accepts it
    f" bearer  {KEY}\n": KEY,
    "Bearer": "Bearer",
    "": None,
    " \n": None,
    None: None,
}


def test_a_key_loses_blanks_and_scheme_and_an_empty_one_is_none() -> None:
    for source, key in KEYS.items():
        for made in (Key(source), Key(lambda source=source: source)):
            made.check()
            assert made.reveal() == key, source


def test_a_callable_is_called_for_each_request() -> None:
    keys = iter(["first", "second"])
    rotating = request(key=lambda: next(keys))
    sent = [rotating.all_headers()["authorization"] for _ in range(2)]
    assert sent == ["Bearer first", "Bearer second"]


def test_a_key_that_is_not_printable_is_refused_unseen(subtests: pytest.Subtests) -> None:
    for wrong in ["kéy", "one\ntwo", "tab\there", "\u200bkey", "key\x7f", "a\0b"]:
        with subtests.test(wrong=wrong):
            with pytest.raises(ValueError, match="not printable ASCII") as at_once:
                Key(wrong).check()
            later = Key(lambda wrong=wrong: wrong)
            with pytest.raises(ValueError, match="not printable ASCII") as when_asked:
                later.reveal()
            for error in (at_once.value, when_asked.value):
                assert wrong not in str(error)
                assert repr(wrong) not in repr(error)


def test_a_key_of_another_type_is_refused(subtests: pytest.Subtests) -> None:
    for wrong in [5, b"bytes", ["key"], True]:
        refusal = f"api_key .* not a {type(wrong).__name__}"
        with subtests.test(wrong=wrong), pytest.raises(TypeError, match=refusal):
            Key(wrong).check()


def test_a_callable_that_gives_another_type_is_refused_unseen(subtests: pytest.Subtests) -> None:
    for wrong in [5, b"secret-bytes", ["secret"]]:
        with subtests.test(wrong=wrong):
            with pytest.raises(TypeError, match=f"api_key .* {type(wrong).__name__}") as caught:
                Key(lambda wrong=wrong: wrong).reveal()
            assert "secret" not in str(caught.value)


def test_a_key_does_not_show_itself(subtests: pytest.Subtests) -> None:
    for key, text in [(KEY, "Key(hidden)"), (None, "Key(none)")]:
        with subtests.test(text):
            for show in (repr, str, format):
                assert show(Key(key)) == text
            assert repr(Key(lambda: KEY)) == "Key(hidden)"
            assert KEY not in repr(request())


def shown_with_locals(call: Callable[[], object]) -> str:
    """Return the traceback of what `call` raises, with local variables as some tools show them."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever it is
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(frames.format())
    raise AssertionError("nothing was raised")


def test_a_traceback_with_locals_does_not_show_a_key_that_is_refused(
    subtests: pytest.Subtests,
) -> None:
    for key in ["secret\nkey", b"secret", ["secret"]]:
        with subtests.test(key=key):
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


def test_a_key_is_not_pickled(subtests: pytest.Subtests) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with subtests.test(protocol=protocol), pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(request(), protocol)


# --- addresses ----------------------------------------------------------------


def test_an_address_loses_its_trailing_slashes(subtests: pytest.Subtests) -> None:
    for url in [*SERVERS.values(), "http://localhost:8080", "https://[::1]:8443"]:
        for path in ["", "/", "//", "/prefix", "/prefix/"]:
            with subtests.test(url=url, path=path):
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


NOT_ADDRESSES = [
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
]


def test_what_is_not_an_address_is_refused_by_the_name_of_the_setting(
    subtests: pytest.Subtests,
) -> None:
    for wrong in NOT_ADDRESSES:
        refusal = r"MISTRAL_SERVER_URL is .*; give an address"
        with subtests.test(wrong=wrong), pytest.raises(ValueError, match=refusal):
            checked_url(wrong, "MISTRAL_SERVER_URL")


REFUSED = [
    ("ftp://user:secret@a.example/path", "ftp://a.example/path"),
    ("https://user:secret@a.example:99999", "https://a.example:99999"),
    ("https://user:sec/secret@a.example:99999", "https://a.example:99999"),
    ("https://user:a@secret@[::1", "https://[::1"),
    ("user:secret@a.example", "a.example"),
    ("https://us\ner:secret\n@a.example/in side", "https://a.example/in side"),
]


def test_an_address_that_is_refused_shows_no_password(subtests: pytest.Subtests) -> None:
    for url, rest in REFUSED:
        with subtests.test(url=url):
            with pytest.raises(ValueError, match="server_url is") as caught:
                checked_url(url)
            assert str(caught.value) == (
                f"server_url is {rest!r}; give an address such as 'https://api.mistral.ai'"
            )


SHOWN = [
    ("https://user:secret@a.example:8443/v1/x", "https://a.example:8443/v1/x"),
    ("https://us@er:secret@a.example", "https://a.example"),
    ("http://[::1]:80/v1?token=secret#secret", "http://[::1]:80/v1"),
]


def test_an_address_is_shown_without_user_password_and_query(subtests: pytest.Subtests) -> None:
    for url, text in SHOWN:
        with subtests.test(url=url):
            assert shown(url) == text
            assert request(url).shown_url == text
            assert "secret" not in repr(request(url))


def test_an_address_of_another_type_is_refused(subtests: pytest.Subtests) -> None:
    for wrong in [5, b"https://a.example", ["https://a.example"], None]:
        refusal = f"server_url takes a string, not a {type(wrong).__name__}"
        with subtests.test(wrong=wrong), pytest.raises(TypeError, match=refusal):
            checked_url(wrong)
