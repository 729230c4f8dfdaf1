"""The address of a stream, as those see it who intercept the HTTP client."""

import httpx2
import pytest

from mistralai import Mistral
from mistralai.errors import SDKError
from support.serving import ASK


def test_a_stream_is_told_by_the_fragment_which_is_never_sent(subtests):
    for method, fragment in {"stream": "stream", "complete": ""}.items():
        seen = []

        def refuse(request, *, seen=seen):
            seen.append(request.url)
            return httpx2.Response(400)

        with (
            subtests.test(method),
            httpx2.Client(transport=httpx2.MockTransport(refuse)) as http,
        ):
            with pytest.raises(SDKError):
                getattr(Mistral("key", client=http).chat, method)(**ASK)
            assert seen[0].fragment == fragment
            assert seen[0].raw_path == b"/v1/chat/completions"
