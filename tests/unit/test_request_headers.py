import warnings
from urllib.parse import urlsplit

import pytest

from mistralai.client import __version__
from mistralai.client._call.request import InsecureConnectionWarning, checked_headers
from mistralai.client._call.urls import SERVERS
from mistralai.client.errors import MissingKeyError
from support.made_requests import KEY, URL, request

# --- headers that callers add -------------------------------------------------


def test_headers_that_http_can_carry_are_taken_as_they_are(subtests: pytest.Subtests) -> None:
    for headers in [{}, {"X-Trace": "1", "a!#$%&'*+-.^_`|~9": "a\tb c", "empty": ""}]:
        with subtests.test(headers=headers):
            assert checked_headers(headers) == headers


WRONG_TYPES = [
    ([("a", "b")], "http_headers takes a mapping, not a list"),
    ("a: b", "http_headers takes a mapping, not a str"),
    ({"a": 5}, "http_headers['a'] is a int; give strings"),
    ({"a": None}, "http_headers['a'] is a NoneType; give strings"),
    ({"a": b"b"}, "http_headers['a'] is a bytes; give strings"),
    ({b"a": "b"}, "http_headers[b'a'] is a str; give strings"),
]


def test_headers_of_another_type_are_refused(subtests: pytest.Subtests) -> None:
    for wrong, message in WRONG_TYPES:
        with subtests.test(wrong=wrong):
            with pytest.raises(TypeError) as caught:
                checked_headers(wrong)
            assert str(caught.value) == message


def test_what_is_not_a_name_of_a_header_is_refused(subtests: pytest.Subtests) -> None:
    for name in ["", "a b", "a:", "a\n", "\u00e9", "a\0", "(a)"]:
        with subtests.test(name=name):
            with pytest.raises(ValueError, match="which is not a header name") as caught:
                checked_headers({"fine": "x", name: "secret"})
            assert repr(name) in str(caught.value)


def test_a_value_that_http_cannot_carry_is_refused_unseen(subtests: pytest.Subtests) -> None:
    for value in ["secr\u00e9t", "two\nlines", " secret", "secret ", "\t", "\0", "\x7f", "x\r"]:
        with subtests.test(value=value):
            with pytest.raises(
                ValueError, match=r"http_headers\['authorization'\] has characters"
            ) as caught:
                checked_headers({"authorization": value})
            assert value not in str(caught.value).replace(" ", "") or not value.strip()
            assert "secr" not in str(caught.value)


# --- headers that are sent ----------------------------------------------------


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


def test_where_the_caller_gives_authorization_the_key_is_not_asked_for() -> None:
    def never() -> str:
        raise AssertionError("the key was asked for")

    headers = request(key=never, headers={"Authorization": "Basic eA=="}).all_headers()
    assert headers["authorization"] == "Basic eA=="


def test_without_a_key_nothing_goes_to_mistral(subtests: pytest.Subtests) -> None:
    for url in [*SERVERS.values(), "https://mistral.ai", "https://API.MISTRAL.AI"]:
        with subtests.test(url=url):
            with pytest.raises(MissingKeyError, match="MISTRAL_API_KEY") as caught:
                request(url, key=None).all_headers()
            assert caught.value.status_code is None


def test_without_a_key_other_servers_are_asked_without_authorization(
    subtests: pytest.Subtests,
) -> None:
    for host in ["a.example", "notmistral.ai", "mistral.ai.example", "localhost"]:
        with subtests.test(host=host):
            assert "authorization" not in request(f"https://{host}", key=None).all_headers()


LOOPBACK = [
    "localhost",
    "LOCALHOST:80",
    "api.localhost",
    "127.0.0.1:8765",
    "127.1.2.3",
    "[::1]:8765",
]


def test_a_key_goes_to_this_machine_over_plain_http_without_a_warning(
    subtests: pytest.Subtests,
) -> None:
    for host in LOOPBACK:
        with subtests.test(host=host):
            assert request(f"http://{host}/v1").all_headers()["authorization"] == f"Bearer {KEY}"


def test_a_key_goes_elsewhere_over_plain_http_only_with_a_warning(
    subtests: pytest.Subtests,
) -> None:
    for host in ["a.example", "127.0.0.1.example", "localhost.example", "10.0.0.1", "[::2]"]:
        with subtests.test(host=host):
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
