"""The address of a stream, as those see it who intercept the HTTP client."""

import httpx2
import pytest

from mistralai import Mistral
from mistralai.errors import SDKError
from support.serving import ASK


@pytest.mark.parametrize(("method", "fragment"), [("stream", "stream"), ("complete", "")])
def test_a_stream_is_told_by_the_fragment_which_is_never_sent(method, fragment):
    seen = []

    def refuse(request):
        seen.append(request.url)
        return httpx2.Response(400)

    with httpx2.Client(transport=httpx2.MockTransport(refuse)) as http, pytest.raises(SDKError):
        getattr(Mistral("key", client=http).chat, method)(**ASK)
    assert seen[0].fragment == fragment
    assert seen[0].raw_path == b"/v1/chat/completions"
