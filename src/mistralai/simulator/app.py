"""From a request to its answer: scenario, routes, and the checks of the API."""

import random
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from .answers import Answer, Wire
from .api import catalog, errors, messages, requests
from .api.checks import Check
from .choice import Choice
from .conversations import kept as conversations
from .conversations.answer import Turn
from .faults.choice import FaultChooser, requested
from .faults.fault import Fault
from .faults.names import as_faults
from .limits import RateLimit, RateMeter, whole_seconds
from .model.completion import Completion
from .model.compose import compose
from .model.embedding import embeddings
from .model.seeding import Randomness
from .proxy import Upstream
from .received import Request, unchecked_body
from .scenario import Scenario, ScenarioLike
from .stored.store import Store

_CHAT: Final = "/v1/chat/completions"
_COMPLETIONS: Final[Mapping[str, Check]] = {
    _CHAT: requests.CHAT,
    "/v1/agents/completions": requests.AGENTS,
    "/v1/fim/completions": requests.FIM,
}
_EMBEDDINGS: Final = "/v1/embeddings"
_CHECKS: Final[Mapping[str, Check]] = {**_COMPLETIONS, _EMBEDDINGS: requests.EMBEDDINGS}
_MODELS: Final = "/v1/models"
_TOKENS_PER_MINUTE: Final = 2_000_000


class App:
    """Answers requests from a scenario.

    Args:
        scenario: The scenario.
        seed: The seed of everything random.
        api_key: The only key that is accepted; `None` accepts any that is not empty.
        faults: Faults of all answers, after those of the scenario.
        rate: The rate limits of completions, those of batch jobs excepted.
        tls: Whether the server is at an `https` address.

    Raises:
        OSError: A file of the scenario cannot be read.
        TypeError: An argument has the wrong type.
        ValueError: A file, a name or a fault is invalid, or the faults would have no effect.
    """

    def __init__(
        self,
        scenario: ScenarioLike,
        *,
        seed: int,
        api_key: str | None,
        faults: str | Iterable[Fault | str] = (),
        rate: RateLimit | None = None,
        tls: bool = False,
    ) -> None:
        self._seed = seed
        self._api_key = api_key
        self._meter = None if rate is None else RateMeter(rate, time.monotonic)
        everywhere = as_faults(faults)
        if everywhere and isinstance(scenario, Wire | Upstream):
            kind = type(scenario).__name__
            raise ValueError(f"faults: they do not apply to a {kind}, which is sent as it is")
        self._everywhere = FaultChooser(everywhere, f"{seed}/everywhere")
        self._choice = Choice(scenario)
        self._faults: dict[int, tuple[Scenario, FaultChooser]] = {}
        self._store = Store(seed, "https" if tls else "http", self._answer_of_batch)
        self._conversations = conversations.Conversations(seed, self._store.agents)

    def answer(self, request: Request) -> Answer | Wire:
        """Answer one request."""
        return self._answered(request, limited=True)

    def _answer_of_batch(self, request: Request) -> Answer | Wire:
        return self._answered(request, limited=False)

    def _answered(self, request: Request, *, limited: bool) -> Answer | Wire:
        scenario = self._choice.choose(request)
        if isinstance(scenario, Wire):
            return scenario
        if isinstance(scenario, Answer):
            if not self._everywhere.faults:
                return scenario
            return _spoiled(scenario, self._everywhere.chosen(request, _model_of(request)))
        try:
            answer, model = self._made(scenario, request, limited=limited)
            answer = _spoiled(answer, self._fault_chooser(scenario).chosen(request, model))
            answer = _spoiled(answer, self._everywhere.chosen(request, model))
            return _spoiled(answer, requested(request, model))
        except errors.Refused as refused:
            return refused.answer
        except RecursionError:
            return errors.detail_error(400, "The request is nested too deeply")

    def close(self) -> None:
        """Close the files of recordings."""
        self._choice.close()

    def _fault_chooser(self, scenario: Scenario) -> FaultChooser:
        """Return the chooser of a scenario, which is kept so that its id is not reused."""
        if id(scenario) not in self._faults:
            self._faults[id(scenario)] = scenario, FaultChooser(scenario.faults, self._seed)
        return self._faults[id(scenario)][1]

    def _made(self, scenario: Scenario, request: Request, *, limited: bool) -> tuple[Answer, str]:
        """Return the answer to a request, before faults, and the model that the request names."""
        if conversations.is_path(request.path):
            return self._conversed(scenario, request, limited=limited)
        stored = None if request.path in _CHECKS else self._store.find(request)
        if stored is not None:
            route, asked = stored
            if route.needs_key and scenario.reply.dialect.strict:
                self._check_key(request)
            return route.handler(asked), ""
        body = self._checked_body(scenario, request)
        answer = self._answer(scenario, request, body, limited=limited)
        return answer, body.get("model") or body.get("agent_id") or ""

    def _conversed(
        self, scenario: Scenario, request: Request, *, limited: bool
    ) -> tuple[Answer, str]:
        """Return the answer to a request about a conversation, and the model that it names."""
        if scenario.reply.dialect.strict:
            self._check_key(request)
        asked = self._conversations.answer(request)
        if isinstance(asked, Answer):
            return asked, ""
        turn = asked.answered(scenario.reply, Randomness(self._seed, asked.body))
        if limited:
            self._check_rate(turn)
        stream = bool(asked.body.get("stream"))
        return self._completed(turn, scenario, request, stream=stream), asked.conversation.model

    def _checked_body(self, scenario: Scenario, request: Request) -> dict[str, Any]:
        path = request.path
        check = _CHECKS.get(path)
        if check is None and path != _MODELS and not path.startswith(f"{_MODELS}/"):
            raise errors.Refused(errors.not_found())
        allowed = "POST" if check else "GET"
        if request.method != allowed:
            raise errors.Refused(errors.method_not_allowed(allowed))
        strict = scenario.reply.dialect.strict
        if strict:
            self._check_key(request)
        if check is None:
            return {}
        if path == _CHAT and not strict:
            body = requests.parse(request.body, requests.COMPATIBLE_CHAT)
            messages.check_some(body["messages"])
            return body
        body = requests.parse(request.body, check)
        if "messages" in body:
            messages.check(body["messages"])
        return body

    def _check_key(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise errors.Refused(errors.unauthorized())
        if self._api_key is not None and key.strip() != self._api_key:
            raise errors.Refused(errors.invalid_key())

    def _answer(
        self, scenario: Scenario, request: Request, body: dict[str, Any], *, limited: bool
    ) -> Answer:
        randomness = Randomness(self._seed, body)
        if request.path in _COMPLETIONS:
            completion = compose(scenario.reply, body, randomness)
            if limited:
                self._check_rate(completion)
            return self._completed(completion, scenario, request, stream=bool(body.get("stream")))
        if request.path == _EMBEDDINGS:
            return Answer.of_json(embeddings(body, randomness))
        if request.path == _MODELS:
            return Answer.of_json(catalog.listed())
        card = catalog.found(request.path.removeprefix(f"{_MODELS}/"))
        if card is None:
            raise errors.Refused(errors.not_found())
        return Answer.of_json(card)

    def _check_rate(self, completion: Completion | Turn) -> None:
        if self._meter is None:
            return
        wait = self._meter.take(completion.usage()["total_tokens"])
        if wait > 0:
            limit = self._meter.limit
            retry_after = whole_seconds(wait) if limit.retry_after else None
            raise errors.Refused(errors.over_the_rate(limit.code, retry_after))

    def _completed(
        self, completion: Completion | Turn, scenario: Scenario, request: Request, *, stream: bool
    ) -> Answer:
        rng = random.Random(f"{self._seed}/time/{request.number}")
        if stream:
            dialect = completion.dialect
            return Answer(
                content_type=dialect.content_type,
                framing=dialect.framing,
                body=scenario.timing.paced(completion.events(), rng),
            )
        whole = completion.whole()
        return Answer.of_json(
            whole,
            headers=_rate_limits(whole["usage"]["total_tokens"]),
            before=scenario.timing.waits(completion.events(), rng),
        )


def _spoiled(answer: Answer, faults: Iterable[Fault]) -> Answer:
    for fault in faults:
        answer = fault.apply(answer)
    return answer


def _model_of(request: Request) -> str:
    """Return the model that an unchecked request names, or an empty text."""
    model = unchecked_body(request).get("model")
    return model if isinstance(model, str) else ""


def _rate_limits(cost: int) -> dict[str, str]:
    """Return the header fields of an answer that does not stream (wire-format section 8)."""
    return {
        "x-ratelimit-limit-tokens-minute": str(_TOKENS_PER_MINUTE),
        "x-ratelimit-remaining-tokens-minute": str(_TOKENS_PER_MINUTE - cost),
        "x-ratelimit-tokens-query-cost": str(cost),
    }
