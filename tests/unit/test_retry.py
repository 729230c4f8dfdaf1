import inspect
import re
import time
from email.utils import formatdate
from itertools import product
from math import inf, nan
from typing import Any

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


def test_the_first_setting_that_says_something_counts() -> None:
    cases: list[tuple[tuple[Any, ...], int | None]] = [
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
    ]
    for settings, retries in cases:
        assert Policy.of(*settings).retries == retries, settings


def test_wrong_retries_are_refused(subtests: pytest.Subtests) -> None:
    wrong: list[Any] = [True, False, 1.0, "2", [], {"strategy": "none"}, object]
    for value in wrong:
        message = f"retries takes a RetryConfig, an int or None, not {re.escape(repr(value))}"
        with subtests.test(repr(value)), pytest.raises(TypeError, match=message):
            Policy.of(value)
    with pytest.raises(ValueError, match="retries is -1; give 0 or more"):
        Policy.of(-1)
    with pytest.raises(ValueError, match="jitter_ms is -1; give 0 or more milliseconds"):
        BackoffStrategy(1, 1, 1.0, 1, -1)


def test_a_config_is_taken_in_seconds() -> None:
    given = config(initial=250, longest=4_000, exponent=3, elapsed=90_000, jitter=100)
    assert Policy.of(given) == Policy(
        retries=None, initial=0.25, longest=4.0, exponent=3, max_elapsed=90.0, jitter=0.1
    )

    # Jitter is half a second unless it is given.
    assert Policy.of(config(jitter=None)).jitter == 0.5
    assert Policy.of(config(jitter=0)).jitter == 0.0


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


OVERRIDES: list[tuple[Any, set[int]]] = [
    (["500"], {500}),
    (["5XX"], {500, 501, 599}),
    (["5xx", "418"], {418, 500, 501, 599}),
    ([418, 501], {418, 501}),
    ([], {429, 500}),
    (None, {429, 500}),
]


def test_these_statuses_are_tried_again_and_no_others(subtests: pytest.Subtests) -> None:
    for asked, others in ((None, set[int]()), (1.0, {409})):
        wanted = {s for s in range(300, 600) if Policy().should_retry(sdk_error(s, asked=asked))}
        assert wanted == {408, 429, 500, 502, 503, 504, *others}, asked
    for override, retried in OVERRIDES:
        policy = Policy.of(config(statuses=override))
        statuses = (400, 418, 429, 500, 501, 599)
        with subtests.test(f"an override of {override}"):
            assert {s for s in statuses if policy.should_retry(sdk_error(s))} == retried


def test_a_422_is_tried_again_where_an_override_names_it(subtests: pytest.Subtests) -> None:
    overrides: list[tuple[list[Any], bool]] = [
        (["422"], True),
        (["4xx"], True),
        ([422], True),
        (["42X"], True),
        (["429"], False),
    ]
    for (override, retried), status in product(overrides, (422, 200)):  # 200: inside a stream
        error = HTTPValidationError(HTTPValidationErrorData(), httpx2.Response(status), "")
        with subtests.test(f"{override}, {status}"):
            assert Policy.of(config(statuses=override)).should_retry(error) == retried
            assert not Policy().should_retry(error)


def test_inside_a_stream_an_error_counts_as_the_status_that_it_would_have(
    subtests: pytest.Subtests,
) -> None:
    cases: list[tuple[type[SDKError], int | None, bool]] = [
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
    for cls, raw, retried in cases:
        with subtests.test(f"{cls.__name__} {raw}"):
            assert Policy().should_retry(sdk_error(200, cls=cls, raw=raw)) == retried
    # A code that is a status decides.
    codes = {"429": True, "503": True, "400": False, "501": False, "1300": True}
    for code, retried in codes.items():
        details = ErrorDetails(code=code)
        error = InternalServerError("no", httpx2.Response(200), "", error=details)
        with subtests.test(f"code {code}"):
            assert Policy().should_retry(error) == retried
    both = ErrorDetails(code="503", raw_status_code=501)
    assert not Policy().should_retry(
        InternalServerError("no", httpx2.Response(200), "", error=both)
    )


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


def test_errors_without_a_status_say_themselves_whether_to_try_again(
    subtests: pytest.Subtests,
) -> None:
    statuses_alone = Policy.of(config(connection_errors=False))
    for error, retried in CONNECTION_ERRORS:
        with subtests.test(f"{type(error).__name__} {vars(error).get('phase', '')}"):
            assert Policy().should_retry(error) == retried
            assert not statuses_alone.should_retry(error)
    assert statuses_alone.should_retry(sdk_error(500))


# --- how long to wait --------------------------------------------------------


def test_a_wait_grows_is_asked_for_and_has_jitter(subtests: pytest.Subtests) -> None:
    usual = Policy()
    short = Policy.of(config(initial=80, longest=100, exponent=1.0))
    cases: dict[str, tuple[Policy, int, float | None, float, float]] = {
        **{
            f"doubled {n} times, to eight seconds": (usual, n, None, 0.0, seconds)
            for n, seconds in enumerate([0.5, 1, 2, 4, 8, 8, 8])
        },
        "the first is no longer than the longest": (
            Policy.of(config(initial=5_000, longest=1_000)),
            *(0, None, 0.0, 1.0),
        ),
        **{
            f"grown to the longest by {exponent}": (
                Policy.of(config(initial=1, longest=10, exponent=exponent)),
                *(100_000, None, 0.0, 0.01),
            )
            for exponent in (2, 2.0, 1.5, 1e300)
        },
        "asked for": (usual, 0, 7.0, 0.0, 7.0),
        "asked for, and short": (usual, 5, 0.001, 0.0, 0.001),
        "asked for, but none": (usual, 1, 0.0, 0.0, 1.0),
        "jitter": (usual, 0, None, 0.5, 0.75),
        "jitter of what was asked for": (usual, 0, 3.0, 0.5, 3.25),
        "jitter below the longest": (short, 0, None, 0.02, 0.09),
        "jitter to the longest": (short, 0, None, 0.9, 0.1),
        "jitter past the longest of what was asked for": (short, 0, 3.0, 0.9, 3.45),
    }
    for name, (policy, retries, asked, chance, delay) in cases.items():
        with subtests.test(name):
            assert policy.delay(retries, asked, chance) == delay


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
    assert policy.allows_wait(wait, 0.0, None) == (least <= LONGEST_WAIT)


def test_a_wait_is_not_begun_that_is_too_long_or_goes_past_a_limit() -> None:
    cases: list[tuple[float, float, float | None, bool]] = [
        (60.0, 0.0, None, True),
        (60.001, 0.0, None, False),
        (1.0, 9.0, None, True),
        (1.0, 9.001, None, False),
        (1.0, 0.0, 1.001, True),
        (1.0, 0.0, 1.0, False),
        (0.0, 0.0, 0.0, False),
        (0.0, 0.0, -1.0, False),
    ]
    for delay, elapsed, remaining, allowed in cases:
        policy = Policy.of(config(elapsed=3_600_000 if delay >= 60 else 10_000))
        case = (delay, elapsed, remaining)
        assert policy.allows_wait(*case) == allowed, case
    # Without a config the time that has passed is no limit.
    assert Policy().allows_wait(60.0, 1e9, None)


# --- Retry-After -------------------------------------------------------------


def test_the_wait_that_an_answer_asks_for_is_read(subtests: pytest.Subtests) -> None:
    cases: list[tuple[dict[str, str], float | None]] = [
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
        # A date that has passed.
        ({"retry-after": formatdate(NOW - 60, usegmt=True)}, 0.0),
    ]
    for headers, seconds in cases:
        with subtests.test(str(headers)):
            assert retry_after(httpx2.Headers(headers), NOW) == seconds


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone cannot be set here")
def test_every_form_of_an_http_date_is_read_in_any_time_zone(
    subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    # RFC 9110, section 5.6.7: three forms, all in UTC, the third without saying so.
    dates = (
        "Tue, 14 Nov 2023 22:13:30 GMT",
        "Tuesday, 14-Nov-23 22:13:30 GMT",
        "Tue Nov 14 22:13:30 2023",
        "Tue, 14 Nov 2023 22:13:30 -0000",
        "Tue, 14 Nov 2023 23:13:30 +0100",
    )
    try:
        for zone in ("UTC", "Asia/Tokyo", "America/New_York"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            for date in dates:
                with subtests.test(f"{date} in {zone}"):
                    assert retry_after({"retry-after": date}, NOW) == 10.0
    finally:
        monkeypatch.undo()
        time.tzset()


@given(st.text(st.characters(codec="latin-1"), max_size=40))
def test_whatever_the_header_says_the_wait_is_a_number_or_none(value: str) -> None:
    # Invariant: no header makes reading it fail, and what is read is a wait of 0 or more.
    seconds = retry_after({"retry-after": value, "retry-after-ms": value}, NOW)
    assert seconds is None or 0 <= seconds < inf


# --- attempts ----------------------------------------------------------------


def test_an_attempt_without_a_reason_succeeded() -> None:
    assert Attempt(200) == Attempt(status=200, reason=None, delay=None)
