import inspect
import time
from email.utils import formatdate
from math import inf, nan

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistralai.client._call.retry import (
    LONGEST_WAIT,
    Attempt,
    BackoffStrategy,
    Policy,
    RetryConfig,
    retry_after,
)
from mistralai.client.errors import (
    APIConnectionError,
    APITimeoutError,
    ErrorDetails,
    HTTPValidationError,
    HTTPValidationErrorData,
    MissingKeyError,
    MistralClientError,
    ResponseValidationError,
    SDKError,
    StreamInterruptedError,
    StreamTruncatedError,
)
from mistralai.client.errors.precise import (
    CertificateError,
    ConnectTimeout,
    LocalProtocolError,
    UnsupportedProtocol,
)
from mistralai.client.errors.sdkerror import (
    CapacityExceededError,
    InternalServerError,
    PermissionDeniedError,
    RateLimitError,
    class_of,
)
from mistralai.client.types import UNSET

NOW = 1_700_000_000.0


def config(
    strategy: str = "backoff",
    *,
    initial: int = 500,
    longest: int = 60_000,
    exponent: float = 1.5,
    elapsed: int = 3_600_000,
    jitter: int | None = None,
    connection_errors: bool = True,
    statuses: list[str] | None = None,
) -> RetryConfig:
    backoff = BackoffStrategy(initial, longest, exponent, elapsed, jitter)
    return RetryConfig(strategy, backoff, connection_errors, statuses)


def sdk_error(
    status: int,
    *,
    cls: type[SDKError] | None = None,
    asked: float | None = None,
    raw: int | None = None,
) -> SDKError:
    details = ErrorDetails(raw_status_code=raw)
    error = (cls or class_of(status))("no", httpx2.Response(status), "", error=details)
    error.retry_after = asked
    return error


# --- what callers give -------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "retries"),
    [
        ((), 2),
        ((UNSET,), 2),
        ((UNSET, UNSET), 2),
        ((UNSET, 5), 5),
        ((0, 5), 0),
        ((1, None), 1),
        ((None, 5), 0),
        ((UNSET, None), 0),
        ((config(), 0), None),
        ((UNSET, config("none")), 0),
    ],
)
def test_the_first_setting_that_says_something_counts(
    settings: tuple[object, ...], retries: int | None
) -> None:
    assert Policy.of(*settings).retries == retries


@pytest.mark.parametrize("wrong", [True, False, 1.0, "2", [], {"strategy": "none"}, object])
def test_retries_of_another_type_are_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match="retries takes a RetryConfig, an int or None, not") as err:
        Policy.of(wrong)
    assert repr(wrong) in str(err.value)


def test_a_negative_number_of_retries_is_refused() -> None:
    with pytest.raises(ValueError, match="retries is -1; give 0 or more"):
        Policy.of(-1)


def test_a_config_is_taken_in_seconds() -> None:
    given = config(initial=250, longest=4_000, exponent=3, elapsed=90_000, jitter=100)
    assert Policy.of(given) == Policy(
        retries=None, initial=0.25, longest=4.0, exponent=3, max_elapsed=90.0, jitter=0.1
    )


def test_jitter_is_half_a_second_unless_it_is_given() -> None:
    assert Policy.of(config(jitter=None)).jitter == 0.5
    assert Policy.of(config(jitter=0)).jitter == 0.0


def test_a_negative_jitter_is_refused() -> None:
    with pytest.raises(ValueError, match="jitter_ms is -1; give 0 or more milliseconds"):
        BackoffStrategy(1, 1, 1.0, 1, -1)


def test_the_settings_have_the_names_that_programs_use() -> None:
    backoff = BackoffStrategy(
        initial_interval=1, max_interval=2, exponent=1.5, max_elapsed_time=3, jitter_ms=4
    )
    given = RetryConfig(
        strategy="backoff",
        backoff=backoff,
        retry_connection_errors=False,
        status_codes_override=["500"],
    )
    assert vars(backoff) == {
        "initial_interval": 1,
        "max_interval": 2,
        "exponent": 1.5,
        "max_elapsed_time": 3,
        "jitter_ms": 4,
    }
    assert given.backoff is backoff
    assert repr(given) == (
        "RetryConfig(strategy='backoff', backoff=BackoffStrategy(initial_interval=1,"
        " max_interval=2, exponent=1.5, max_elapsed_time=3, jitter_ms=4),"
        " retry_connection_errors=False, status_codes_override=['500'])"
    )
    for cls in (BackoffStrategy, RetryConfig):
        assert list(inspect.signature(cls).parameters) == list(
            vars(backoff if cls is BackoffStrategy else given)
        )


# --- which errors are tried again --------------------------------------------


@pytest.mark.parametrize(("asked", "others"), [(None, set()), (1.0, {409})])
def test_these_statuses_are_tried_again_and_no_others(
    asked: float | None, others: set[int]
) -> None:
    wanted = {s for s in range(300, 600) if Policy().wants(sdk_error(s, asked=asked))}
    assert wanted == {408, 429, 500, 502, 503, 504, *others}


@pytest.mark.parametrize(
    ("override", "retried"),
    [
        (["500"], {500}),
        (["5XX"], {500, 501, 599}),
        (["5xx", "418"], {418, 500, 501, 599}),
        ([418, 501], {418, 501}),
        ([], {429, 500}),
        (None, {429, 500}),
    ],
    ids=str,
)
def test_an_override_takes_the_place_of_the_statuses(
    override: list[str] | None, retried: set[int]
) -> None:
    policy = Policy.of(config(statuses=override))
    statuses = (400, 418, 429, 500, 501, 599)
    assert {status for status in statuses if policy.wants(sdk_error(status))} == retried


@pytest.mark.parametrize(
    ("override", "retried"),
    [(["422"], True), (["4xx"], True), ([422], True), (["42X"], True), (["429"], False)],
    ids=str,
)
@pytest.mark.parametrize("status", [422, 200])  # as the status, and inside a stream
def test_a_422_is_tried_again_where_an_override_names_it(
    override: list[str], status: int, *, retried: bool
) -> None:
    error = HTTPValidationError(HTTPValidationErrorData(), httpx2.Response(status), "")
    assert Policy.of(config(statuses=override)).wants(error) == retried
    assert not Policy().wants(error)


HTTP_200 = [
    (RateLimitError, None, True),
    (CapacityExceededError, None, True),
    (InternalServerError, None, True),
    (PermissionDeniedError, None, False),
    (SDKError, None, False),
    (InternalServerError, 503, True),
    (InternalServerError, 501, False),
    (SDKError, 408, True),
    (RateLimitError, 429, True),
]


@pytest.mark.parametrize(("cls", "raw", "retried"), HTTP_200)
def test_inside_a_stream_an_error_counts_as_the_status_that_it_would_have(
    cls: type[SDKError], raw: int | None, *, retried: bool
) -> None:
    assert Policy().wants(sdk_error(200, cls=cls, raw=raw)) == retried


def test_inside_a_stream_a_code_that_is_a_status_decides() -> None:
    cases = [("429", True), ("503", True), ("400", False), ("501", False), ("1300", True)]
    for code, retried in cases:
        details = ErrorDetails(code=code)
        error = InternalServerError("no", httpx2.Response(200), "", error=details)
        assert Policy().wants(error) == retried, code
    both = ErrorDetails(code="503", raw_status_code=501)
    assert not Policy().wants(InternalServerError("no", httpx2.Response(200), "", error=both))


CONNECTION_ERRORS: list[tuple[MistralClientError, bool]] = [
    (APIConnectionError("x"), True),
    (StreamInterruptedError("x"), True),
    (StreamTruncatedError("x"), True),
    (ConnectTimeout("x", phase="connect"), True),
    (APITimeoutError("x", phase="connect"), True),
    (APITimeoutError("x", phase="first_event"), False),
    (APITimeoutError("x", phase="idle"), False),
    (APITimeoutError("x", phase="total"), False),
    (CertificateError("x"), False),
    (LocalProtocolError("x"), False),
    (UnsupportedProtocol("x"), False),
    (ResponseValidationError("x", httpx2.Response(200)), False),
    (HTTPValidationError(HTTPValidationErrorData(), httpx2.Response(422)), False),
    (MissingKeyError(), False),
    (MistralClientError("x"), False),
]


@pytest.mark.parametrize(
    ("error", "retried"),
    [
        pytest.param(error, retried, id=f"{type(error).__name__} {vars(error).get('phase', '')}")
        for error, retried in CONNECTION_ERRORS
    ],
)
def test_errors_without_a_status_say_themselves_whether_to_try_again(
    error: MistralClientError, *, retried: bool
) -> None:
    assert Policy().wants(error) == retried
    assert not Policy.of(config(connection_errors=False)).wants(error)


def test_a_config_without_connection_errors_still_retries_statuses() -> None:
    assert Policy.of(config(connection_errors=False)).wants(sdk_error(500))


# --- how long to wait --------------------------------------------------------


def test_waits_double_from_half_a_second_to_eight() -> None:
    assert [Policy().delay(n, None, 0.0) for n in range(7)] == [0.5, 1, 2, 4, 8, 8, 8]


def test_the_first_wait_too_is_no_longer_than_the_longest() -> None:
    assert Policy.of(config(initial=5_000, longest=1_000)).delay(0, None, 0.0) == 1.0


@pytest.mark.parametrize("exponent", [2, 2.0, 1.5, 1e300])
def test_waits_grow_to_the_longest_however_often(exponent: float) -> None:
    policy = Policy.of(config(initial=1, longest=10, exponent=exponent))
    assert policy.delay(100_000, None, 0.0) == 0.01


def test_the_wait_that_the_server_asks_for_takes_the_place_of_ours() -> None:
    assert Policy().delay(0, 7.0, 0.0) == 7.0
    assert Policy().delay(5, 0.001, 0.0) == 0.001


def test_a_server_that_asks_for_no_wait_is_not_asked_again_and_again_at_once() -> None:
    assert Policy().delay(1, 0.0, 0.0) == 1.0


@given(
    retries=st.integers(0, 20),
    asked=st.none() | st.floats(0, 1000),
    chance=st.floats(0, 1, exclude_max=True),
    jitter=st.integers(0, 100_000),
)
def test_jitter_only_ever_lengthens_a_wait_and_never_past_the_longest(
    retries: int, asked: float | None, chance: float, jitter: int
) -> None:
    # Invariant: a wait is at least what it is without chance, at most the jitter longer, one of
    # ours no longer than the longest, and one that may be begun without chance may be with it.
    policy = Policy.of(config(jitter=jitter))
    least, wait = policy.delay(retries, asked, 0.0), policy.delay(retries, asked, chance)
    assert least <= wait <= least + chance * jitter / 1000 + 1e-9
    assert asked or wait <= policy.longest
    assert policy.may_wait(wait, 0.0, None) == (least <= LONGEST_WAIT)


def test_jitter_makes_no_wait_of_ours_longer_than_the_longest() -> None:
    policy = Policy.of(config(initial=80, longest=100, exponent=1.0))
    assert policy.delay(0, None, 0.02) == 0.09
    assert policy.delay(0, None, 0.9) == 0.1
    assert policy.delay(0, 3.0, 0.9) == 3.45


def test_jitter_is_in_proportion_to_chance() -> None:
    assert Policy().delay(0, None, 0.5) == 0.75
    assert Policy().delay(0, 3.0, 0.5) == 3.25


@pytest.mark.parametrize(
    ("delay", "elapsed", "remaining", "may"),
    [
        (60.0, 0.0, None, True),
        (60.001, 0.0, None, False),
        (1.0, 9.0, None, True),
        (1.0, 9.001, None, False),
        (1.0, 0.0, 1.001, True),
        (1.0, 0.0, 1.0, False),
        (0.0, 0.0, 0.0, False),
        (0.0, 0.0, -1.0, False),
    ],
)
def test_a_wait_is_not_begun_that_is_too_long_or_goes_past_a_limit(
    delay: float, elapsed: float, remaining: float | None, *, may: bool
) -> None:
    policy = Policy.of(config(elapsed=3_600_000 if delay >= 60 else 10_000))
    assert policy.may_wait(delay, elapsed, remaining) == may


def test_without_a_config_the_time_that_has_passed_is_no_limit() -> None:
    assert Policy().may_wait(60.0, 1e9, None)


# --- Retry-After -------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "0"}, 0.0),
        ({"retry-after-ms": "20", "retry-after": "7"}, 0.02),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after-ms": "-1", "retry-after": "7"}, 7.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": str(nan)}, None),
        ({"retry-after": str(inf)}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Tue, 99 Nov 2023 22:13:20 GMT"}, None),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:20 +9999"}, None),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:20 +999999999999999"}, None),
    ],
    ids=str,
)
def test_the_wait_that_an_answer_asks_for_is_read(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(httpx2.Headers(headers), NOW) == seconds


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone cannot be set here")
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize(
    "date",
    [
        "Tue, 14 Nov 2023 22:13:30 GMT",
        "Tuesday, 14-Nov-23 22:13:30 GMT",
        "Tue Nov 14 22:13:30 2023",
        "Tue, 14 Nov 2023 22:13:30 -0000",
        "Tue, 14 Nov 2023 23:13:30 +0100",
    ],
)
def test_every_form_of_an_http_date_is_read_in_any_time_zone(
    date: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # RFC 9110, section 5.6.7: three forms, all in UTC, the third without saying so.
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert retry_after({"retry-after": date}, NOW) == 10.0
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_date_that_has_passed_asks_for_no_wait() -> None:
    assert retry_after({"retry-after": formatdate(NOW - 60, usegmt=True)}, NOW) == 0.0


@given(st.text(st.characters(codec="latin-1"), max_size=40))
def test_whatever_the_header_says_the_wait_is_a_number_or_none(value: str) -> None:
    # Invariant: no header makes reading it fail, and what is read is a wait of 0 or more.
    seconds = retry_after({"retry-after": value, "retry-after-ms": value}, NOW)
    assert seconds is None or 0 <= seconds < inf


# --- attempts ----------------------------------------------------------------


def test_an_attempt_without_a_reason_succeeded() -> None:
    assert Attempt(200) == Attempt(status=200, reason=None, delay=None)
