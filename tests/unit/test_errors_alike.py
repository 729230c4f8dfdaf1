"""What all errors have in common."""

import contextlib
import copy
import dataclasses
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mistralai.client import errors
from mistralai.client.errors import precise as precise_module
from support.madeerrors import CLASSES, KEY, make, response

ERRORS = [pytest.param(make(cls), id=cls.__name__) for cls in CLASSES]

WITHOUT_ANSWER = (errors.NoResponseError, errors.MissingKeyError)

every_error = pytest.mark.parametrize("error", ERRORS)


def test_every_class_is_among_them() -> None:
    below = {errors.MistralClientError}
    while more := {sub for cls in below for sub in cls.__subclasses__()} - below:
        below |= more
    ours = {cls for cls in below if cls.__module__.startswith("mistralai.")}
    assert ours == set(CLASSES)
    assert len(CLASSES) > 25


# --- pickles and copies ------------------------------------------------------


def check_twin(twin: errors.MistralClientError, error: errors.MistralClientError) -> None:
    """A copy says the same, and holds neither the response nor the request."""
    assert type(twin) is type(error)
    assert twin is not error
    assert str(twin) == str(error)
    assert repr(twin) == repr(error)
    assert twin.args == error.args
    assert twin.raw_response is None
    left_out = {"raw_response": None} | ({"_request": None} if "_request" in vars(error) else {})
    assert vars(twin) == {**vars(error), **left_out}
    assert error.raw_response is not None or isinstance(error, WITHOUT_ANSWER)
    if isinstance(twin, errors.APIConnectionError):
        with pytest.raises(RuntimeError, match="request"):
            _ = twin.request


@every_error
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_comes_back_from_a_pickle_without_the_key(
    error: errors.MistralClientError, protocol: int
) -> None:
    pickled = pickle.dumps(error, protocol)
    assert KEY.encode() not in pickled
    check_twin(pickle.loads(pickled), error)


@every_error
@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_an_error_can_be_copied(
    error: errors.MistralClientError, duplicate: Callable[[Any], errors.MistralClientError]
) -> None:
    check_twin(duplicate(error), error)


class OfAUser(errors.RateLimitError):
    def __init__(self, tenant: str) -> None:
        super().__init__(f"{tenant} is too fast", response())
        self.tenant = tenant


def test_a_class_of_a_users_own_is_copied_too() -> None:
    error = OfAUser("acme")
    twin = copy.copy(error)
    assert (twin.tenant, str(twin)) == ("acme", str(error))


def test_notes_are_copied() -> None:
    error = make(errors.SDKError)
    error.add_note("while asking for a poem")
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while asking for a poem"]


# --- how errors behave -------------------------------------------------------


@every_error
def test_an_error_does_not_show_the_key(error: errors.MistralClientError) -> None:
    for shown in (repr(error), str(error), f"{error}", repr(vars(error)), repr(error.args)):
        assert KEY not in shown


@every_error
def test_an_error_says_what_happened_in_its_message(error: errors.MistralClientError) -> None:
    assert "What happened" in error.message
    assert str(error) == error.message
    assert error.args == (error.message,)
    assert repr(error) == f"{type(error).__name__}({error.message!r})"


@every_error
def test_errors_are_equal_only_to_themselves(error: errors.MistralClientError) -> None:
    assert {error, error} == {error}
    assert error != copy.copy(error)


@every_error
def test_an_error_passes_through_a_context_manager(error: errors.MistralClientError) -> None:
    # contextlib sets `__traceback__`, which a frozen dataclass would refuse.
    @contextlib.contextmanager
    def manager() -> Iterator[None]:
        yield

    with pytest.raises(type(error)) as caught, manager():
        raise error
    assert caught.value is error


@every_error
def test_the_fields_of_an_error_can_be_logged(error: errors.MistralClientError) -> None:
    fields = {field.name: getattr(error, field.name) for field in dataclasses.fields(error)}
    assert fields["events_received"] == 3
    assert fields["partial"].id == "1"
    if error.raw_response is not None:
        assert fields["body"] == "the body"
        assert fields["headers"]["mistral-correlation-id"] == "id-1"
        assert fields["request_id"] == "id-1"
        assert fields["status_code"] == error.raw_response.status_code


COMMON = ["message", "status_code", "body", "headers", "raw_response"]
COMMON += ["request_id", "partial", "events_received"]


@pytest.mark.parametrize(
    ("cls", "more"),
    [
        (errors.MistralClientError, []),
        (errors.MistralError, []),
        (errors.SDKError, ["error", "retry_after"]),
        (errors.RateLimitError, ["error", "retry_after"]),
        (errors.HTTPValidationError, ["data"]),
        (errors.ResponseValidationError, []),
        (errors.NoResponseError, []),
        (errors.MissingKeyError, []),
        (errors.APIConnectionError, []),
        (errors.APITimeoutError, ["phase", "elapsed", "since_last_event"]),
        (precise_module.ReadTimeout, ["phase", "elapsed", "since_last_event"]),
    ],
)
def test_these_are_the_fields_of_an_error(
    cls: type[errors.MistralClientError], more: list[str]
) -> None:
    assert [field.name for field in dataclasses.fields(cls)] == COMMON + more
