import inspect
from typing import Any

import pytest
from typing_extensions import TypedDict, Unpack

from mistralai.client._api.keywords import Nullable
from mistralai.client._api.params import AgentsParams, ChatParams, FIMParams
from mistralai.client._api.signatures import check_keywords, described_by
from mistralai.client.types import UNSET


class _Needed(TypedDict):
    model: "str"
    messages: "list[str]"


class Params(_Needed, total=False):
    temperature: Nullable["float"]
    tools: "list[str] | None"


class Resource:
    @described_by(Params)
    def stream(self, **params: Unpack[Params]) -> int:
        """Stream."""
        return len(params)

    @described_by(Params, coroutine=True)
    def stream_async(self, **params: Unpack[Params]) -> str:
        """Stream later."""
        return f"awaitable with {len(params)}"


def test_the_signature_names_every_parameter_with_its_default() -> None:
    assert str(inspect.signature(Resource.stream)) == (
        "(self, *, model: 'str', messages: 'list[str]',"
        " temperature: 'OptionalNullable[float]' = UNSET,"
        " tools: 'list[str] | None' = None) -> int"
    )


def test_the_signature_can_be_bound_and_completed() -> None:
    bound = inspect.signature(Resource().stream).bind(model="m", messages=[], temperature=None)
    bound.apply_defaults()
    assert bound.arguments == {"model": "m", "messages": [], "temperature": None, "tools": None}
    with pytest.raises(TypeError, match="messages"):
        inspect.signature(Resource().stream).bind(model="m")


def test_the_method_stays_an_ordinary_function() -> None:
    assert inspect.isfunction(Resource.stream)
    assert Resource.stream.__doc__ == "Stream."
    assert Resource().stream(model="m", messages=[]) == 2


def test_only_a_method_that_is_marked_as_one_is_a_coroutine_function() -> None:
    assert not inspect.iscoroutinefunction(Resource.stream)
    for method in (Resource.stream_async, Resource().stream_async):
        assert inspect.iscoroutinefunction(method)


def test_a_marked_method_still_returns_its_own_result() -> None:
    resource = Resource()
    given = {resource.stream_async(model="m", messages=[]) for _ in range(100)}
    assert given == {"awaitable with 2"}


def test_known_names_pass_whatever_their_values(subtests: pytest.Subtests) -> None:
    for params in [{"model": "m", "messages": []}, {"tools": 1, "model": 2, "messages": 3}]:
        with subtests.test(params=params):
            check_keywords(params, Params, method="stream")


WRONG_NAMES = [
    (
        {"model": "m", "messages": [], "temprature": 1},
        "stream() got an unexpected keyword argument 'temprature'. Did you mean 'temperature'?",
    ),
    (
        {"model": "m", "messages": [], "xyz": 1},
        "stream() got an unexpected keyword argument 'xyz'",
    ),
    ({"model": "m"}, "stream() missing 1 required keyword-only argument: 'messages'"),
    ({}, "stream() missing 2 required keyword-only arguments: 'model' and 'messages'"),
]


def test_other_names_raise_the_error_that_python_would(subtests: pytest.Subtests) -> None:
    for params, complaint in WRONG_NAMES:
        with subtests.test(params=params):
            with pytest.raises(TypeError) as caught:
                check_keywords(params, Params, method="stream")
            assert str(caught.value) == complaint


REQUIRED: list[tuple[type, list[str]]] = [
    (ChatParams, ["model", "messages"]),
    (AgentsParams, ["agent_id", "messages"]),
    (FIMParams, ["model", "prompt"]),
]


def test_the_endpoints_require_two_keywords_which_come_first(subtests: pytest.Subtests) -> None:
    for params_type, required in REQUIRED:
        with subtests.test(params_type.__name__):

            @described_by(params_type)
            def call(**params: Any) -> None:
                """Call."""

            parameters = inspect.signature(call).parameters.values()
            assert [p.name for p in parameters if p.default is p.empty] == required
            assert [p.name for p in parameters][: len(required)] == required
            assert {p.kind for p in parameters} == {inspect.Parameter.KEYWORD_ONLY}
            defaults = {repr(p.default) for p in parameters if p.default is not p.empty}
            assert defaults == {"UNSET", "None"}


def test_unset_is_the_default_of_what_may_be_null() -> None:
    @described_by(ChatParams)
    def call(**params: Any) -> None:
        """Call."""

    defaults = {name: p.default for name, p in inspect.signature(call).parameters.items()}
    assert defaults["stop"] is UNSET
    assert defaults["retries"] is UNSET
    assert defaults["tool_choice"] is None
