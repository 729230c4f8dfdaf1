"""Properties that all errors have in common."""

import contextlib
import copy
import dataclasses
import pickle
from collections.abc import Iterator

import pytest

from mistralai.client import errors
from mistralai.client.errors import precise as precise_module
from support.madeerrors import CLASSES, KEY, make, response

ERRORS = {cls.__name__: make(cls) for cls in CLASSES}

WITHOUT_ANSWER = (errors.NoResponseError, errors.MissingKeyError)


def test_every_class_is_among_them() -> None:
    below = {errors.MistralClientError}
    while more := {sub for cls in below for sub in cls.__subclasses__()} - below:
        below |= more
    ours = {cls for cls in below if cls.__module__.startswith("mistralai.client.")}
    assert ours == set(CLASSES)
    assert len(CLASSES) > 25


# --- pickles and copies ------------------------------------------------------


def check_twin(twin: errors.MistralClientError, error: errors.MistralClientError) -> None:
    """Check that a copy is equal in all but the response and the request, which it lacks."""
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


def test_an_error_comes_back_from_a_pickle_without_the_key(subtests: pytest.Subtests) -> None:
    for name, error in ERRORS.items():
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with subtests.test(name, protocol=protocol):
                pickled = pickle.dumps(error, protocol)
                assert KEY.encode() not in pickled
                check_twin(pickle.loads(pickled), error)


def test_an_error_can_be_copied(subtests: pytest.Subtests) -> None:
    for name, error in ERRORS.items():
        for duplicate in (copy.copy, copy.deepcopy):
            with subtests.test(name, duplicate=duplicate.__name__):
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


def test_an_error_does_not_show_the_key(subtests: pytest.Subtests) -> None:
    for name, error in ERRORS.items():
        with subtests.test(name):
            for shown in (repr(error), str(error), f"{error}", repr(vars(error)), repr(error.args)):
                assert KEY not in shown


def test_an_error_says_what_happened_in_its_message(subtests: pytest.Subtests) -> None:
    for name, error in ERRORS.items():
        with subtests.test(name):
            assert "What happened" in error.message
            assert str(error) == error.message
            assert error.args == (error.message,)
            assert repr(error) == f"{type(error).__name__}({error.message!r})"


def test_errors_are_equal_only_to_themselves(subtests: pytest.Subtests) -> None:
    for name, error in ERRORS.items():
        with subtests.test(name):
            assert {error, error} == {error}
            assert error != copy.copy(error)


def test_an_error_passes_through_a_context_manager(subtests: pytest.Subtests) -> None:
    @contextlib.contextmanager
    def manager() -> Iterator[None]:
        yield

    # contextlib sets `__traceback__`, which a frozen dataclass would refuse.
    for name, error in ERRORS.items():
        with subtests.test(name):
            with pytest.raises(type(error)) as caught, manager():
                raise error
            assert caught.value is error


def test_the_fields_of_an_error_can_be_logged(subtests: pytest.Subtests) -> None:
    for name, error in ERRORS.items():
        with subtests.test(name):
            fields = {field.name: getattr(error, field.name) for field in dataclasses.fields(error)}
            assert fields["events_received"] == 3
            assert fields["partial"].id == "1"
            if error.raw_response is not None:
                assert fields["body"] == "the body"
                assert fields["headers"]["mistral-correlation-id"] == "id-1"
                assert fields["request_id"] == "id-1"
                assert fields["status_code"] == error.raw_response.status_code


COMMON = ["message", "status_code", "body", "headers", "raw_response"]
COMMON += ["request_id", "partial", "events_received", "run"]


FIELDS: list[tuple[type[errors.MistralClientError], list[str]]] = [
    (errors.MistralClientError, []),
    (errors.MistralError, []),
    (errors.SDKError, ["error", "retry_after", "hint"]),
    (errors.RateLimitError, ["error", "retry_after", "hint"]),
    (errors.HTTPValidationError, ["data"]),
    (errors.ResponseValidationError, []),
    (errors.NoResponseError, []),
    (errors.MissingKeyError, []),
    (errors.APIConnectionError, []),
    (errors.APITimeoutError, ["phase", "elapsed", "since_last_event"]),
    (precise_module.ReadTimeout, ["phase", "elapsed", "since_last_event"]),
]


def test_these_are_the_fields_of_an_error(subtests: pytest.Subtests) -> None:
    for cls, more in FIELDS:
        with subtests.test(cls.__name__):
            assert [field.name for field in dataclasses.fields(cls)] == COMMON + more
