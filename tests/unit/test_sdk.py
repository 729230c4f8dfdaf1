import inspect
import pickle
from typing import Any, cast

import pytest

from mistralai.client import Mistral, Timeouts
from mistralai.client.chat import Chat
from mistralai.client.models import Security
from mistralai.client.sse import DEFAULT_MAX_EVENT_SIZE
from mistralai.client.types import UNSET
from mistralai.client.utils import BackoffStrategy, RetryConfig
from support.interpreter import modules_after
from support.unseen import shown

KEY = "a-key-that-nobody-may-see"
GLOBAL = "https://api.mistral.ai"


def address(**given: Any) -> str:
    return Mistral(KEY, **given).sdk_configuration.get_server_details()[0]


# --- what a client is given ---------------------------------------------------


def test_key_and_server_may_be_given_by_position_and_the_rest_by_name() -> None:
    parameters = list(inspect.signature(Mistral).parameters.values())
    assert [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD] == [
        "api_key",
        "server",
    ]
    assert {p.name for p in parameters if p.kind is p.KEYWORD_ONLY} >= {
        "server_url",
        "url_params",
        "client",
        "async_client",
        "retry_config",
        "timeout_ms",
        "timeouts",
        "max_event_size",
        "max_response_size",
        "debug_logger",
    }


def test_the_key_comes_from_the_environment_where_none_is_given(
    monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    for given in [None, ""]:
        with subtests.test(given=given):
            monkeypatch.setenv("MISTRAL_API_KEY", "from the environment")
            assert Mistral(given).sdk_configuration.key.reveal() == "from the environment"
            assert Mistral(KEY).sdk_configuration.key.reveal() == KEY
            monkeypatch.delenv("MISTRAL_API_KEY")
            assert Mistral(given).sdk_configuration.key.reveal() is None


ADDRESSES = [
    (None, {}, GLOBAL),
    (None, {"server": "global"}, GLOBAL),
    (None, {"server": "eu"}, "https://api.eu.mistral.ai"),
    (None, {"server": "us"}, "https://api.us.mistral.ai"),
    (None, {"server_url": "http://a.example/"}, "http://a.example"),
    (None, {"server_url": "http://a.example", "server": "eu"}, "http://a.example"),
    ("http://env.example/", {}, "http://env.example"),
    ("http://env.example", {"server": "global"}, GLOBAL),
    ("http://env.example", {"server_url": "http://a.example"}, "http://a.example"),
    ("http://env.example", {"server_url": ""}, "http://env.example"),
    ("", {}, GLOBAL),
    (
        None,
        {"server_url": "http://{host}/{v}/{v}", "url_params": {"host": "h", "v": "1"}},
        "http://h/1/1",
    ),
]


def test_arguments_win_over_the_environment_and_an_address_over_a_name(
    monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    for environment, given, expected in ADDRESSES:
        with subtests.test(environment=environment, given=given):
            monkeypatch.delenv("MISTRAL_SERVER_URL", raising=False)
            if environment is not None:
                monkeypatch.setenv("MISTRAL_SERVER_URL", environment)
            assert address(**given) == expected


WRONG = [
    ({"server": "asia"}, ValueError, "server is 'asia'; give one of 'global', 'eu', 'us'"),
    ({"server": ""}, ValueError, "server is ''"),
    ({"server_url": "a.example"}, ValueError, "server_url is 'a.example'"),
    ({"server_url": 5}, TypeError, "server_url"),
    ({"api_key": 5}, TypeError, "api_key"),
    (
        {"retry_config": "2"},
        TypeError,
        "retry_config takes a RetryConfig, an int or None, not '2'",
    ),
    ({"retry_config": -1}, ValueError, "retry_config is -1"),
    ({"timeout_ms": "100"}, TypeError, "timeout_ms takes a number"),
    ({"timeout_ms": 0}, ValueError, "timeout_ms is 0"),
    ({"timeouts": 5}, TypeError, "timeouts"),
    ({"max_event_size": 0}, ValueError, "max_event_size is 0"),
    ({"max_event_size": -5}, ValueError, "max_event_size is -5"),
    ({"max_event_size": 1.5}, TypeError, "max_event_size takes a number of bytes, not 1.5"),
    ({"max_event_size": True}, TypeError, "max_event_size takes a number of bytes"),
    ({"max_response_size": 0}, ValueError, "max_response_size is 0"),
    ({"max_response_size": "1"}, TypeError, "max_response_size takes a number of bytes"),
]


def test_a_wrong_setting_is_refused_immediately_by_its_name(subtests: pytest.Subtests) -> None:
    for given, error, message in WRONG:
        with subtests.test(given=given):
            with pytest.raises(error) as caught:
                Mistral(**{"api_key": KEY, **given})
            assert message in str(caught.value)


def test_a_wrong_address_of_the_environment_is_named_after_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MISTRAL_SERVER_URL", "nowhere")
    with pytest.raises(ValueError, match="MISTRAL_SERVER_URL is 'nowhere'"):
        Mistral(KEY)


def test_the_key_is_there_as_a_security_that_does_not_show_it() -> None:
    configuration = Mistral(KEY).sdk_configuration
    security = configuration.security
    assert isinstance(security, Security)
    assert configuration.security is security
    assert f"Bearer {security.api_key}" == f"Bearer {KEY}"
    assert KEY not in shown(security) + shown(configuration)
    assert repr(security) == "Security(api_key='(hidden)')"
    assert KEY not in repr((security.model_dump(), security.model_dump_json(), dict(security)))
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(security)


def test_a_key_from_a_callable_is_a_callable_security() -> None:
    keys = iter(["first", "second"])
    security = Mistral(lambda: next(keys)).sdk_configuration.security
    assert callable(security)
    assert [security().api_key, security().api_key] == ["first", "second"]


def test_without_a_key_there_is_no_security() -> None:
    assert Mistral().sdk_configuration.security is None


def test_a_security_that_is_set_or_changed_counts_for_the_next_request() -> None:
    configuration = Mistral(KEY).sdk_configuration
    security = configuration.security
    assert isinstance(security, Security)
    security.api_key = "changed"
    assert configuration.key.reveal() == "changed"
    assert repr(security) == "Security(api_key='(hidden)')"
    for given, key in [
        (Security(api_key="set"), "set"),
        (lambda: Security(api_key="asked"), "asked"),
        (Security(), None),
        (None, None),
    ]:
        configuration.security = given
        assert configuration.security is given
        assert configuration.key.reveal() == key, given
    with pytest.raises(TypeError, match=r"security takes a Security .* not a str"):
        configuration.security = cast("Any", KEY)


def test_a_wrong_security_is_refused_unseen() -> None:
    with pytest.raises(ValueError, match="api_key") as wrong:
        Security(api_key=cast("Any", [KEY]))
    assert KEY not in f"{wrong.value} {wrong.value!r}"
    assert Security(api_key=None, other=KEY).model_dump() == {}


def test_settings_are_kept_as_they_were_given() -> None:
    backoff = RetryConfig("backoff", BackoffStrategy(1, 2, 3.0, 4), True)
    timeouts, logger = Timeouts(idle=1), object()
    given = {"retry_config": backoff, "timeout_ms": 5, "timeouts": timeouts}
    given |= {
        "max_event_size": 1,
        "max_response_size": 2,
        "debug_logger": logger,
        "strict_end": False,
    }
    configuration = Mistral(KEY, **given).sdk_configuration
    assert {name: getattr(configuration, name) for name in given} == given


def test_without_settings_every_default_applies() -> None:
    configuration = Mistral(KEY).sdk_configuration
    assert configuration.retry_config is UNSET
    assert configuration.timeout_ms is None
    assert configuration.timeouts is None
    assert configuration.max_event_size == DEFAULT_MAX_EVENT_SIZE
    assert configuration.max_response_size == 256 * 1024 * 1024
    assert configuration.strict_end is True
    assert configuration.debug_logger is None
    assert not configuration.client_supplied
    assert not configuration.async_client_supplied


# --- resources ----------------------------------------------------------------


def test_a_resource_is_made_when_it_is_first_used_and_kept() -> None:
    client = Mistral(KEY)
    assert "chat" in dir(client)
    assert "chat" not in vars(client)
    assert isinstance(client.chat, Chat)
    assert client.chat is client.chat
    assert client.chat.sdk_configuration is client.sdk_configuration


def test_an_unknown_resource_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Mistral' has no attribute 'chats'"):
        _ = Mistral(KEY).chats
    assert not hasattr(Mistral(KEY), "__wrapped__")


def test_a_resource_of_the_generated_sdk_alone_is_an_error_that_names_a_raw_call(
    subtests: pytest.Subtests,
) -> None:
    endpoints = {"audio": "audio/transcriptions", "classifiers": "moderations", "ocr": "ocr"}
    for name, endpoint in endpoints.items():
        call = rf"{name}'.* client\.request\(\"POST\", \"/v1/{endpoint}\", .*\)\. docs/reach.md"
        with subtests.test(name):
            client = Mistral(KEY)
            with pytest.raises(AttributeError, match=call) as raised:
                getattr(client, name)
            assert (raised.value.name, raised.value.obj) == (name, client)
            assert not hasattr(client, name)


def test_a_client_shows_its_server_and_no_secret() -> None:
    text = repr(Mistral(KEY, server_url="https://user:secret@a.example/v1?token=secret"))
    assert text == ("Mistral(SDKConfiguration(server_url='https://a.example/v1', timeout_ms=None))")


def test_a_client_whose_constructor_failed_can_still_be_shown_in_a_traceback() -> None:
    assert repr(Mistral.__new__(Mistral)) == "Mistral(None)"


def test_a_client_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="an API key is not pickled"):
        pickle.dumps(Mistral(KEY))


def test_making_a_client_loads_neither_pydantic_nor_httpx2() -> None:
    loaded = modules_after("import mistralai; mistralai.Mistral('key').chat")
    assert not loaded & {"pydantic", "httpx2", "anyio", "asyncio", "ssl"}
