import asyncio

import pytest

pytest.importorskip("starlette", reason="comes with requirements-app.txt")

from starlette.datastructures import Headers  # noqa: E402

from page.guard import Guard, is_own  # noqa: E402


@pytest.mark.parametrize(("host", "origin", "listening", "own"), [
    ("127.0.0.1:7860", None, "127.0.0.1", True),
    ("localhost:7860", "http://localhost:7860", "127.0.0.1", True),
    ("[::1]:7860", "http://[::1]:7860", "::1", True),
    ("evil.example:7860", None, "127.0.0.1", False),
    ("evil.example", "http://evil.example", "127.0.0.1", False),
    ("127.0.0.1:7860", "http://evil.example", "127.0.0.1", False),
    ("127.0.0.1:7860", "http://127.0.0.1:8000", "127.0.0.1", False),
    ("127.0.0.1:7860", "null", "127.0.0.1", False),
    ("127.0.0.1:7860", "http://[", "127.0.0.1", False),
    ("[", None, "127.0.0.1", False),
    ("", None, "127.0.0.1", False),
    ("192.168.0.2:7860", "http://192.168.0.2:7860", "0.0.0.0", True),
    ("evil.example:7860", None, "0.0.0.0", False),
    ("lab.example:7860", None, "lab.example", True),
])
def test_only_the_pages_own_address_is_answered_and_no_other_site(host, origin, listening, own):
    headers = {"host": host} | ({"origin": origin} if origin else {})
    assert is_own(Headers(headers), listening) == own


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1:7860", 200), ("evil.example", 403)])
def test_a_request_of_another_site_is_refused(host, status):
    sent = []

    async def app(scope, receive, send):
        await send({"status": 200})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "headers": [(b"host", host.encode())]}
    asyncio.run(Guard(app, "127.0.0.1")(scope, None, send))
    assert sent[0]["status"] == status
